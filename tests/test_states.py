"""The rule of the states: a test that is about a chapter's runtime runs on the last one, too, or says why not."""
import re
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import chapters
import states

# Modules that read the state of a chapter and nothing of a later one, and what holds the promise there.
OWN = {
    "test_boot.py": "the table of chapter 7, with its figures; test_the_main_goroutine.py runs on the last state",
    "test_check_and_args.py": "rt0 prints a report that no example prints; unit/args.c, print.c, mem.c and gate.c run everywhere",
    "test_osinit.py": "so does this; unit/osinit.c and vdso.c run everywhere",
    "test_switch.py": "the last state with no other switch than mcall and gogo; unit/registers.c has all since",
    "test_the_main_goroutine.py": "some classes need one thread and one line; the others run on the last state",
    "test_gdb.py": "the debugger is told about older runtimes; most of its tests run on the last state",
    "test_guard.py": "compares the guard pages of two states, the last one among them", "test_weave.py": "is about the pages",
    "test_loom.py": "is about the tangle", "test_run.py": "is about the runner", "test_renumber.py": "is about the chapters",
    "test_transcripts.py": "is about transcripts", "test_states.py": "this one", "test_floors.py": "is about the folders",
    "test_reader.py": "is about what a reader types", "test_printing.py": "one class of many, about the first state that prints",
}


def module(text):
    """The names of a test module with this text."""
    names = {"__name__": "toy", "unittest": unittest, "superseded": states.superseded, "states": states}
    exec(text, names)
    states.everywhere(names)
    return names


class Rule(unittest.TestCase):
    def test_a_module_that_reads_a_chapters_state_has_since_or_is_excused(self):
        for path in sorted((chapters.TOP / "tests").glob("test_*.py")):
            text = path.read_text(encoding="utf-8")
            with self.subTest(path.name):
                if re.search(r"^ +since\b.* = ", text, re.M):
                    self.assertIn("\nstates.everywhere(globals())\n", text, "at its end, or since means nothing")
                elif re.search(r'\bstate\("|build/chapters/|prefix\("', text):
                    self.assertIn(path.name, OWN, "say since = \"NAME\" in its classes, or in OWN why not")

    def test_who_is_excused_is_there(self):
        for name in OWN:
            self.assertTrue((chapters.TOP / "tests" / name).exists(), name)


class Variants(unittest.TestCase):
    BOOK = {"01-one": "<<a>>=\n1\n@\n<<b>>=\n1\n@\n", "02-two": "<<replace: a>>=\n2\n@\n", "03-three": "<<c>>=\n3\n@\n",
            "04-four": "<<a>>=\n4\n@\n<<replace: b>>=\n", "05-five": "no code"}

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        top = Path(directory.name)
        (top / "book").mkdir()
        for name, text in self.BOOK.items():
            (top / "book" / (name + ".nw")).write_text(text)
        for name, value in (("states.TOP", top), ("states.LAST", top), ("chapters.TOP", top)):
            patch = mock.patch(name, value)
            patch.start()
            self.addCleanup(patch.stop)
        self.top = top

    def test_a_later_chapter_touches_what_it_replaces_or_appends_to(self):
        self.assertEqual(states.touching("one", ("a",)), ["02", "04"])
        self.assertEqual(states.touching("two", ("a", "b")), ["04"])
        self.assertEqual(states.touching("one", ("c", "d")), ["03"])
        self.assertEqual(states.touching("four", ("a",)), [])

    def test_a_class_runs_on_its_own_state_on_those_that_touch_and_on_the_last(self):
        names = module('class A(unittest.TestCase):\n since, about = "one", ("a",)\n def test_x(self): pass\n')
        self.assertEqual({name: thing.state for name, thing in names.items() if name.startswith("A")},
                         {"A": self.top / "build/chapters/01", "A_after_02": self.top / "build/chapters/02", "A_last": self.top})

    def test_what_is_superseded_does_not_run_later(self):
        names = module('class A(unittest.TestCase):\n since, about = "one", ("a", "c")\n def test_x(self): pass\n'
                       ' @superseded("three", "why")\n def test_y(self): pass\n'
                       ' @states.once\n def test_z(self): pass\n'
                       '@superseded("three", "why")\nclass B(A): pass\n')
        tests = {name: states.tests_of(thing) for name, thing in names.items() if name[0] in "AB" and name[1:2] in ("", "_")}
        self.assertEqual(tests, {"A": ["test_x", "test_y", "test_z"], "A_after_02": ["test_x", "test_y"], "A_after_03": ["test_x"],
                                 "A_last": ["test_x"], "B": ["test_x", "test_y", "test_z"], "B_after_02": ["test_x", "test_y"]})

    def test_what_reads_the_same_at_the_end_does_not_run_there(self):
        for state in (self.top / "build/chapters/01", self.top):
            (state / "src/sched").mkdir(parents=True)
            (state / "src/sched/a.c").write_text("1")
        text = 'class A(unittest.TestCase):\n since, reads = "one", ("sched",)\n def test_x(self): pass\n'
        self.assertNotIn("A_last", module(text))
        self.assertIn("A_last", module(text.replace("sched", "os")))
        (self.top / "src/sched/b.c").write_text("2")
        self.assertIn("A_last", module(text))
        (self.top / "build/chapters/01/src/sched/b.c").write_text("3")
        self.assertIn("A_last", module(text))

    def test_a_class_without_tests_or_since_is_left_alone(self):
        names = module('class A(unittest.TestCase):\n since = "one"\nclass B(unittest.TestCase):\n def test_x(self): pass\n')
        self.assertEqual(sorted(name for name in names if name[0] in "AB"), ["A", "B"])


if __name__ == "__main__":
    unittest.main()
