"""tests/mutants/run: a fault is found, lives, or does not fit; each is told in words that lead on."""
import os
import re
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
build: build/librt0-all.a
%:: ;
include tests/check.mk
"""
BUILD = """\
build/librt0-all.a: build/obj/add.o
	@ar rcs $@ $<
build/obj/add.o: src/add.c
	@mkdir -p build/obj && gcc -Wall -Werror -c -o $@ $<
"""
SOURCE = "int\nadd(int a, int b)\n{\n\tint c = a;\n\n\tc += b;\n\treturn c;\n}\n"
MAP = "".join("%d\tbook/01-a.nw:%d\t1.1\t%s\n" % (i, i + 20, "add two numbers" if 4 <= i <= 6 else "src/add.c")
              for i in range(1, 9))
MUTANT = """\
# Faults of a sum.
mutant %s
why    a sum is wrong
chunk  add two numbers
-	c += b;
+	c -= b;
test   one and two are three
"""


class Mutants(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.top = Path(directory.name).resolve()
        for name in ("mutants/run", "check.mk", "unit/unit.h"):
            (self.top / "tests" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TESTS / name, self.top / "tests" / name)
        for name, text in (("Makefile", MAKEFILE), ("build.mk", BUILD), ("src/add.c", SOURCE),
                           ("build/maps/src/add.c.map", MAP), ("tests/mutants/a.txt", MUTANT % "sum (check)"),
                           ("tests/unit/add.c", '#include "unit.h"\nint add(int, int);\n'
                            'TEST("one and two are three") { CHECK_EQ(add(1, 2), 3); }\n'
                            'TEST("no and one are one") { CHECK_EQ(add(1, 0), 1); }\n')):
            self.write(name, text)
        self.make("-f", "build.mk", "build/librt0-all.a")

    def write(self, name, text):
        (self.top / name).parent.mkdir(parents=True, exist_ok=True)
        (self.top / name).write_text(text, encoding="utf-8")

    def run_here(self, *command):
        environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
        return subprocess.run(command, cwd=self.top, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=environment, timeout=120)

    def make(self, *arguments):
        self.assertEqual(self.run_here("make", "-s", *arguments).returncode, 0)

    def mutants(self, *arguments):
        done = self.run_here(sys.executable, "-B", "tests/mutants/run", *arguments)
        return done.returncode, re.sub(r"\d+(\.\d)? s$", "N s", done.stdout, flags=re.M)

    def changed(self, old, new):
        text = MUTANT % "sum"
        self.assertIn(old, text)
        self.write("tests/mutants/a.txt", text.replace(old, new))

    def test_a_fault_that_its_test_finds_is_killed_and_leaves_nothing(self):
        self.assertEqual(self.mutants(), (0, "ok      mutant sum is killed by add.c: one and two are three, N s\n"
                                             "1 killed, 0 survived, 0 did not apply, N s\n"))
        self.assertEqual(list((self.top / "build/mutants").iterdir()), [])
        self.assertEqual((self.top / "src/add.c").read_text(), SOURCE)

    def test_a_fault_that_its_test_does_not_find_lives(self):
        self.changed("one and two are three", "no and one are one")
        status, text = self.mutants()
        self.assertEqual(status, 1)
        self.assertIn("not ok  mutant sum lives: no and one are one passes (tests/unit/add.c)\n        a sum is wrong\n"
                      "        see it again: tests/mutants/run --keep sum\n", text)

    def test_each_of_the_named_tests_must_find_it(self):
        self.changed("three\n", "three\ntest   no and one are one\n")
        self.assertIn("not ok  mutant sum lives: no and one are one passes", self.mutants()[1])

    def test_a_test_that_fails_anyway_kills_nothing(self):
        self.write("tests/unit/add.c", '#include "unit.h"\nTEST("one and two are three") { CHECK(0); }\n')
        status, text = self.mutants()
        self.assertEqual(status, 1)
        self.assertIn("not ok  add.c: one and two are three fails without a mutant\n", text)

    def test_what_no_longer_fits_is_told_with_its_place(self):
        for old, new, why in (
                ("chunk  add two numbers", "chunk  add two number", "tests/mutants/a.txt:2: no chunk is named "
                 "<<add two number>>; did you mean <<add two numbers>>?"),
                ("c += b;", "c += a;", "<<add two numbers>> of book/01-a.nw:24 has this text no longer: c += a;"),
                ("are three", "are four", "tests/mutants/a.txt:2: no test is named one and two are four"),
                ("one and two are three", "Sum.test_one", "no test is named Sum.test_one"),
                ("c -= b;", "c -= d;", "it does not build:"),
                ("chunk  add two numbers", "file   src/add.c", "src/add.c is no file, or one that the chapters hold")):
            with self.subTest(new):
                self.changed(old, new)
                status, text = self.mutants()
                self.assertEqual(status, 1)
                self.assertIn("not ok  mutant sum does not apply\n", text)
                self.assertIn(why, text)
                self.assertIn("0 killed, 0 survived, 1 did not apply", text)

    def test_with_check_all_must_fit_and_the_marked_are_run(self):
        self.write("tests/mutants/b.txt", MUTANT % "other")
        self.assertEqual(self.mutants("--check"), (0, "ok      mutant sum is killed by add.c: one and two are three, N s\n"
                                                      "1 killed, 0 survived, 0 did not apply, N s\n"))
        self.write("tests/mutants/b.txt", (MUTANT % "other").replace("c += b", "b"))
        status, text = self.mutants("--check")
        self.assertEqual(status, 1)
        self.assertIn("not ok  mutant other does not apply\n", text)
        self.assertIn("1 killed, 0 survived, 1 did not apply", text)

    def test_a_text_over_two_lines_may_have_an_empty_one_between(self):
        self.changed("-	c += b;\n+	c -= b;", "-	int c = a;\n-	c += b;\n+	int c = a - b;")
        self.assertEqual(self.mutants()[0], 0)

    def test_a_table_that_cannot_be_read_is_one_line(self):
        for old, new, why in (
                ("why ", "wy ", "mutants: tests/mutants/a.txt:3: a line of a mutant begins with mutant, why, chunk, "
                 "file, -, + or test\n"),
                ("why    a sum is wrong\n", "", "mutants: tests/mutants/a.txt:2: sum wants why, chunk, a line with - "
                 "and test\n"),
                ("mutant sum\n", "", "mutants: tests/mutants/a.txt:2: a mutant begins with a line \"mutant NAME\"\n"),
                ("three\n", "three\n\n" + MUTANT % "sum", "mutants: tests/mutants/a.txt:10: sum stands at "
                 "tests/mutants/a.txt:2 already\n")):
            with self.subTest(new):
                self.changed(old, new)
                self.assertEqual(self.mutants(), (1, why))
        self.write("tests/mutants/a.txt", MUTANT % "sum")
        self.assertEqual(self.mutants("nothing"), (1, "mutants: no mutant has such a name; tests/mutants/run --list "
                                                      "names them\n"))


if __name__ == "__main__":
    unittest.main()
