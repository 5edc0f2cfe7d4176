"""make renumber: the number of a chapter is that of its file, wherever it is read or typed."""
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
TOOL = TOP / "book" / "tools" / "renumber.py"
sys.path.insert(0, str(TOOL.parent))
import renumber  # noqa: E402
from chapters import number  # noqa: E402

# What looks like the number of a chapter. All of it must be in a form that the tool knows.
SUSPECT = re.compile(r"(?i)(?=ch|0\d)(?:(?<!')\bchapters?\b(?!')(?:[^\w${\[]|for|to|and){0,4}(?!9\d)\d{1,2}\b"
                     r"|(?<![\w.:%+x-])0[0-9](?=[-/\"' ;)]|$)"
                     r"|\bch[01]\d)", re.M)
# Appendices, from 90 on, keep theirs.  And these are none: a time, a date, bytes, a pattern for file names, a status, an assignment.
INNOCENT = re.compile(r"%0\d|\b0\d:\d\d|\b20\d\d-|[0-9a-f]{2} 0[0-9a-f] |\b0[0-9] [0-9a-f]{2}\b|\[0-9\]|exited with code 0|filter-out 00|\bEX\b|\bexercises? 0\d")


def copied(directory):
    """The tree without what is built."""
    top = Path(directory).resolve() / "rt0"
    shutil.copytree(TOP, top, ignore=shutil.ignore_patterns("build", ".git", "__pycache__"), symlinks=True)
    return top


def run(top):
    return subprocess.run([sys.executable, str(TOOL), str(top)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=60)


def contents(top):
    return {str(path.relative_to(top)): path.read_bytes() for path in sorted(top.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts and "build" not in path.relative_to(top).parts}


class Book(unittest.TestCase):
    """The real one, in a copy."""
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.top = copied(directory.name)

    def assertRenumbered(self):
        done = run(self.top)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_the_chapters_are_numbered(self):
        before = contents(self.top)
        self.assertRenumbered()
        self.assertEqual([path for path, text in contents(self.top).items() if text != before.get(path)], [],
                         "type make renumber")

    def test_a_chapter_that_comes_and_goes_leaves_every_byte_as_it_was(self):
        before = contents(self.top)
        for place in ("00b", "08b"):
            with self.subTest(place):
                (self.top / "book" / (place + "-guest.nw")).write_text("# A guest\n\nNothing.\n")
                self.assertRenumbered()
                guest, = (self.top / "book").glob("*-guest.nw")
                self.assertEqual(guest.name[:2], "%02d" % (int(place[:2]) + 1))
                self.assertTrue(list((self.top / "book").glob("%02d-system-calls.nw" % (int(number("system-calls")) + 1))))
                guest.unlink()
                self.assertRenumbered()
                self.assertEqual([path for path, text in contents(self.top).items() if text != before.get(path)], [])

    def test_the_book_with_a_guest_tangles_to_the_same_programs(self):
        (self.top / "book" / "00b-guest.nw").write_text("# A guest\n\nNothing.\n")
        self.assertRenumbered()
        done = subprocess.run(["make", "-s", "tangle-force", "chapter-03"], cwd=self.top, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, timeout=300, env={"PATH": "/usr/local/bin:/usr/bin:/bin"})
        self.assertEqual(done.returncode, 0, done.stdout)
        program = self.top / "build/chapters/03/rt0"
        self.assertEqual(subprocess.run([str(program), "one"], timeout=10).returncode, 2,
                         "what was chapter 2 is chapter 3 and exits with argc")
        for old in sorted(path for path in (TOP / "src").rglob("*") if path.is_file()):
            new = (self.top / old.relative_to(TOP)).read_text(encoding="utf-8")
            self.assertEqual(re.sub(r"\d+", "N", new), re.sub(r"\d+", "N", old.read_text(encoding="utf-8")), old.name)
            tangled = re.search(r"Tangled from book/(\d\d)", old.read_text(encoding="utf-8"))
            if tangled and tangled.group(1) < "90":
                self.assertIn("Tangled from book/%02d-" % (int(tangled.group(1)) + 1), new)

    def test_no_number_of_a_chapter_is_in_a_form_that_the_tool_does_not_know(self):
        unknown = []
        form = renumber.Renumbered(TOP).form
        assignments = tuple(path.name for path in TOP.glob("exercises/[0-9]*")) + ("08-handoff",)
        for path, text in renumber.texts(TOP):
            if path == "tests/test_exercises.py":
                continue        # it speaks of assignments, which have numbers of their own
            known = [match.span() for match in form.finditer(text)]
            lines = text.split("\n")
            for match in SUSPECT.finditer(text):
                number = text.count("\n", 0, match.start())
                if INNOCENT.search(lines[number]) or text[match.start():].startswith(assignments) or any(a < match.end() and match.start() < b for a, b in known):
                    continue
                unknown.append("%s:%d: %s" % (path, number + 1, lines[number].strip()[:100]))
        self.assertEqual(unknown, [])


class Forms(unittest.TestCase):
    """A small book of five chapters, into which one comes behind the second."""
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.top = Path(directory.name)
        (self.top / "book").mkdir()
        for name in ("00-zero", "01-one", "01b-new", "02-two", "09-nine", "90-end"):
            (self.top / "book" / (name + ".nw")).write_text("# %s\n" % name)

    def assertBecomes(self, *pairs):
        (self.top / "notes").write_text("\n".join(old for old, _ in pairs))
        done = run(self.top)
        self.assertEqual(done.returncode, 0, done.stdout)
        for got, (old, new) in zip((self.top / "notes").read_text().split("\n"), pairs):
            self.assertEqual(got, new, old)

    def test_files_are_numbered_in_their_order(self):
        self.assertBecomes(("nothing", "nothing"))
        self.assertEqual(sorted(path.name for path in (self.top / "book").iterdir()),
                         ["00-zero.nw", "01-one.nw", "02-new.nw", "03-two.nw", "04-nine.nw", "90-end.nw"])

    def test_each_form_is_rewritten_in_its_width(self):
        self.assertBecomes(
            ("Chapter 2 and chapter 1b, chapters 1 to 9.", "Chapter 3 and chapter 2, chapters 1 to 4."),
            ("chapters 1, 2 and 9; chapter 0", "chapters 1, 3 and 4; chapter 0"),
            ("build/chapters/02/rt0, make chapter-02, STAGE=02", "build/chapters/03/rt0, make chapter-03, STAGE=03"),
            ("--prefix 09 CHAPTER=01b for chapter in 02 09; do", "--prefix 04 CHAPTER=02 for chapter in 03 04; do"),
            ("gdb/02-walk.gdb 09-nine.html", "gdb/03-walk.gdb 04-nine.html"),
            ("exercises/02-boot, state: 02-two", "exercises/02-boot, state: 03-two"),
            ("`queues:fib:ch09`, \\tch02_ns", "`queues:fib:ch04`, \\tch03_ns"),
            ("id=1b.1 Exercise 2.4, exercise 9.12 (#ex-2.3)", "id=2.1 Exercise 3.4, exercise 4.12 (#ex-3.3)"),
            ("stage 02; ./run -s 02 a.c, tests/x --chapter=02, exercises/new name 02", "stage 03; ./run -s 03 a.c, tests/x --chapter=03, exercises/new name 03"),
            ('book/02-two.nw, #ex-2.1', 'book/03-two.nw, #ex-3.1'), ('    ("two", 2, ', '    ("two", 3, '),
            ("appendix gdb/90-end.gdb", "appendix gdb/90-end.gdb"))

    def test_a_planned_chapter_moves_with_the_last(self):
        self.assertBecomes(("chapter 12 will say", "chapter 7 will say"))

    def test_other_numbers_stay(self):
        for text in ("2 chapters", "chapter 2.5", "chapters of 2", "section 2", "0x02", "batch02", "2-two.nw"):
            self.assertBecomes((text, text))

    def test_a_chapter_that_is_gone_is_refused_where_it_is_named(self):
        (self.top / "book" / "02-two.nw").unlink()
        (self.top / "notes").write_text("one\nsee chapter 2\n")
        done = run(self.top)
        self.assertEqual((done.returncode, done.stdout),
                         (1, "renumber: no such chapter any more:\n  notes:2: chapter 2\n"))
        self.assertTrue((self.top / "book" / "01b-new.nw").exists(), "nothing is written")

    def test_two_chapters_of_one_number_are_refused(self):
        (self.top / "book" / "02-too.nw").write_text("# too\n")
        done = run(self.top)
        self.assertEqual(done.returncode, 1)
        self.assertIn("book/02-too.nw and book/02-two.nw have the same number; give one of them a letter", done.stdout)


if __name__ == "__main__":
    unittest.main()
