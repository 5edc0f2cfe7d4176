"""The test runner: what breaks is counted as a failure and explained."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parent
MAKEFILE = """\
Q = @
say = @:
all build/librt0-all.a: build/add.o
	@ar rcs build/librt0-all.a build/add.o
build/add.o: add.c
	@mkdir -p build && gcc -c -o $@ add.c
check-tangle:
	@echo "the tangle is fine"
check-chapters:
	@echo "ok      chapter 01: rt0 ran"; %s
include tests/check.mk
"""


class Run(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.top = Path(directory.name).resolve()
        (self.top / "book").mkdir()
        (self.top / "tests" / "unit").mkdir(parents=True)
        for name in ("run", "transcripts.py", "check.mk", "unit/unit.h"):
            shutil.copy(TESTS / name, self.top / "tests" / name)
        self.write("Makefile", MAKEFILE % ":")
        self.write("add.c", "int add(int a, int b) { return a + b; }\n")

    def write(self, name, text):
        (self.top / name).write_text(text, encoding="utf-8")

    def unit(self, body):
        self.write("tests/unit/add.c", '/* add.c */\n#include "unit.h"\nint add(int, int);\n' + body)

    def check(self, *arguments):
        environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
        done = subprocess.run([sys.executable, "-B", "tests/run"] + list(arguments), cwd=self.top, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, timeout=120)
        return done.returncode, done.stdout, done.stdout.rstrip("\n").split("\n")[-1]

    def fails(self, total, *pieces):
        status, output, last = self.check()
        self.assertEqual((status, last), (1, total), output)
        for piece in pieces:
            self.assertIn(piece, output)

    def test_all_well(self):
        self.unit('TEST("adds") { CHECK_EQ(add(1, 2), 3); }\n')
        self.write("tests/test_a.py", "import unittest\nclass A(unittest.TestCase):\n"
                   "    def test_b(self): pass\n    def test_c(self): self.skipTest('no moon')\n")
        self.write("book/01-a.nw", "```console\n$ echo a\na\n```\n")
        status, output, last = self.check()
        self.assertEqual((status, last), (0, "5 passed, 0 failed"), output)
        self.assertIn("\n1 skipped, as told above\n", output)
        self.assertIn("skipped A.test_c: no moon", output)
        self.assertEqual((self.top / "build/tests/total").read_text(), last + "\n")

    def test_a_pattern_keeps_what_matches_in_every_kind(self):
        self.unit('TEST("blue adds") { }\nTEST("red adds") { CHECK(0); }\n')
        self.write("tests/test_a.py", "import unittest\nclass A(unittest.TestCase):\n"
                   "    def test_blue(self): pass\n    def test_red(self): self.fail()\n")
        self.write("book/01-a.nw", "```console\n$ echo blue\nblue\n```\n\n```console\n$ echo red\nno\n```\n")
        status, output, last = self.check("-k", "BLUE")
        self.assertEqual((status, last), (0, "3 passed, 0 failed"), output)

    def test_a_state_that_is_older_than_the_book_is_built_again(self):
        self.write("book/11-a.nw", "```console\n$ cat build/chapters/11/what\nnew\n```\n")
        (self.top / "build" / "chapters" / "11").mkdir(parents=True)
        (self.top / "build" / "chapters" / "12").mkdir()
        for state in ("11", "12"):
            self.write("build/chapters/%s/what" % state, "old\n")
            self.write("build/chapters/%s/.stamp" % state, "")
            when = 1e9 if state == "11" else 4e9
            os.utime(self.top / "build/chapters" / state / ".stamp", (when, when))
        with open(self.top / "Makefile", "a", encoding="utf-8") as makefile:
            makefile.write("chapter-%:\n\t@echo new >build/chapters/$*/what\n")
        status, output, _ = self.check("-k", "book/11")
        self.assertEqual(status, 0, output)
        self.assertIn("the book is newer than build/chapters/11: make chapter-11\n", output)
        self.assertEqual((self.top / "build/chapters/12/what").read_text(), "old\n")
        self.write("Makefile", MAKEFILE % ":" + "chapter-%:\n\t@echo it is broken; false\n")
        status, output, _ = self.check("-k", "book/11")
        self.assertEqual(status, 1)
        self.assertRegex(output, "tests/run: make chapter-11 fails:\n.*it is broken")

    def test_no_match_is_not_success(self):
        self.assertEqual(self.check("-k", "nothing")[::2], (1, "0 passed, 0 failed"))

    def test_a_failed_unit_test_shows_expected_and_got(self):
        self.unit('TEST("adds") {\n\tCHECK_EQ(add(1, 2), 4);\n\tCHECK_STR("a\\n", "b");\n}\n')
        self.fails("2 passed, 1 failed", "FAILED adds", "tests/unit/add.c:5: add(1, 2)", "expected 4 (0x4)",
                   "got      3 (0x3)", 'expected "b"', 'got      "a\\n"', "build/tests/add 'adds'")

    def test_a_crash_fails_its_test_and_those_that_did_not_run(self):
        self.unit('TEST("one") { }\nTEST("two") { abort(); }\nTEST("three") { }\n')
        self.fails("3 passed, 2 failed", "FAILED two", "killed by SIGABRT", "2 of 3 tests reported")

    def test_a_test_that_exits_quietly_is_a_failure(self):
        self.unit('TEST("one") { exit(0); }\n')
        self.fails("2 passed, 1 failed", "FAILED one", "the test program ended here: exit status 0")

    def test_a_unit_test_that_does_not_compile_is_a_failure(self):
        self.unit('TEST("one") { nosuch(); }\n')
        self.fails("2 passed, 1 failed", "FAILED builds", "nosuch")

    def test_throws_needs_the_status_and_the_text(self):
        self.unit('TEST("both") { CHECK_THROWS(({ fputs("x: y", stderr); _exit(2); }), "x: y"); }\n'
                  'TEST("status") { CHECK_THROWS(({ fputs("x: y", stderr); _exit(0); }), "x: y"); }\n'
                  'TEST("text") { CHECK_THROWS(_exit(2), "x: y"); }\n')
        self.fails("3 passed, 2 failed", "FAILED status", "FAILED text")

    def test_states_share_the_object_of_a_unit_test_where_it_reads_the_same_and_nothing_else(self):
        self.write("tests/unit/add.c", '/* chapter 1 */\n#include "unit.h"\n#include "x.h"\nint add(int, int);\n'
                   'TEST("adds") { CHECK_EQ(add(X, 2), 3); }\n')
        for state, x, sign in (("", 1, "+"), ("01", 1, "+"), ("02", 1, "+"), ("03", 1, "-"), ("04", 2, "+"), ("05", 1, "+")):
            place = self.top / "build/chapters" / state if state else self.top
            for folder in ("src", "obj"):
                (place / folder).mkdir(parents=True, exist_ok=True)
            (place / "src/x.h").write_text("enum { X = %d };\n" % x)
            (place / "add.c").write_text("int add(int a, int b) { return a %s b; }\n" % sign)
            subprocess.run(["gcc", "-c", "-o", place / "obj/add.o", place / "add.c"], check=True)
        self.fails("5 passed, 2 failed", "FAILED add.c after chapter 03", "FAILED add.c after chapter 04", "got      -1", "got      4")
        self.assertEqual([path.parent.name for path in sorted(self.top.glob("build/tests/chapters/*/add.o"))], ["01", "04"])

    def test_a_module_that_cannot_be_imported_is_a_failure(self):
        self.write("tests/test_a.py", "import nosuchmodule\n")
        self.fails("2 passed, 1 failed", "No module named 'nosuchmodule'")

    def test_a_module_that_ends_the_process_is_a_failure(self):
        self.write("tests/test_a.py", "import os, unittest\nclass A(unittest.TestCase):\n"
                   "    def test_a(self): pass\n    def test_b(self): os._exit(0)\n")
        self.fails("3 passed, 1 failed", "FAILED A.test_b", "the test process ended here: exit status 0")

    def test_subtests_and_errors_are_failures(self):
        self.write("tests/test_a.py", "import unittest\nclass A(unittest.TestCase):\n"
                   "    def test_a(self):\n        for i in 1, 2:\n            with self.subTest(i=i):\n"
                   "                self.assertEqual(i, 1)\n    def test_b(self): {}[1]\n")
        self.fails("2 passed, 2 failed", "A.test_a (i=2)", "tests/test_a.py:6: 2 != 1", "KeyError: 1")

    def test_a_transcript_that_differs_is_a_failure(self):
        self.write("book/01-a.nw", "```console\n$ echo a\nb\n```\n")
        self.fails("2 passed, 1 failed", "FAILED book/01-a.nw:1 $ echo a", "book/01-a.nw:2", "- b", "+ a")

    def test_the_tests_of_a_chapter_build_each_state_that_its_transcripts_need(self):
        self.write("book/08-a.nw", "# A\n")
        self.write("book/09-b.nw", "```console\n$ for k in 08 09; do\n> cat build/chapters/$k/what\n> done\nnew\nnew\n```\n")
        with open(self.top / "Makefile", "a") as makefile:
            makefile.write("chapter-%:\n\t@mkdir -p build/chapters/$*; echo new >build/chapters/$*/what\n")
        status, output, last = self.check("--chapter", "09")
        self.assertEqual((status, last), (0, "3 passed, 0 failed"), output)
        self.write("book/09-b.nw", "```console\n$ cat build/chapters/$k/what\n```\n")
        status, output, last = self.check("--chapter", "09")
        self.assertEqual((status, last.count("write its numbers into the block")), (1, 1), output)

    def test_each_line_of_check_chapters_is_a_test(self):
        self.write("Makefile", MAKEFILE % 'echo "not ok  chapter 02: no"; exit 1')
        self.fails("2 passed, 1 failed", "FAILED chapter 02: no")

    def test_a_target_that_fails_without_saying_why_is_a_failure(self):
        self.write("Makefile", MAKEFILE % "exit 1")
        self.fails("2 passed, 1 failed", "make check-chapters: exit status 2")


if __name__ == "__main__":
    unittest.main()
