"""The folders of src/ are floors: what is called lies below, and each says what it offers and what it may use."""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "book" / "tools"))
import floors  # noqa: E402

PICTURE = TOP / "book" / "figures" / "floors.svg"
LINES = 400     # of a file of src/
HEAD = 12       # of the comment that begins a header


def run(*command):
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True, cwd=TOP)


class House(unittest.TestCase):
    def setUp(self):
        self.house = floors.House(TOP)

    def test_no_call_goes_up_a_floor_in_any_state(self):
        trees = [TOP] + sorted(path.parent for path in TOP.glob("build/chapters/[0-9][0-9]/obj"))
        for tree in trees:
            with self.subTest(tree.name):
                self.assertEqual(list(floors.House(tree).faults()), [])

    def test_a_header_says_what_its_floor_offers_and_may_use_and_it_uses_no_more(self):
        used = {floor: {below for above, below in self.house.pairs() if above == floor} for floor in floors.FLOORS}
        for floor in floors.FLOORS:
            with self.subTest(floor):
                said, lines = self.house.head(floor)
                self.assertEqual(sorted(said), ["is", "may use", "offers"], "src/%s/%s.h should begin with a comment "
                                 "Floor %s: ... Offers: ... May use: ..." % (floor, floor, floor))
                self.assertLessEqual(len(lines), HEAD)
                may = set(floors.FLOORS) if said["may use"] == "every other floor" else \
                    set() if said["may use"] == "nothing" else set(said["may use"].split(", "))
                self.assertLessEqual(used[floor], may, "src/%s/%s.h does not say so" % (floor, floor))

    def test_the_picture_is_that_of_the_objects(self):
        self.assertEqual(PICTURE.read_text(encoding="utf-8"), floors.drawing(self.house),
                         "the house has changed; draw it anew: make floors")

    def test_no_file_is_longer_than_400_lines(self):
        for path in sorted((TOP / "src").rglob("*.[chS]")):
            lines = path.read_text(encoding="utf-8").count("\n")
            self.assertLessEqual(lines, LINES, "%s has %d lines; make two files of it" % (path.relative_to(TOP), lines))


class Faults(unittest.TestCase):
    """A small house with one thing wrong."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.tree = Path(directory.name)
        for folder in floors.FLOORS + ("../obj",):
            (self.tree / "src" / folder).mkdir(parents=True)
        self.write("os/low.c", "void low(void) { }\n")
        self.write("sched/high.c", "void low(void); void high(void) { low(); }\n")

    def write(self, name, text):
        path = self.tree / "src" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        if path.suffix == ".c":
            done = run("gcc", "-O1", "-ffreestanding", "-I", self.tree / "src", "-c", "-o",
                       self.tree / "obj" / (path.stem + ".o"), path)
            self.assertEqual(done.returncode, 0, done.stdout)

    def faults(self):
        done = run(sys.executable, "book/tools/floors.py", "check", self.tree)
        self.assertEqual(done.returncode, 1 if done.stdout else 0, done.stdout)
        return done.stdout.splitlines()

    def test_a_call_down_is_right(self):
        self.assertEqual(self.faults(), [])

    def test_a_call_up_is_a_fault_that_names_both_files_and_the_remedy(self):
        self.write("os/low.c", "void high(void); void low(void) { high(); }\n")
        self.assertEqual(self.faults(), ["src/os/low.c: uses high of src/sched/high.c, a floor above; move one of them, "
                                         "or let os declare a hook that sched sets"])

    def test_a_hook_that_the_lower_floor_declares_is_right(self):
        self.write("os/low.c", "void (*hook)(void); void low(void) { if (hook) hook(); }\n")
        self.write("sched/high.c", "extern void (*hook)(void); void high(void) { hook = high; }\n")
        self.assertEqual(self.faults(), [])

    def test_a_variable_of_a_floor_above_is_a_fault(self):
        self.write("boot/top.c", "int top;\n")
        self.write("lib/shelf.c", "extern int top; int *shelf(void) { return &top; }\n")
        self.assertRegex("\n".join(self.faults()), "^src/lib/shelf.c: uses top of src/boot/top.c, a floor above")

    def test_an_include_that_goes_up_is_a_fault(self):
        self.write("sched/sched.h", "\n")
        self.write("os/low.c", '#include "sched/sched.h"\nvoid low(void) { }\n')
        self.assertEqual(self.faults(), ["src/os/low.c: includes src/sched/sched.h, a floor above"])

    def test_the_front_of_lib_is_no_header_for_the_scheduler(self):
        self.write("rt0.h", "\n")
        self.write("sched/high.c", '#include "rt0.h"\nvoid high(void) { }\n')
        self.assertEqual(self.faults(), ["src/sched/high.c: includes src/rt0.h, a floor above"])

    def test_a_circle_of_files_is_right_in_sched_and_nowhere_else(self):
        for floor, found in (("sched", []), ("os", ["src/os/a.c src/os/b.c: these files use each other in a circle"])):
            self.write(floor + "/a.c", "void b(void); void a(void) { b(); }\n")
            self.write(floor + "/b.c", "void a(void); void b(void) { a(); }\n")
            self.assertEqual(self.faults(), found)
            for name in ("a.c", "b.c"):
                (self.tree / "src" / floor / name).unlink()

    def test_a_file_in_no_folder_is_a_fault(self):
        self.write("stray.c", "int stray;\n")
        self.write("attic/old.c", "int old;\n")
        self.assertEqual(self.faults(), ["src/%s: is in none of the folders boot, lib, sync, sched, os" % name
                                         for name in ("attic/old.c", "stray.c")])

    def test_a_name_that_no_file_has_is_a_fault_and_those_of_the_program_and_the_linker_are_not(self):
        self.write("boot/top.c", "void main_main(void); extern int __start_inittasks[]; void printf(void);\n"
                                 "int *top(void) { main_main(); printf(); return __start_inittasks; }\n")
        self.assertEqual(self.faults(), ["src/boot/top.c: uses printf, which no file has"])

    def test_without_objects_it_says_what_to_do(self):
        shutil.rmtree(self.tree / "obj")
        done = run(sys.executable, "book/tools/floors.py", "check", self.tree)
        self.assertIn("build it first, with make", done.stdout)
        self.assertNotIn("Traceback", done.stdout)


if __name__ == "__main__":
    unittest.main()
