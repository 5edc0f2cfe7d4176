"""The context switch, one instruction at a time.

tests/programs/switch.c runs a goroutine that uses every callee-saved register:
once alone, where it never leaves its stack, and again among others. Under
tests/ssequiv.c each run gives a record of the registers at every instruction of
the goroutine's own code. The records must be equal.
"""
import os
import re
import resource
import shutil
import tempfile
import unittest
from pathlib import Path

import sources
from chapters import state
from prefix import TOP, ending, run, symbols

# That chapter is the last one in which every switch goes through gogo and mcall.
TREE = state("the-main-goroutine")
EXAMPLES = ("hello", "yield", "inits")
ASM = "switch_amd64.S"
REGISTERS = ("rbx", "rbp", "r12", "r13", "r14", "r15")
CROWDS = ("0", "1", "2", "5")    # how many others; 0: only main and the goroutines it starts itself

# What is done to src/sched/switch_amd64.S, and the registers that differ first.
MUTANTS = {
    "gogo forgets r14": ("r14", [("\tmovq\tgobuf_r14(%rdi), %r14\n", "")]),
    "gogo swaps r12 and r13": ("r12 r13", [("gobuf_r12(%rdi), %r12\n", "gobuf_r12(%rdi), %r99\n"),
                                           ("gobuf_r13(%rdi), %r13\n", "gobuf_r13(%rdi), %r12\n"),
                                           ("%r99\n", "%r13\n")]),
    "gogo loads half of r12": ("r12", [("movq\tgobuf_r12(%rdi), %r12\n", "movl\tgobuf_r12(%rdi), %r12d\n")]),
    "gogo goes on 16 bytes too low": ("rsp", [("\tmovq\tgobuf_sp(%rdi), %rsp\n",
                                               "\tmovq\tgobuf_sp(%rdi), %rsp\n\tsubq\t$16, %rsp\n")]),
    "mcall saves rbp when it is 0 already": ("rbp", [
        ("\tmovq\t%rbp, g_sched+gobuf_bp(%rax)\n", ""),
        ("\txorl\t%ebp, %ebp\n\tcall\t*%rdx\n", "\txorl\t%ebp, %ebp\n\tmovq\t%rbp, g_sched+gobuf_bp(%rdi)\n\tcall\t*%rdx\n")]),
    "mcall saves r15 from r14": ("r15", [("%r15, g_sched+gobuf_r15(%rax)", "%r14, g_sched+gobuf_r15(%rax)")]),
    "mcall does not save r13": ("r13", [("\tmovq\t%r13, g_sched+gobuf_r13(%rax)\n", "")]),
    "systemstack loses rbx": ("rbx", [("\tpopq\t%rbx\n\t.cfi_restore rbx\n\tpopq\t%rbp\n",
                                       "\tpopq\t%rcx\n\t.cfi_restore rbx\n\tpopq\t%rbp\n")]),
    "systemstack uses r14 without saving it": ("r14", [("\tmovq\t%rax, %rbx\t", "\tmovq\t%rax, %r14\n\tmovq\t%rax, %rbx\t")]),
}


def must(*command):
    done = run(command)
    if done.returncode != 0:
        raise AssertionError("%s: %s\n%s" % (" ".join(map(str, command)), ending(done), done.stderr))
    return done.stdout


class Record:
    """What ssequiv saw: a row of columns for each instruction, and the end of the run."""

    def __init__(self, ssequiv, program, how):
        table = symbols(program)
        first, last = table["watched"][0], table["watched_end"][0]
        self.how = "alone" if how == "alone" else "among %s other%s" % (how if how > "0" else "no", "" if how == "1" else "s")
        done = run([ssequiv, "%x" % first, "%x" % last, program, how])
        self.printed = done.stderr
        if done.returncode != 0:
            raise AssertionError("%s: %s" % (self.how, done.stderr))
        lines = done.stdout.splitlines()
        self.columns = lines[0].split()
        self.end = lines[-1].replace("end ", "", 1)
        marks = sorted((place[0], name) for name, place in table.items() if first <= place[0] <= last)
        self.rows = [[self.symbol(marks, int(words[0], 16))] + words[1:] for words in map(str.split, lines[1:-1])]

    @staticmethod
    def symbol(marks, address):
        start, name = max(mark for mark in marks if mark[0] <= address)
        return name + ("+0x%x" % (address - start) if address > start else "")


def difference(alone, among):
    """The first difference of two records as a sentence; None if there is none."""
    for number, (a, b) in enumerate(zip(alone.rows, among.rows), 1):
        if a != b:
            facts = ["%s is %s alone and %s %s" % (column, x, y, among.how)
                     for column, x, y in zip(alone.columns, a, b) if x != y]
            return "At %s, instruction %d of the goroutine, %s." % (a[0], number, ", ".join(facts))
    for short, long in ((among, alone), (alone, among)):
        if len(short.rows) < len(long.rows):
            return "At %s, instruction %d of the goroutine, the run %s %s and the run %s goes on.%s" % (
                short.rows[-1][0], len(short.rows), short.how, short.end, long.how, "\n" + short.printed)
    for record in alone, among:
        if record.end != "ended with status 0":
            return "The goroutine did the same in both runs, but then the run %s %s.\n%s" % (
                record.how, record.end, record.printed)
    return None


class Switch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.place = Path(directory.name)
        cls.ssequiv = cls.place / "ssequiv"
        must("gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-I%s/src" % TOP, "-o", cls.ssequiv, TOP / "tests/ssequiv.c")
        if not (TREE / "obj").exists():
            must("make", "--no-print-directory", "-C", TOP, "chapter-" + TREE.name)
        cls.library = cls.place / "librt0-all.a"
        must("ar", "rcD", cls.library, *sorted((TREE / "obj").glob("*.o")))
        cls.objects = {"switch": [cls.compile(TOP / "tests/programs/switch.c"),
                                  cls.compile(TOP / "tests/programs/switch_registers.S")]}
        for name in EXAMPLES:
            cls.objects[name] = [cls.compile(TREE / "examples" / (name + ".c"))]
        cls.right = cls.build("right", cls.library)

    @classmethod
    def compile(cls, file, source=TREE / "src", place=None):
        output = (place or cls.place) / (file.stem + ".o")
        must("gcc", "@%s/cflags" % source, "-O2", "-I%s" % source, "-c", "-o", output, file)
        return output

    @classmethod
    def build(cls, name, library):
        """A directory with switch and the examples, linked with a runtime."""
        place = cls.place / name.replace(" ", "-")
        place.mkdir(exist_ok=True)
        for program, objects in cls.objects.items():
            must("gcc", "@%s/src/ldflags" % TREE, "-o", place / program, *objects, library)
        return place

    def mutant(self, name, changes):
        """The same with a runtime whose switch_amd64.S is changed."""
        place = self.place / name.replace(" ", "-")
        source = place / "src"
        shutil.copytree(TREE / "src", source)
        file = sources.find(source, ASM)
        text = file.read_text(encoding="utf-8")
        for old, new in changes:
            self.assertEqual(text.count(old), 1, "%s: %s should have this text once: %r" % (name, ASM, old))
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
        library = shutil.copy(self.library, place)
        members = must("ar", "t", library).split()
        self.assertEqual(members.count(file.stem + ".o"), 1, "%s has these members: %s" % (library, members))
        must("ar", "rD", library, self.compile(file, source, place))
        return self.build(name, library)

    def record(self, place, how):
        try:
            return Record(self.ssequiv, place / "switch", how)
        except AssertionError as error:
            if "does not allow ptrace" in str(error):
                self.skipTest("this system does not allow ptrace; in Docker: --cap-add=SYS_PTRACE")
            raise

    def differences(self, place, crowds=CROWDS):
        """A sentence for each crowd in which the goroutine is not as it is alone."""
        alone = self.record(place, "alone")
        found = (difference(alone, self.record(place, how)) for how in crowds)
        return [sentence for sentence in found if sentence]

    def plain(self, place):
        """What a user sees of the examples; one that hangs ends after a second of processor time."""
        found = {}
        for name in EXAMPLES:
            done = run(["./" + name], cwd=place, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (1, 1)))
            found[name] = (ending(done), done.stdout, done.stderr)
        return found

    def test_a_goroutine_cannot_tell_whether_others_ran(self):
        wrong = self.differences(self.right)
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))

    def test_two_runs_give_the_same_record(self):
        first, second = (self.record(self.right, "2") for _ in range(2))
        self.assertEqual(first.rows, second.rows)

    def test_alone_nobody_runs_in_between_and_among_others_somebody_does(self):
        turns = [int(re.fullmatch(r"(\d+) turns of others\n", self.record(self.right, how).printed).group(1))
                 for how in ("alone",) + CROWDS]
        self.assertEqual(turns[0], 0)
        self.assertEqual(turns, sorted(set(turns)), "more others should have more turns")
        self.assertGreater(turns[-1], 100)

    def test_the_goroutine_has_something_to_lose_in_every_register(self):
        record = self.record(self.right, "alone")
        returns = [row for row in record.rows if re.fullmatch(r"watched_(deep_)?(yielded|started|borrowed)", row[0])]
        self.assertEqual(len(returns), 6 * (3 + 4))
        for name in REGISTERS:
            values = {row[record.columns.index(name)] for row in returns}
            self.assertEqual(len(values), len(returns), "%s should be new at each return of a call" % name)
        for row in returns:
            values = [row[record.columns.index(name)] for name in REGISTERS]
            self.assertEqual(len(set(values)), 6, "two registers with one value may be swapped: %s" % row)

    def test_the_first_difference_is_told_in_a_sentence(self):
        alone, among = self.record(self.right, "alone"), self.record(self.right, "2")
        at = [row[0] for row in among.rows].index("watched_yielded")
        among.rows[at][among.columns.index("r14")] = "5"
        r14 = alone.rows[at][alone.columns.index("r14")]
        self.assertEqual(difference(alone, among), "At watched_yielded, instruction %d of the goroutine, "
                                                   "r14 is %s alone and 5 among 2 others." % (at + 1, r14))
        among.rows, among.end = among.rows[:at], "was killed by SIGSEGV"
        self.assertIn("the run among 2 others was killed by SIGSEGV and the run alone goes on.", difference(alone, among))

    def test_mutants_that_a_plain_run_does_not_notice_are_killed(self):
        self.record(self.right, "alone")    # skips this test, and not each mutant, where ptrace is forbidden
        expected = self.plain(self.right)
        self.assertEqual({how[0] for how in expected.values()}, {"exit status 0"}, expected)
        unnoticed = []
        for name, (registers, changes) in MUTANTS.items():
            with self.subTest(name):
                place = self.mutant(name, changes)
                found = self.differences(place, "2")
                self.assertNotEqual(found, [], "the mutant lives: the records are equal")
                for register in registers.split():
                    self.assertRegex(found[0], r"\b%s is \S+ alone and \S+ among 2 others" % register)
                if self.plain(place) == expected:
                    unnoticed.append(name)
        self.assertGreaterEqual(len(unnoticed), 3, "hello, yield and inits print the right text with these mutants "
                                                   "only: %s" % unnoticed)


if __name__ == "__main__":
    unittest.main()
