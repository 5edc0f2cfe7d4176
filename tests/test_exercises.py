"""The laws of the course, in a short form; make selftest has the long one.

Every starter builds and fails, every solution has all points, every wrong solution fails by the row that
it names, and no cheat that we tried gets more than the points for building.
"""
import base64
import contextlib
import copy
import csv
import gzip
import html
import importlib.machinery
import importlib.util
import io
import json
import os
import pty
import random
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tarfile
import tempfile
import termios
import threading
import time
import types
import unittest
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

from chapters import number
from prefix import TOP, run

sys.path.insert(0, str(TOP / "exercises" / "lib"))
import course  # noqa: E402
import report  # noqa: E402
import timeline  # noqa: E402
from course import Grading, find_exercise, wrong_solutions  # noqa: E402

EXERCISES = [course.Exercise(path.parent) for path in sorted(TOP.glob("exercises/[0-9][0-9]-*/about"))]
LONG = bool(os.environ.get("RT0_LONG"))     # make selftest tries all wrong solutions
RUNS = 100 if LONG else 1                   # of a row, at most
GRADE = TOP / "exercises" / "grade"


def loaded(path):
    """A file of Python without the suffix, as a module."""
    loader = importlib.machinery.SourceFileLoader(re.sub(r"\W", "_", path), str(TOP / path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def told(grading):
    return grading.refused or "\n".join("%s: %s" % (r.row.name, r.cause) for r in grading.results if not r.passed)


def failed(grading):
    return [result.row.name for result in grading.results if not result.passed]


class Laws(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.place = Path(directory.name)

    def grade(self, exercise, text, name="answer.nw", only=None):
        path = self.place / name
        path.write_text(text, encoding="utf-8")
        return report.graded(path, exercise, only=only, shown=name)

    def test_points_add_up_to_a_hundred(self):
        for exercise in EXERCISES:
            self.assertEqual(sum(row.points for row in exercise.rows) + sum(exercise.hand.values()), 100, exercise.name)
            names = [row.name for row in exercise.rows]
            self.assertEqual(len(names), len(set(names)), exercise.name)

    def test_each_has_all_its_parts(self):
        for exercise in EXERCISES:
            for part in ("exercise-%s.md" % exercise.name, "starter.nw", "allow", "hints.md", "oracle.py", "solution.nw", "wrong", "advice.md"):
                self.assertTrue((exercise.directory / part).exists(), "%s has no %s" % (exercise.name, part))
            hints = (exercise.directory / "hints.md").read_text(encoding="utf-8")
            self.assertEqual(len(re.findall(r"^# ", hints, re.M)), 3, "%s: hints.md should have three levels" % exercise.name)
            self.assertGreaterEqual(len(list(wrong_solutions(exercise))), 3, exercise.name)
            page = (exercise.directory / ("exercise-%s.md" % exercise.name)).read_text(encoding="utf-8")
            for part in ("\n## What counts\n", " hours", "\n## Your first ten minutes\n"):
                self.assertIn(part, page, exercise.name)
            self.assertEqual(sorted(set(re.findall(r"`tests/unit/(\w+\.c)`", page))), exercise.about.get("breaks", "").split(),
                             "%s: the page names the tests that the task changes, and about lists them" % exercise.name)
            chapter = exercise.about.get("chapter", exercise.about["state"])
            link = "(#exercise-%s)" % exercise.name
            self.assertTrue(link in (TOP / "book" / (chapter + ".nw")).read_text(encoding="utf-8"), "book/%s.nw does not link to %s, as [the title]%s" % (chapter, exercise.name, link))
            predict = exercise.directory / "predict.md"
            if exercise.language != "answers":      # which is all predictions
                self.assertRegex(predict.read_text(encoding="utf-8"), r"\A(# .*\?\n[^#\n].*\n)+\Z", exercise.name)

    def test_without_a_woven_book_a_page_has_titles_in_place_of_links(self):
        self.assertEqual(course.in_words("# A {#exercise-1}\n[](#newproc), [so](#newproc), [](#teaching), [[a[i]]].\n"),
                         "# A\n*newproc: a goroutine from nothing* (chapter %d), so (chapter %d), *Teaching with this book*, `a[i]`.\n" % ((int(number("newproc")),) * 2))
        for exercise in EXERCISES:
            page = (exercise.directory / ("exercise-%s.md" % exercise.name)).read_text(encoding="utf-8")
            self.assertRegex(page, r"\]\(#|\[\[")
            self.assertNotRegex(course.in_words(page), r"\]\(#|\[\[|\{#", exercise.name)

    # What the first failing row of a starter shows, in answer to the question in predict.md.
    shown = {"11": r": step back if sysmon has marked this turn\n +1 .* has worked and polls\n-> +2 ", "12": r": stand on g\Z"}

    def test_every_starter_builds_runs_and_fails(self):
        for exercise in EXERCISES:
            few = 3 if exercise.number == "08" else 1       # of 4,000 runs of its starter ten had a seed that hides the fault
            grading = Grading(exercise.directory / "starter.nw", exercise, runs=max(RUNS, few), warm=not LONG)
            self.assertEqual(grading.refused, "", exercise.name)
            self.assertEqual(grading.score, int(exercise.about["build"]), exercise.name + "\n" + told(grading))
            named = {row for _, row, _ in wrong_solutions(exercise)}
            self.assertEqual({row.name for row in exercise.rows[1:]} - named - set(failed(grading)), set(), "%s: these rows never fail" % exercise.name)
            self.assertRegex(told(grading), r"still to do at \S+starter.nw:\d+: |you predicted \"todo\"", exercise.name)
            first = next(result for result in grading.results if not result.passed)
            if exercise.number in self.shown:
                self.assertRegex("\n".join([first.cause] + list(first.events)), self.shown[exercise.number], "what predict.md says of exercise %s" % exercise.number)

    def test_every_solution_has_all_points(self):
        for exercise in EXERCISES:
            start = sum(os.times()[:4])
            grading = Grading(exercise.directory / "solution.nw", exercise, runs=RUNS, warm=not LONG)
            self.assertLess(sum(os.times()[:4]) - start, 20, "%s: a hand-in should be graded in 20 s" % exercise.name)
            self.assertEqual(grading.score, 100 - sum(exercise.hand.values()), "%s\n%s" % (exercise.name, told(grading)))

    if LONG:
        def test_every_solution_but_those_about_one_run_has_all_points_in_a_cohort(self):
            with mock.patch.dict(os.environ, RT0_COHORT="7"):
                for exercise in course.exercises():
                    if exercise.language == "answers":      # a run of cohort 0; so are the seed that 08 names and the page of 14
                        continue
                    grading = Grading(exercise.directory / "solution.nw", exercise, runs=2)
                    self.assertEqual(grading.refused, "", exercise.name)
                    self.assertEqual(failed(grading), {"08": ["seed", "mend"], "14": ["page"]}.get(exercise.number, []), exercise.name + "\n" + told(grading))

    def test_a_solution_is_graded_many_times_and_an_interrupted_test_goes_on(self):
        """The long form of the law above, exercises/selftest; here on a copy whose solution is wrong, once it is."""
        selftest = loaded("exercises/selftest")
        exercise, said = find_exercise("03"), io.StringIO()
        built = Grading(exercise.directory / "solution.nw", exercise, keep=self.place, runs=RUNS)
        file = self.place / "passed"
        with contextlib.redirect_stdout(said):
            self.assertTrue(selftest.many(exercise, "loaded", 3, file, built))
            self.assertTrue(selftest.many(exercise, "loaded", 5, file, built))
            wrong = next(iter(wrong_solutions(exercise)))
            built = self.grade(exercise, wrong[2])
            built.again = lambda: built
            self.assertFalse(selftest.many(exercise, "quiet", 2, file, built))
        self.assertEqual(file.read_text(), 5 * "loaded\n")
        self.assertRegex(said.getvalue(), r"loaded +5 of 5 .*\(3 before\)\n(?s:.*) quiet: the solution has failed: %s, seed \d+: [^\n]*\n\Z" % wrong[1])
        self.assertNotIn("not run", said.getvalue())

    def test_a_record_of_gradings_is_void_when_code_changes_and_stays_when_prose_does(self):
        selftest = loaded("exercises/selftest")
        exercise = find_exercise("03")
        copied = self.place / exercise.name
        shutil.copytree(exercise.directory, copied)
        copy, chapter = course.Exercise(copied), self.place / "chapter.nw"
        book = (TOP / exercise.chapters[-1]).read_text(encoding="utf-8")
        code = re.search(r"^<<.*>>=\n(?:.*\n)*?(\treturn .*\n)", book, re.M).start(1)

        def name(text=book):
            chapter.write_text(text, encoding="utf-8")
            with mock.patch.object(course.Exercise, "chapters", exercise.chapters[:-1] + [str(chapter)]), mock.patch.object(course.Exercise, "given", exercise.given):
                return selftest.record(copy).name
        first = selftest.record(exercise).name
        self.assertEqual(name(), first)
        self.assertEqual(name(re.sub(r"^(# .*)$", r"\1\n\nOne line, and a comma, more.", book, count=1, flags=re.M)), first)
        for told in ("hints.md", "starter.nw", "wrong", "advice.md"):
            (copied / told).write_text("\n", encoding="utf-8")
        self.assertEqual(name(), first)
        self.assertEqual(name(book[:code] + "\t/* why */\n" + book[code:]), first)
        self.assertNotEqual(name(book[:code] + "\t;\n" + book[code:]), first)
        for file in ("oracle.py", "solution.nw", "about"):
            with self.subTest(file):
                (copied / file).write_text((exercise.directory / file).read_text(encoding="utf-8") + "\n", encoding="utf-8")
                self.assertNotEqual(name(), first)
                shutil.copy(exercise.directory / file, copied)

    def test_every_wrong_solution_fails_by_the_row_that_it_names(self):
        """And the advice of that row shows the same cause again: in the short form by the same row and seed, in the long one typed."""
        def one(case):
            exercise, name, row, text = case
            needed = [row] + [one.after for one in exercise.rows if one.name == row and one.after]
            path = self.place / ("%s-%s.nw" % (exercise.number, re.sub(r"\W+", "-", name)))
            path.write_text(text, encoding="utf-8")
            grading = Grading(path, exercise, only=needed, keep=path.with_suffix(""), warm=not LONG)
            causes = [self.cause_again(grading, result) for result in grading.results if result.row.name == row and not result.passed]
            return exercise, name, row, grading, causes
        cases = [(exercise,) + wrong for exercise in EXERCISES for wrong in list(wrong_solutions(exercise))[:None if LONG else 1]]
        with ThreadPoolExecutor(2) as pool:
            for exercise, name, row, grading, causes in pool.map(one, cases):
                self.assertEqual(grading.refused, "", "%s, %s" % (exercise.name, name))
                self.assertIn(row, failed(grading), "%s, %s: this row should fail" % (exercise.name, name))
                for result in grading.results:
                    if result.row.name == row:
                        says = "%s, %s: the advice of row %s shows something else" % (exercise.name, name, row)
                        self.assertTrue(all(causes), says)
                        if (exercise.number, row) != ("11", "mixed"):       # three Ps and no seed: it fails, each time elsewhere
                            self.assertEqual(*[[re.sub("0x[0-9a-f]+", "0x...", cause) for cause in some] for some in (causes, [result.cause])], says)

    def cause_again(self, grading, result):
        """What the failing row says if one does what it advises."""
        told = report.rows(grading, result)
        if grading.exercise.language == "answers":      # each run is the same; the commands are for GDB
            self.assertIn("          (gdb) ", told)
            return grading.again().results[-1].cause
        words = re.search(r"see it again:  (exercises/grade --row (\w+) --seed (\d+) (\S+))\n", told)
        self.assertEqual(words.group(4), str(grading.path))
        if LONG:
            done = run(words.group(1).split() + ["--results", grading.path.with_suffix(".json")], cwd=TOP, timeout=120)
            self.assertEqual(done.returncode, 0, done.stderr)
            return json.loads(grading.path.with_suffix(".json").read_text())["tests"][-1]["output"].split("\n")[0]
        again = copy.copy(grading)
        again.results, again.only, again.seed = [], [words.group(2)], int(words.group(3))
        again.judge_rows()
        return again.results[-1].cause

    def test_what_the_pages_show_is_what_is_printed(self):
        answers = {"02": (find_exercise("02").directory / "starter.nw").read_text(encoding="utf-8"),
                   "04": next(iter(wrong_solutions(find_exercise("04"))))[2]}
        for number, text in answers.items():
            exercise = find_exercise(number)
            page = (exercise.directory / ("exercise-%s.md" % exercise.name)).read_text(encoding="utf-8")
            shown = [line.strip() for line in re.findall(r"^    (.*\S)$", page, re.M)]
            path = self.place / "answer.nw"
            path.write_text(text, encoding="utf-8")
            grading = Grading(path, exercise, only=["first", "shares"], shown="answers/%s.nw" % exercise.name, fresh=False)
            printed = [line.strip() for result in grading.results for line in [result.cause] + list(result.events)]
            self.assertGreater(len(shown), 0)
            for line in shown:
                self.assertTrue(any(line in one for one in printed), "%s shows a line that is not printed:\n%s\nbut\n%s" % (
                    exercise.name, line, "\n".join(printed)))

    def test_a_state_with_a_solution_passes_the_unit_tests_of_its_chapter(self):
        """Except those that the exercise's about names, because the task changes what they say. In the short form one exercise, and of these tests those of its chapter."""
        runner = loaded("tests/run")
        for exercise in EXERCISES:
            if exercise.language in ("answers", "python") or not LONG and exercise.number != "03":
                continue
            number = Path(exercise.chapters[-1]).name[:2]
            texts = course.tangle(exercise.chapters + exercise.given + [str((exercise.directory / "solution.nw").relative_to(TOP))])
            tree = course.Tree(self.place / exercise.name, texts)
            objects = tree.objects() + [tree.compile(course.LIB / "todo.c", (course.LIB / "todo.c").read_text())]
            archive = self.place / (exercise.name + ".a")
            self.assertEqual(run(["ar", "rcsD", archive] + objects).returncode, 0)
            broken = []
            for unit in sorted(TOP.glob("tests/unit/*.c")):
                if not runner.unit_chapter(unit) or not runner.unit_chapter(unit) <= number <= runner.unit_last(unit):
                    continue
                if not LONG and runner.unit_chapter(unit) != exercise.about["chapter"][:2]:
                    continue
                program = self.place / unit.stem
                built = run(["gcc", "-std=gnu11", "-g", "-O1", "-D_GNU_SOURCE", "-w", "-fno-pie", "-no-pie", "-DGOAMD64=1", "-I%s/tests/unit" % TOP]
                            + tree.includes + ["-o", program, unit, "-lcunit", "-lc", archive], cwd=TOP)
                if built.returncode != 0 or run([program], timeout=120, cwd=TOP).returncode != 0:
                    broken.append(unit.name)
            with self.subTest(exercise.name):
                self.assertEqual(broken, exercise.about.get("breaks", "").split())


# -- cheats -----------------------------------------------------------------------------

PUT = "<<replace: put a goroutine at the end of the line>>="
TAKE = "<<replace: take the goroutine at the front of the line>>="
BODY = """exercise 03

%s
long Syscall6(long, long, long, long, long, long, long);

void
runqput(struct p *pp, struct g *gp)
{
	(void)pp;
	(void)gp;
	%%s
}

@

and

%s
struct g *
runqget(struct p *pp)
{
	(void)pp;
	return NULL;
}

@
""" % (PUT, TAKE)
SYSCALL = "Syscall6(%s);"

CHEATS = {      # a body for runqput, and what the first failing row must say
    "exit early": ("END;", "ended with status 0"),
    "forge the output": ('print("== 100 of 100 passed\\n{\\"score\\": 100}\\n"); END;', "ended with status 0"),
    "loop for ever": ("for (;;)\n\t\t__atomic_thread_fence(5);", "more processor time"),
    "wait for ever": ("for (;;)\n\t\tSyscall6(35, (long)(long[]){ 9, 0 }, 0, 0, 0, 0, 0);", "did not end in time"),
    "eat memory": ("for (;;)\n\t\t*(char *)persistentalloc(1 @<< 20) = 1;", "out of memory"),
    "fork without end": ("for (;;)\n\t\tSyscall6(57, 0, 0, 0, 0, 0, 0);", "system call 57"),
    "clone a process": ("for (;;)\n\t\tSyscall6(56, 17, 0, 0, 0, 0, 0);", "system call 56"),
    "write the result file": ('Syscall6(2, (long)"results.json", 0101, 0644, 0, 0, 0); END;', "ended with status 0"),
    "start a thread": ("Syscall6(56, 0x10f00, (long)(long[512]){ 0 } + 4096, 0, 0, 0, 0);", "system call 56"),
    "kill the grader": ("Syscall6(62, Syscall6(110, 0, 0, 0, 0, 0, 0), 9, 0, 0, 0, 0);", "system call 110"),
    "kill everybody": ("Syscall6(62, -1, 9, 0, 0, 0, 0);", "system call 62"),
    "trace the grader": ("Syscall6(101, 16, 1, 0, 0, 0, 0);", "system call 101"),
    "open a socket": ("Syscall6(41, 2, 1, 0, 0, 0, 0);", "system call 41"),
    "write to other descriptors": ('for (int i = 3; i < 9; i++)\n\t\tSyscall6(1, i, (long)"note done 0 0 0 0 0\\nend exit 0\\n", 31, 0, 0, 0);\n\tEND;', "system call 1,"),
    "read the solution": ('if (Syscall6(2, (long)"%s/exercises/03-priorities/solution.nw", 0, 0, 0, 0, 0) @>> 63 == 0)\n\t\tSyscall6(231, 9, 0, 0, 0, 0, 0);\n\tEND;' % TOP, "ended with status 0"),
    "detect the environment": ('if (gogetenv("HOME") != NULL || gogetenv("PATH") != NULL || gogetenv("USER") != NULL)\n\t\tSyscall6(231, 9, 0, 0, 0, 0, 0);\n\tEND;', "ended with status 0"),
    "make code": ("Syscall6(10, (long)runqput & -4096, 4096, 7, 0, 0, 0);", "system call 10"),
    "print without end": ('for (;;)\n\t\tprint("%s\\n", "more and more and more and more and more and more and more");', "64 KB"),
    "jump into nothing": ("((void (*)(void))16)();", "SIGSEGV"),
}

REFUSED = {     # a whole answer, and what is said about it
    "another program": ("<<driver.c>>=\nint x;\n@\n", r":3: <<driver.c>>= is defined but nothing uses it"),
    "a file of its own": ("<<src/evil.c>>=\nint x;\n@\n", r":3: <<src/evil.c>> is not part of this exercise"),
    "a chunk of the book's": ("<<replace: run a goroutine>>=\nint x;\n@\n", r":3: <<run a goroutine>> is not part of this exercise"),
    "the flags": ("<<src/cflags>>=\n-w\n@\n", r":3: <<src/cflags>> is not part of this exercise"),
    "a misspelt chunk": (PUT.replace("end", "edn") + "\nint x;\n@\n", r":3: .*did you mean <<put a goroutine at the end of the line>>\?"),
    "an early brace": (PUT + "\nvoid runqput(struct p *pp, struct g *gp) { }}\nvoid evil(void) {\n@\n", r":4: } closes what the chunk"),
    "an early brace by another name": (PUT + "\nvoid runqput(struct p *pp, struct g *gp) { } %>\n@\n", r":4: %> is another spelling"),
    "a macro": (PUT + "\n#define return for(;;)\n@\n", r":4: an answer has no lines for the preprocessor"),
    "a host header": (PUT + "\n#include <stdio.h>\n@\n", r":4: an answer includes no header"),
    "assembly": (PUT + '\n__asm__(".globl x");\n@\n', r":4: __asm__ is not part of an answer"),
    "a global": (PUT + "\nint evil;\n<<base: put a goroutine at the end of the line>>\n@\n", r"^answer.nw:4: the answer makes evil known to the whole program"),
    "a brace behind a backslash": (PUT + "\nvoid runqput(struct p *pp, struct g *gp) { // \\\n{{\n}}}\n@\n", r":4: the line ends in a backslash"),
    "a brace between shifts": (PUT + "\nvoid runqput(struct p *pp, struct g *gp) { int x = 1 @<< 2; } } int y = 4 @>> 1;\n@\n", r":4: } closes what the chunk"),
    "a constructor": (PUT + "\n__attribute__((constructor)) static void x(void) { }\n@\n", r":4: __attribute__ is not part of an answer"),
    "a jump by a function of the compiler's": (PUT + "\nvoid runqput(struct p *pp, struct g *gp) { void *to[5] = { pp, gp, pp }; __builtin_longjmp(to, 1); }\n@\n",
                                               r":4: __builtin_longjmp is not part of an answer"),
    "the stack, by a function of the compiler's": (PUT + "\nvoid runqput(struct p *pp, struct g *gp) { ((void **)__builtin_frame_address(0))[1] = pp; }\n@\n",
                                                   r":4: __builtin_frame_address is not part of an answer"),
    "an open comment": (PUT + "\n<<base: put a goroutine at the end of the line>>\n/* and\n@\n", r":5: the comment is not closed"),
    "what does not compile": (PUT + "\nvoid runqput(struct p *pp, struct g *gp) { retrun; }\n@\n", r"answer.nw:4: error: .retrun. undeclared"),
    "a header behind a comment": (PUT + '\n/**/ #include "/etc/passwd"\n@\n', r":4: an answer includes no header"),
    "a macro behind a comment": (PUT + "\n/*\n*/ #define return for(;;)\n@\n", r":5: an answer has no lines for the preprocessor"),
    "assembly by way of an attribute": (PUT + '\n[/**/[gnu::section(".text\\n.globl x #")]] static int x;\n@\n', r":4: \[\[ begins an attribute"),
    "an attribute by another name": (PUT + "\n<:<:gnu::used:>:> static int x;\n@\n", r":4: <: is another spelling"),
    "assembly in a comment that a chunk closes": (PUT + "\n/* <<more>> */\n@\n\n<<more>>=\n'*/ __asm__(\"hlt\"); /*'\n@\n", r":4: a chunk is used in a comment"),
    "chunks without end": ("".join("<<%s>>=\n<<b%d>>\n<<b%d>>\n@\n" % ("b%d" % n if n else PUT[2:-3], n + 1, n + 1) for n in range(40)) + "<<b40>>=\n;\n@\n",
                           r"takes more than 10 seconds"),
    "an allowed chunk without replace": (PUT.replace("replace: ", "") + "\nvoid\nrunqput(struct p *pp, struct g *gp)\n{\n\t(void)pp;\n\t(void)gp;\n}\n@\n",
                                         r":5: error: redefinition of .runqput.; the chunk <<put a goroutine at the end of the line>> is in chapter %d, and this one "
                                         r"adds to it: <<replace: put a goroutine at the end of the line>>= in line 3 puts yours in its place$" % int(number("schedinit"))),
    "a forgotten replace": ("<<run a goroutine>>=\nint x;\n@\n", r":3: <<run a goroutine>> is not part of this exercise"),
}


FAIR = """exercise 06

<<replace: take one out of turn>>=
/* Write the run that should be, in the driver's name. */
static long
number(const char *s)
{
	long n = 0;

	for (; *s != 0; s++)
		n = 10 * n + *s - '0';
	return n;
}

typedef void says(const char *, long, long, long);
extern void main_main(void);
extern char **os_Args;
long Syscall6(long, long, long, long, long, long, long);
static char turn[8] = "turn", done[8] = "done";

/* The code of note, somewhere in the driver. */
static const unsigned char *
trap(void)
{
	const unsigned char *p = (const unsigned char *)(uintptr_t)main_main;

	while (p[0] != 0xcc || p[1] != 0xc3)
		p--;
	return p;
}

struct g *
runqfair(struct p *pp)
{
	(void)pp;
	(void)turn;
	(void)done;
	(void)trap;
	(void)number;
	if (sched.fairturn == 0)
		return NULL;
	%s
	Syscall6(231, 0, 0, 0, 0, 0, 0);
	return NULL;
}

@
"""
NEXT = (TOP / "exercises/05-runnext/solution.nw").read_text(encoding="utf-8").replace(
    "/* The next goroutine of pp", "extern char _edata[];\n\n/* The next goroutine of pp").replace("\tpp->nexts = 0;\n", "\tpp->nexts = 0;\n\t(void)_edata;\n\t%s\n")
POLL = (TOP / "exercises/11-hog/solution.nw").read_text(encoding="utf-8")
THIEF = (TOP / "exercises/14-nodes/solution.nw").read_text(encoding="utf-8")
SWITCH = (TOP / "exercises/02-context-switch/solution.nw").read_text(encoding="utf-8")

FORGED = {      # answers that write in the driver's name or change what is the driver's: where the code goes, or None if it is an answer, and what is said
    "calls note": (FAIR, """for (long t = 0; t < number(os_Args[3]); t++)
		((says *)(uintptr_t)trap())(turn, t % (number(os_Args[4]) + number(os_Args[5])), 0, 0);
	((says *)(uintptr_t)trap())(done, 0, 0, 0);""", "a note came from code that is not the driver's"),
    "jumps to a call of note": (FAIR, """const unsigned char *p = (const unsigned char *)(uintptr_t)main_main;

	while (p[0] != 0xe8 || (uintptr_t)trap() - (uintptr_t)(p + 5 + *(const int *)(p + 1)) > 8)
		p++;
	((says *)(uintptr_t)p)(turn, 0, 0, 0);""", "a note came from code that is not the driver's"),
    "has a stack of its own": (FAIR, """static uintptr_t stack[64];
	struct gobuf to = { 0 };

	stack[32] = (uintptr_t)main_main + 40;
	to.sp = (uintptr_t)&stack[32];
	to.pc = (uintptr_t)trap();
	gogo(&to);""", "a note came from code that is not the driver's"),
    "writes to the driver's frame": (FAIR, """volatile uintptr_t here = 0, *p = &here;

	while (*p - (uintptr_t)main_main + 0x1000 > 0x20000)	/* the return address */
		p++;
	p[1]++;
	return NULL;""", "its frame changed"),
    "writes to the driver's variables": (NEXT, """for (long *p = (long *)((uintptr_t)_edata & (uintptr_t)-8), n = 0; n < 2000; n++, p--)
		if (*p == 900)
			*p = 1;""", "its variables changed"),
    "makes read-only data writable": (FAIR, "Syscall6(10, (long)main_main & -4096, 4096, 3, 0, 0, 0);", "made system call 10,"),
    "takes the tracer's traps out of the code": (FAIR, "Syscall6(28, 0, 16 @<< 20, 4, 0, 0, 0);", "made system call 28,"),
    "puts memory in the place of the code": (FAIR, "Syscall6(9, 0, 16 @<< 20, 3, 0x32, -1, 0);", "made system call 9,"),
    "runs a goroutine's function itself": (NEXT, "if (gp != NULL && gp->startpc != 0)\n\t\t((void (*)(void *))gp->startpc)((void *)7);", "began with the argument 0x7, and nobody"),
    "pushes a return address": (None, SWITCH.replace("xorl\t%ebp, %ebp\n@", """leaq	main_main(%rip), %rdx
leaq	40(%rdx), %rsi
1: decq	%rdx
cmpw	$0xc3cc, (%rdx)
jne	1b
pushq	%rsi
jmp	*%rdx
@"""), "a note came from code that is not the driver's"),
    "counts a turn in place of ending it": (None, POLL.replace("\t\truntime_Gosched();\n", "\t\tpp->schedtick++;\n", 1), "had to wait for"),
    "takes from far Ps behind rob's back": (None, THIEF.replace("\tuint32_t end;\n", """	uint32_t end;
	struct g *got = runqget(allp[to[n - 1]]);

	if (got != NULL)
		return got;
""", 1), "more than were made there or came by rob"),
    "lets a thief that is none steal": (None, THIEF.replace("\tuint32_t end;\n", """	uint32_t end;
	static struct p near, nearer;

	near.id = pp->id;
	nearer.id = to[0];
	runqsteal(&near, &nearer, 0);
""", 1), "a thief, or its victim, is no P"),
    "gives the driver a false register": (None, SWITCH.replace("movq\t%rdi, %rdx", """movq	g_sched+gobuf_sp(%rcx), %rdx
movq	%rdx, -8(%rsp)			/* what main is to find */
movq	48(%rsp), %rdx
cmpw	$0xf4cc, (%rdx)			/* it is main that has called */
jne	1f
addq	$64, g_sched+gobuf_sp(%rcx)
1: movq	%rdi, %rdx""", 1).replace("movq\tg_sched+gobuf_sp(%rcx), %rsp", "movq\t-8(%rsp), %rsp", 1).replace("\nret\n", """
movq	(%rsp), %rdx
cmpw	$0xf4cc, (%rdx)
jne	1f
leaq	-56-g_sched-gobuf_sp(%rsp), %rbx
1: ret
""", 1), "g0.sched.sp has changed, and must not"),
    "counts the turns of others itself": (None, SWITCH.replace("pushq\t%rbx\n", """leaq	main_main(%rip), %r8
1: incq	%r8
cmpw	$0xff48, (%r8)
jne	1b
cmpb	$5, 2(%r8)
jne	1b
movslq	3(%r8), %r9
addq	$1000, 7(%r8,%r9)
pushq	%rbx
""", 1), "its variables changed"),
}

PYTHON = {      # the same for exercise 12: its answers run in the grader's GDB
    "a module": ("import os", r":5: an answer has no use for Import of Python"),
    "a file": ('return open("results.json", "w")', r":5: open is not a name"),
    "a command": ('gdb.execute("shell id")', r":5: .execute is not part of an answer"),
    "an expression of GDB's": ('gdb.parse_and_eval("$_shell(1)")', r":5: .parse_and_eval is not part"),
    "what lies behind": ("return g.__class__", r":5: .__class__ is not part"),
    "a name for a helper": ("status = 1", r":5: status is not a name that an answer may use so"),
    "a class": ("class x: pass", r":5: an answer has no use for ClassDef"),
    "another chunk": ("<<fail in one line>>", r":3: the chunk uses another one"),
    "no Python": ("return )", r":5: this is no Python"),
    "a loop": ("while True: pass", r": with this answer GDB takes more than 5 seconds") if LONG else ("yield 1", ":5: an answer has no use for Yield"),
}

ASSEMBLY = {    # the same for exercise 02
    "a name for all": (".globl evil", r":4: of the directives, an answer uses .cfi_\* only; .globl"),
    "a section": (".pushsection .init_array", r":4: of the directives"),
    "a label": ("evil: nop", r":4: evil is a label that others see; call it .Levil"),
    "a trap": ("nop; int3", r":4: int3 is the debugger's"),
    "a macro": ("#define nop ret", r":4: an answer has no lines for the preprocessor"),
    "a comment that is none": ("movb $'#, %al; .globl evil", r":4: write a number in place of a character"),
    "a comment the wrong way round": ("*/ int3 /*", r":4: a comment is not closed"),
    "a comment between strings": ('todo("/*")\nint3\ntodo("*/")', r":5: int3 is the debugger's"),
    "a comment between apostrophes": ("# don't /* isn't\n.globl evil\n# */", r":4: a comment is not closed"),
    "a chunk in a comment": ("/* <<more>> */\n@\n\n<<more>>=\nnop", r":4: a chunk is used in a comment"),
    "a trap behind a prefix": ("data16 int3", r":4: int3 is the debugger's"),
    "a name set to a value": ("mcall = 0x1000", r":4: an answer gives no values to names"),
    "a name in quotes": ('"evil": nop', r":4: a string stands in todo"),
    "the driver's names": ("incq turns(%rip)", r"undefined reference to `turns'"),
}


WHICH = 0x7768696368000000      # once in a program: the next numbers choose one of the codes in it


class Cheats(Laws):
    def setUp(self):
        super().setUp()
        self.exercise = find_exercise("03")

    def cheat(self, body):
        return BODY % body.replace("END;", "Syscall6(231, 0, 0, 0, 0, 0, 0);")

    def several(self, template, bodies):
        """The gradings of an answer with each of these bodies; it is built once, and a word in the program says which body it runs."""
        cases = "".join("case %d: {\n\t%s\n\tbreak;\n\t}\n\t" % one for one in enumerate(bodies))
        text = template % ("static volatile long which = %d;\n\n\tswitch (which & 63) {\n\t%s}" % (WHICH, cases)).replace("END;", "Syscall6(231, 0, 0, 0, 0, 0, 0);")
        path = self.place / "several.nw"
        path.write_text(text, encoding="utf-8")
        built = Grading(path, only=[], keep=self.place / "several", runs=RUNS)
        self.assertEqual(built.refused, "")
        code = built.program.path.read_bytes()
        self.assertEqual(code.count(struct.pack("<q", WHICH)), 1)
        gradings = [copy.copy(built) for _ in bodies]
        for number, grading in enumerate(gradings):     # all of them now: while one is open for writing, none can be started
            grading.only, grading.results, grading.program = None, [], copy.copy(built.program)
            grading.program.path = self.place / "several" / ("driver.%d" % number)
            grading.program.path.write_bytes(code.replace(struct.pack("<q", WHICH), struct.pack("<q", WHICH + number)))
            grading.program.path.chmod(0o755)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(Grading.judge_rows, gradings))
        return gradings

    def test_no_cheat_gets_more_than_the_points_for_building(self):
        # Two seconds for each run: where ten others want the processor, the one that loops for ever needs twenty for its two.
        with mock.patch.object(course.Program, "patience", 2):
            gradings = self.several(BODY, [body for body, _ in CHEATS.values()])
        for grading, (name, (_, says)) in zip(gradings, CHEATS.items()):
            self.assertEqual(grading.score, 10, "%s\n%s" % (name, told(grading)))
            self.assertIn(says, told(grading), name)
            limit = {"eat memory": "a run may take [0-9]+ MB", "fork without end": "that is fork, and a run is one process", "kill everybody": "that is kill, and a run reaches",
                     "open a socket": "that is socket, and a run has no network", "write to other descriptors": "that is write, and a run has no files"}.get(name)
            if limit:
                self.assertRegex(" ".join(report.table(grading).split()), r"(out of memory\S*|does not allow\S*(, and said \S.*)?); " + limit, name)
            if name in ("write the result file", "read the solution"):      # told that there is no file, it goes on
                text = BODY % CHEATS[name][0].replace("END;", "")
                self.assertIn("a.nw:11: this opens a file, and a run has none", report.without_files(course.chunks(text, "a.nw"), "a.nw"))
        self.assertEqual(report.without_files(course.chunks((self.exercise.directory / "solution.nw").read_text(encoding="utf-8"), "a.nw"), "a.nw"), "")

    def test_what_is_written_in_the_drivers_name_earns_nothing(self):
        for template in dict.fromkeys(one[0] for one in FORGED.values()):
            mine = {name: (text, says) for name, (where, text, says) in FORGED.items() if where == template}
            gradings = self.several(template, [text for text, _ in mine.values()]) if template else [
                self.grade(None, text, re.sub(r"\W+", "-", name) + ".nw") for name, (text, _) in mine.items()]
            for grading, (name, (_, says)) in zip(gradings, mine.items()):
                self.assertEqual(grading.refused, "", name)
                if grading.exercise.number != "05" and "register" not in name:  # where the forger has a solution of the rows before
                    self.assertEqual(grading.score, grading.results[0].row.points, "%s\n%s" % (name, told(grading)))
                self.assertRegex(told(grading), says, name)

    def test_what_goes_beyond_the_exercise_is_refused_with_its_line_and_a_remedy(self):
        for name, (text, says) in REFUSED.items():
            grading = self.grade(self.exercise, "exercise 03\n\n" + text)
            self.assertRegex(grading.refused, says, name)
            self.assertEqual(grading.score, 0, name)
            self.assertNotIn("\n", grading.refused, name)

    def test_an_error_in_a_call_that_the_driver_watches_is_told_at_the_answers_line(self):
        """The compiler gives the place of a macro in the exercise's hooks.h."""
        grading = self.grade(find_exercise("10"), "To give is to\ngopark no more.\n\n<<replace: give a mutex back>>=\n\ngopark(x, y, z);\n@\n")
        self.assertRegex(grading.refused, r"^answer.nw:6: error: (?!.*/).*; this is about a call that the driver watches \(of incircle, gopark, goparkunlock\), ")

    def test_assembly_stays_where_it_belongs(self):
        for name, (line, says) in ASSEMBLY.items():
            text = "exercise 02\n\n<<replace: load the callee-saved registers>>=\n%s\n@\n" % line
            grading = self.grade(find_exercise("02"), text)
            self.assertRegex(grading.refused, says, name)
            self.assertEqual(grading.score, 0, name)

    def test_python_stays_where_it_belongs(self):
        exercise = find_exercise("12")
        for name, (line, says) in PYTHON.items():
            grading = self.grade(exercise, "exercise 12\n\n<<replace: stand on a goroutine>>=\ndef stand(g):\n    %s\n@\n" % line, name + ".nw")
            self.assertRegex(grading.refused, "^" + re.escape(name + ".nw") + says, name)

    def test_without_its_allow_list_an_exercise_grades_nothing(self):
        copy = self.place / "03-priorities"
        copy.mkdir()
        for path in self.exercise.directory.iterdir():
            if path.is_file() and path.name != "allow":
                (copy / path.name).write_bytes(path.read_bytes())
        with self.assertRaisesRegex(course.Broken, "allow is missing, so nothing would be allowed"):
            Grading(self.exercise.directory / "solution.nw", course.Exercise(copy))

    def test_the_seed_that_a_solution_names_is_found_and_written_down(self):
        """Which make golden does, since a change of the scheduler voids it."""
        seeds = loaded("exercises/08-lost/seeds.py")
        for file in ("solution.nw", "wrong"):
            shutil.copy(TOP / "exercises/08-lost" / file, self.place)
        with mock.patch.object(seeds, "HERE", self.place), mock.patch.object(seeds, "stops", lambda _, seed, procs: seed in {2: (5, 7, 8), 3: (9,)}[procs]), \
                contextlib.redirect_stdout(io.StringIO()):
            seeds.main()
        self.assertRegex((self.place / "solution.nw").read_text(), r"(?s)from 0 to 299, 3 stop the program on 2 Ps and 1 on 3\..*seed = 5;\n\t\*procs = 2;")
        self.assertIn("-\t*seed = 5;\n+\t*seed = 6;\n", (self.place / "wrong").read_text())

    def test_a_cohorts_numbers_are_in_what_is_given(self):
        with mock.patch.dict(os.environ, RT0_COHORT="7"):
            for name in ("01", "13"):       # no given.nw: another run
                (_, usual, value), = find_exercise(name).varied
                self.assertNotEqual(usual, value, name)
            for name, many in (("02", 1), ("03", 1), ("04", 1), ("05", 1), ("07", 2), ("08", 1), ("09", 1), ("10", 1), ("11", 1), ("12", 1), ("14", 1)):
                exercise = find_exercise(name)
                self.assertEqual(len(exercise.varied), many, name)
                for number, usual, value in exercise.varied:
                    self.assertNotEqual(usual, value, name)
                    self.assertEqual(re.findall(r"\b%s = (\d+)" % number, (TOP / exercise.given[0]).read_text(encoding="utf-8")), [str(value)], name)

    def test_an_answer_with_the_number_of_another_cohort_fails_by_a_row(self):
        with mock.patch.dict(os.environ, RT0_COHORT="19"):
            for number, name, row in (("02", "SHADOW", "registers"), ("07", "RUNQSIZE", "wrap"), ("07", "STEALPART", "share"),
                                      ("09", "TICK", "order"), ("10", "NAMED", "longer"), ("12", "NOSTACK", "dead")):
                if not LONG and (number, name) not in (("07", "RUNQSIZE"), ("12", "NOSTACK")):      # the others compile a state each
                    continue
                exercise = find_exercise(number)
                usual = next(usual for one, usual, value in exercise.varied if one == name)
                text = (exercise.directory / "solution.nw").read_text(encoding="utf-8")
                for answer, fails in ((text, []), (re.sub(r"\b%s\b" % name, str(usual), text), [row])):
                    path = self.place / (number + "-answer.nw")
                    path.write_text(answer, encoding="utf-8")
                    needed = [row] + [one.after for one in exercise.rows if one.name == row and one.after]
                    grading = Grading(path, exercise, only=needed, runs=1, warm=True)
                    self.assertEqual((grading.refused, failed(grading)), ("", fails), "%s, %s\n%s" % (exercise.name, name, told(grading)))

    def test_a_forgotten_replace_that_compiles_is_remarked(self):
        grading = self.grade(self.exercise, "exercise 03\n\n%s\n/* and this */\n@\n" % PUT.replace("replace: ", ""), only=[])
        self.assertEqual(grading.refused, "")
        self.assertIn("    answer.nw:3: this adds to the book's <<put a goroutine at the end of the line>>; <<replace: put", report.remarks(grading))

    def test_nothing_is_left_behind(self):
        before = set(course.BUILD.glob("03-priorities.*"))
        self.grade(self.exercise, self.cheat("END;"))
        self.assertEqual(set(course.BUILD.glob("03-priorities.*")) - before, set())


for inherited in [name for name in dir(Laws) if name.startswith("test_")]:
    setattr(Cheats, inherited, None)


# For GDB: run, and tell so many notes of the driver.
STEP = """set pagination off
run
python
left = %d
while left > 0 and gdb.selected_inferior().pid != 0:
    frame = gdb.newest_frame()
    if frame.name() == "note_":
        register = lambda name: int(frame.read_register(name).cast(gdb.lookup_type("long")))
        text = gdb.selected_inferior().read_memory(register("rdi"), 8).tobytes().rstrip(b"\\0").decode()
        print("\\nnoted %%s %%d %%d %%d" %% (text, register("rsi"), register("rdx"), register("rcx")))
        left -= 1
    if left > 0:
        gdb.execute("continue", to_string=True)
if gdb.selected_inferior().pid != 0:
    gdb.execute("kill")
end
"""


class Tool(unittest.TestCase):
    """exercises/grade as a program: statuses, files, bad input."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.place = Path(directory.name)

    def grade(self, data, *options, here=None):
        """Grade what is in data; here: the program as a module, which starts sooner."""
        path = self.place / "03-answer.nw"
        if callable(data):
            data(path)
        elif data is not None:
            path.write_bytes(data)
        words = [path, "--results", self.place / "results.json"] + list(options)
        if here:
            out, error = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error), mock.patch.object(sys, "argv", ["grade"] + list(map(str, words))):
                with self.assertRaises(SystemExit) as end:
                    here.main()
            done = types.SimpleNamespace(returncode=end.exception.code, stdout=out.getvalue(), stderr=error.getvalue())
        else:
            done = run([GRADE] + words)
        results = json.loads((self.place / "results.json").read_text()) if (self.place / "results.json").exists() else None
        return done, results

    def test_without_gdb_there_is_nothing_to_step_with(self):
        with mock.patch("shutil.which", return_value=None):
            done, _ = self.grade(b"", "--gdb", here=loaded("exercises/grade"))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (2, "", "grade: gdb is missing: run ./setup\n"))

    def test_bad_input_is_one_sentence_status_2_and_a_result_that_a_platform_takes(self):
        bad = {
            "empty": (b"", r":1: the file is empty; "), "blank": (b" \n\n", r":1: the file is empty; "),
            "missing": (None, r"there is no such file; "), "huge": (b"x\n" * 200000, r"more than 256 KB; |more than 256 KB, "),
            "binary": (b"\x7fELF\0\0", r":1: there is a zero byte"), "latin 1": (b"one\ncaf\xe9\n", r":2: this line is not UTF-8; convert"),
            "utf-16": ("<<a>>=".encode("utf-16"), r":1: the file is UTF-16; convert it: iconv"), "mark": (b"\xef\xbb\xbfx\n", r":1: the file starts with a byte order mark"),
            "crlf": (b"one\r\ntwo\r\n", r":1: the line ends in CR LF; "), "cr": (b"one\n\ntwo\rthree\r", r":3: the line ends in CR; .*tr "), "no noweb": (b"#include <stdio.h>\nint main(void) { }\n", r":1: the file defines no chunk"),
            "prose": (b"I have no time.\n", r":1: the file defines no chunk"),
            "link": (lambda path: path.symlink_to(TOP / "exercises/03-priorities/starter.nw"), r"03-answer.nw is a symbolic link; hand in the file itself$"),
            "fifo": (os.mkfifo, r"03-answer.nw is a FIFO or a device and no file; hand in the .nw file$"),
            "another chunk": (b"<<replace: run a goroutine>>=\nint x;\n@\n", r":1: <<run a goroutine>> is not part of this exercise; "),
            "header": ((PUT + "\n#include <stdio.h>\n@\n").encode(), r":2: an answer includes no header: .*; delete the line"),
            "no C": ((PUT + "\nvoid runqput(struct p *pp, struct g *gp) { retrun; }\n@\n").encode(), r":2: error: .*undeclared.*; mend that line and try again$"),
            "itself": ((PUT + "\n\n" + PUT.replace("replace: ", "")[:-1] + "\n@\n").encode(), r":3: the chunk uses itself; the book's text of it is <<base: put a"),
            "a circle": ((PUT + "\n<<a>>\n@\n\n<<a>>=\n<<b>>\n@\n\n<<b>>=\n<<a>>\n@\n").encode(), r":5: a chunk contains itself: <<a>> -> <<b>> -> <<a>>; take one"),
            "nothing": ((PUT + "\n@\n").encode(), r":1: the book's <<put a goroutine at the end of the line>> defines runqput, and this one does not; write it, since others call it$"),
            "unused": (b"<<mine>>=\nint x;\n@\n", r":1: <<mine>>= is defined but nothing uses it; use it in a chunk that the exercise allows, or take it out$"),
            "undefined": ((PUT + "\n<<mine>>\n@\n").encode(), r":2: <<mine>> is used but no chunk of this name is defined; define it, or take the use out$"),
            "no end": ((PUT + "\nint x;\nA take is short:\n\n" + TAKE + "\nint y;\n@\n").encode(), r":3: error: .*; the chunk that begins in line 1 has no end; write a line @ behind its code$"),
            "another exercise": (("Exercise 05: x\n\n" + TAKE + "\n<<mine>>\n@\n").encode(), r":4: .*; it was graded as exercise 03, and it says at its top that it answers exercise 05$"),
            "a value": ((PUT + "\nint x = 1 + todo(\"x\");\n@\n").encode(), r"03-answer.nw:2: todo\(\.\.\.\) is a statement and has no value; write it on a line of its own$"),
            "a todo between functions": ((PUT + "\n\ttodo(\"x\");\n@\n").encode(), r"03-answer.nw:2: todo\(\.\.\.\) is a statement; it stands in a function"),
            "what the book needs": (b"<<replace: the list behind the ring>>=\n\n@\n", r":1: the book's <<the list behind the ring>> has \w+, which book/\S+:\d+ needs, and this one has not; write it, or replace"),
            "tabs": ((PUT + "\nint x;\n        int y;\n\tint z;\n@\n").encode(), r"indented by spaces and others of the chunk by tabs; use tabs"),
        }
        grade = loaded("exercises/grade")
        for name, (data, says) in bad.items():
            (self.place / "03-answer.nw").unlink() if (self.place / "03-answer.nw").exists() else None
            options = ["--exercise", "03"] if name == "another exercise" else ["--html", self.place / "report.html"] if name == "empty" else []
            done, results = self.grade(data, *options, here=None if name in ("empty", "no C") else grade)
            self.assertEqual(done.returncode, 2, name + done.stdout + done.stderr)
            said = done.stdout.split("\n")[0]
            self.assertRegex(said, says, name)
            self.assertNotIn("Traceback", done.stdout + done.stderr, name)
            self.assertEqual(results["score"], 0, name)
            self.assertEqual(results["output"], said, name)
        self.assertIn("the file is empty", (self.place / "report.html").read_text(encoding="utf-8"))
        (self.place / "03-answer.nw").unlink()
        self.assertRegex(self.grade(Path.mkdir)[0].stdout, "03-answer.nw is a directory; name the .nw file in it\n")
        with mock.patch("os.open", side_effect=PermissionError(13, "Permission denied")):
            self.assertRaisesRegex(course.Refused, r"x.nw cannot be read \(Permission denied\); check", course.read, "/x.nw", "x.nw")
        done = run([GRADE, "x.nw", "--exercise", "77", "--results", self.place / "results.json"])
        self.assertEqual((done.returncode, done.stderr), (2, "grade: %s\n" % json.loads((self.place / "results.json").read_text())["output"][len("not graded: "):]))
        done = run([GRADE, "x.nw", "--exercise", "03", "--results", self.place / "03-answer.nw"])
        self.assertRegex(done.stderr, "^grade: .*03-answer.nw cannot be written \\(Is a directory\\)\n$")
        self.assertEqual(list(self.place.glob("03-answer.*.nw")), [])

    def test_results_go_into_a_pipe_or_a_device_and_leave_it_there(self):
        pipe = self.place / "pipe"
        os.mkfifo(pipe)
        (self.place / "03-answer.nw").write_bytes(b"")
        reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True)
        done = run([GRADE, self.place / "03-answer.nw", "--results", pipe])
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(json.loads(reader.communicate(timeout=10)[0])["score"], 0)
        self.assertTrue(pipe.is_fifo())
        course_tool = loaded("exercises/course")
        with self.assertRaisesRegex(course.Refused, "pipe is there and no file; name one that ends in .zip"):
            course_tool.gradescope(types.SimpleNamespace(exercise="03", to=str(pipe)))
        self.assertTrue(pipe.is_fifo())
        output, link = self.place / "output", self.place / "link"      # as /dev/stdout is one
        link.symlink_to("/proc/self/fd/1")
        with open(output, "w") as file:
            subprocess.run([GRADE, self.place / "03-answer.nw", "--results", link], stdout=file)
        self.assertRegex(output.read_text(), r"(?s)\A.*nothing was run\n\{.*\}\n\Z")
        self.assertTrue(link.is_symlink())
        (self.place / "to-a-file").symlink_to(output)
        run([GRADE, self.place / "03-answer.nw", "--results", self.place / "to-a-file"])
        self.assertEqual(json.loads(output.read_text())["score"], 0)
        self.assertTrue((self.place / "to-a-file").is_symlink())

    def test_a_file_whose_name_is_no_text_is_graded_and_a_fault_of_the_graders_is_told_in_a_sentence(self):
        path = os.path.join(os.fsencode(self.place), b"caf\xe9 \n.nw")
        with open(path, "wb") as file:
            file.write(b"Exercise 03\n")
        html, results = self.place / "report.html", self.place / "results.json"
        done = run([GRADE, "--html", html, "--results", results, os.fsdecode(path)], env=dict(os.environ, PYTHONIOENCODING="utf-8:strict"))
        self.assertEqual((done.returncode, done.stderr), (2, ""))
        self.assertRegex(done.stdout, r"\A\S*/caf\ufffd \?\.nw:1: the file defines no chunk, .*\n")
        self.assertEqual(json.loads(results.read_text())["output"], done.stdout.split("\n")[0])
        with mock.patch.object(report, "graded", side_effect=ValueError("no\nnumber")):
            done, written = self.grade(b"x\n", here=loaded("exercises/grade"))
        self.assertRegex(done.stderr, r"\Agrade: this is a fault of the grader and not of the answer \(ValueError: no, at \S+:\d+\); please report it with the answer\n\Z")
        self.assertEqual((done.returncode, written["output"]), (1, done.stderr.replace("grade: ", "not graded: ", 1).strip()))

    def test_a_prediction_may_be_any_number(self):
        normal = find_exercise("01").module.normal
        self.assertEqual([normal(one) for one in ("0x10, 007", "-8;+8 F", "9" * 5000)], ["16 7", "-8 8 f", "9" * 5000])

    def gradescope(self, results):
        """Fail if results.json is not as https://gradescope-autograders.readthedocs.io/en/latest/specs/ has it."""
        formats, shown = ("text", "html", "simple_format", "md", "ansi"), ("hidden", "after_due_date", "after_published", "visible")
        whole = {"score": (int, float), "execution_time": (int, float), "output": str, "output_format": formats, "test_output_format": formats,
                 "test_name_format": formats, "visibility": shown, "stdout_visibility": shown, "extra_data": dict, "tests": list, "leaderboard": list}
        test = {"score": (int, float), "max_score": (int, float), "status": ("passed", "failed"), "name": str, "name_format": formats, "number": str,
                "output": str, "output_format": formats, "tags": list, "visibility": shown, "extra_data": dict}
        for one, known in [(results, whole)] + [(one, test) for one in results.get("tests", [])]:
            for key, value in one.items():
                self.assertIn(key, known)
                if isinstance(known[key], tuple) and isinstance(known[key][0], str):
                    self.assertIn(value, known[key], key)
                else:
                    self.assertIsInstance(value, known[key], key)
        self.assertIn("score", results)     # or each test has one

    def classroom(self, done):
        """(points, of how many), as classroom-resources/autograding-grading-reporter finds them in the output of a step."""
        results = json.loads(base64.b64decode(re.search(r"^result=(\S+)$", done.stdout, re.M).group(1), validate=True))
        self.assertEqual(results["version"], 1)
        self.assertIn(results["status"], ("pass", "fail", "error"))
        for test in results["tests"]:
            self.assertIn(test["status"], ("pass", "fail", "error"))
            self.assertEqual([type(test[key]) for key in ("name", "score", "line_no", "test_code", "execution_time")], [str, int, int, str, str])
            self.assertTrue(test["status"] == "pass" or test["message"], test)      # or the reader is told that it failed to run
        self.assertGreater(len(results["tests"]), 0)        # by which the reporter divides
        return results["status"], sum(test["score"] for test in results["tests"]), results["max_score"]

    def test_results_are_what_both_platforms_read(self):
        starter = (TOP / "exercises/03-priorities/starter.nw").read_bytes()
        for data, status, wanted in ((starter, 0, ("fail", 10, 100)), (b"no noweb", 2, ("error", 0, 100))):
            done, results = self.grade(data, "--classroom")
            self.assertEqual(done.returncode, status, done.stderr)
            self.gradescope(results)
            self.assertEqual((results["score"], sum(test["max_score"] for test in results["tests"])), wanted[1:])
            self.assertEqual(self.classroom(done), wanted)
        done, results = self.grade(starter, "--classroom", "--exercise", "77")
        self.gradescope(results)
        self.assertEqual((done.returncode, self.classroom(done)), (2, ("error", 0, 100)))
        output = self.place / "output"
        run([GRADE, "x.nw", "--classroom", "--exercise", "77"], env=dict(os.environ, GITHUB_OUTPUT=str(output)))
        self.assertRegex(output.read_text(), r"\Aresult=\S+\n\Z")

    def test_the_workflow_gives_the_reporter_what_it_looks_for(self):
        """Its README asks for these rights; its main.js takes each runner's result from RUNNER_RESULTS, and allows these letters."""
        text = (TOP / "exercises/classroom.yml").read_text(encoding="utf-8")
        self.assertEqual(re.findall(r"^  (\w+: \w+)$", text[text.index("\npermissions:\n"):text.index("\njobs:\n")], re.M), ["checks: write", "actions: read", "contents: read"])
        runner = re.search(r"^ +runners: ([a-zA-Z0-9]+)$", text, re.M).group(1)
        step = re.search(r"^      - id: %s\n        run: (.*)\n" % runner, text, re.M).group(1)
        self.assertIn(' %s_RESULTS: "${{ steps.%s.outputs.result }}"\n' % (runner.upper(), runner), text)
        self.assertIn("\n        if: always()\n", text[text.index("autograding-grading-reporter@v1"):])
        (self.place / "answers").mkdir()
        (self.place / "answers/02-context-switch.nw").write_text("no noweb")
        (self.place / "exercises").symlink_to(TOP / "exercises")
        done = run(["sh", "-c", step], cwd=self.place, env=dict(os.environ, EX="02"))
        self.assertEqual((done.returncode, self.classroom(done)), (2, ("error", 0, 100)), done.stderr)

    def test_the_report_shows_the_failing_schedule_in_the_books_viewer(self):
        """The picture has the turns of the run up to the event to blame; the page around it is that of make trace."""
        name, row, text = next(one for one in wrong_solutions(find_exercise("05")) if one[0] == "the count is never begun anew")
        path = self.place / "05-answer.nw"
        path.write_text(text, encoding="utf-8")
        done = run([GRADE, path, "--row", row, "--seed", "2", "--html", self.place / "report.html"])
        page = (self.place / "report.html").read_text(encoding="utf-8")
        self.assertIn("Score: <b>10 of 35</b>", page)
        inner = html.unescape(re.search(r'srcdoc="([^"]*)"', page).group(1))
        viewer = (TOP / "book/tools/viewer.html").read_text(encoding="utf-8")
        self.assertEqual(inner[inner.index("(function () {"):], viewer[viewer.index("(function () {"):])
        events = list(timeline.EVENT.iter_unpack(gzip.decompress(base64.b64decode(re.search(r'type="text/plain">([^<]*)<', inner).group(1)))))
        turns = [event[1] for event in events if event[2] == 2]
        said = re.findall(r"(->)? +(\d+)  P a gives G(\d+)", done.stdout)
        blamed = next(number for number, one in enumerate(said) if one[0])
        self.assertEqual(turns[-blamed - 1:], [int(one[2]) for one in said[:blamed + 1]])
        self.assertEqual(len(turns), int(said[blamed][1]))

    def test_a_schedule_with_several_ps_shows_thefts_and_nothing_that_is_no_p(self):
        exercise = find_exercise("14")
        note = course.Note
        events = [note("main", 0, 0, 0, 0, 1), note("run", 7, 0, 0, 0, 1), note("theft", 2, 1, 0, 0, 1), note("run", 8, 2, 0, 0, 1), note("run", 9, -5, 0, 0, 1),
                  note("run", 9, 1 << 40, 0, 0, 1), note("run", -3, 0, 0, 0, 1), note("run", 10, 0, 0, 0, 1)]
        failure = course.Failure("so", types.SimpleNamespace(events=events, words=[]), 6)
        failing = course.Result(exercise.rows[1], False, "so", seed=3, failure=failure)
        (self.place / "trace").write_bytes(report.schedule(failing))
        trace = timeline.read(self.place / "trace")
        self.assertEqual([(e.when, e.proc, e.kind) for e in trace.events if e.kind in ("GoStart", "Steal")], [(1, 0, "GoStart"), (2, 2, "Steal"), (3, 2, "GoStart")])
        self.assertEqual(timeline.runs(trace)[0][:2], (0, 7))
        failure.at = 1
        self.assertEqual(report.picture(failing), "")

    def test_a_failing_row_says_how_to_see_it_again_and_to_step_it_and_both_show_it(self):
        """Typed, for one, as make step; see it again for all is in test_every_wrong_solution_fails_by_the_row_that_it_names."""
        for exercise in EXERCISES if LONG else (find_exercise("10"),):     # its threads run elsewhere on more than one P
            if exercise.language in ("answers", "python"):      # no run that could be stepped
                continue
            name, row, text = next(iter(wrong_solutions(exercise)))
            path = self.place / (exercise.number + "-answer.nw")
            path.write_text(text, encoding="utf-8")
            grading = Grading(path, exercise, only=[row])
            result = grading.results[-1]
            told = report.rows(grading, result)
            command = re.search(r"step it:       exercises/grade --gdb --row (\w+) --seed (\d+) (\S+)\n", told)
            self.assertIn("see it again:  exercises/grade --row %s --seed %s %s\n" % command.groups(), told)
            notes = [note[:4] for note in result.failure.trace.notes[:200]]
            self.assertGreater(len(notes), 0, exercise.name)
            environment = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "GOMAXPROCS")}
            done = subprocess.run(["make", "--no-print-directory", "step"] + ["%s=%s" % pair for pair in zip(("ROW", "SEED", "FILE"), command.groups())], cwd=TOP, text=True,
                                  env=environment, input=STEP % len(notes), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
            shown, shown_again = (re.search(r"FAILS .* %s .*\n((?:        .*\n)+)" % row, one).group(1).split(" runs failed")[0].rsplit("\n", 1)[0] for one in (told, done.stdout))
            self.assertEqual(shown_again, shown)
            if exercise.number == "05":
                self.assertIn("\n          -> ", shown)
            stepped = [(note[0],) + tuple(map(int, note[1:])) for note in re.findall(r"noted (\S+) (\S+) (\S+) (\S+)\n", done.stdout)]
            self.assertEqual(stepped, notes, "%s: what GDB steps is another run than that of the row\n%s" % (exercise.name, done.stderr[-2000:]))

    def test_what_a_row_advises_to_type_in_gdb_is_understood(self):
        """Where there is no run to see again: GDB takes each command, without an error."""
        for number, rows in (("01", None), ("12", None), ("13", None)) if LONG else (("01", ["arrivals", "marks"]),):
            exercise = find_exercise(number)
            grading = Grading(exercise.directory / "starter.nw", exercise, only=rows, keep=self.place)
            for result in grading.results:
                commands = [line[len("(gdb) "):] for line in result.events if line.startswith("(gdb) ")]
                if commands:
                    typed = [word for one in ["set debuginfod enabled off"] + commands for word in ("-ex", one)]
                    given = not result.events[0].startswith("(gdb) ")       # how GDB is started
                    done = run(result.events[0].split() + ["-nx", "-batch"] + typed if given else
                               ["gdb", "-nx", "-batch", "-iex", "set may-call-functions off"] + typed + ["--args", self.place / "driver"] + list(result.words), cwd=TOP)
                    self.assertEqual((done.returncode, re.sub("^warning: .*\n", "", done.stderr, flags=re.M)), (0, ""), "%s, %s: %s" % (exercise.name, result.row.name, commands))

    def test_a_signal_leaves_nothing_half_written(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            before = set(course.BUILD.glob("03-priorities.*")) if course.BUILD.exists() else set()
            # Where make check runs in the background a shell has it ignore SIGINT, and so would the grader.
            grading = subprocess.Popen([GRADE, TOP / "exercises/03-priorities/starter.nw", "--results", self.place / "results.json"],
                                       stdout=subprocess.DEVNULL, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
            deadline = time.monotonic() + 20
            while set(course.BUILD.glob("03-priorities.*")) <= before and time.monotonic() < deadline:
                time.sleep(0.005)
            grading.send_signal(number)
            self.assertEqual(grading.wait(20), 128 + number)
            self.assertEqual(set(course.BUILD.glob("03-priorities.*")) - before, set())
            self.assertEqual([path for path in course.BUILD.glob("objects/*") if path.name.count(".") > 1], [])
            self.assertEqual(list(self.place.iterdir()), [])

    def test_a_cause_that_two_rows_share_is_given_once(self):
        rows = [course.Row(name, 10, "a sentence", None) for name in ("one", "two", "three", "four")]
        results = [course.Result(rows[0], False, "it loops", ["-> 1"], 1, "1 of 1"), course.Result(rows[1], False, "it loops", ["-> 1"], 2, "1 of 1"),
                   course.Result(rows[2], False, "not run"), course.Result(rows[3], False, "not run")]
        told = [report.rows(types.SimpleNamespace(results=results, shown="a.nw"), result) for result in results]
        self.assertIn("it loops\n          -> 1", told[0])
        self.assertRegex(told[1], r"\n        as above, in the row one\n(?s:.*)--row two --seed 2 a.nw")
        self.assertNotRegex(told[1], "it loops|->")
        self.assertIn("\n        not run\n", told[3])
        results = [course.Result(one, False, "you said todo", ["(gdb) print " + one.name], tried="1 of 1", failure=course.Failure("", table=["..."])) for one in rows[:2]]
        told = report.rows(types.SimpleNamespace(results=results, shown="a.nw"), results[1])
        self.assertRegex(told, r"\n        as above, in the row one\n          \(gdb\) print two\n")

    def test_of_the_seeds_that_fail_the_one_with_the_shortest_run_is_shown(self):
        lengths = {1: 40, 2: None, 3: 12, 4: 9, 5: 9, 6: 30}

        def fails(_, draw):
            for seed, length in lengths.items():
                if length and draw.getstate() == random.Random(seed).getstate():
                    trace = course.Trace(["note x %x 0 0 0 0" % n for n in range(length)] + ["end exit 0"], "", ["words"])
                    raise course.Failure("length %d" % length, trace, 5)
        result = course.judge(course.Row("row", 10, "a sentence", fails), None, list(lengths))
        self.assertEqual((result.passed, result.seed, result.cause, result.tried), (False, 4, "length 9", "5 of 6 runs failed; the shortest has seed 4"))
        self.assertEqual([line[:8] for line in result.events], ["       3", "       4", "       5", "->     6", "       7"])
        self.assertEqual([line.split()[-3:] for line in result.events][3], ["5", "0", "0"])
        for length, at, shown in ((9, 0, "->1 2"), (9, None, "6 7 8 ->9"), (9, 9, "7 8 9 ->10"), (3, 1, "1 ->2 3")):
            trace = course.Trace(["note x 0 0 0 0 0"] * length, "", [])
            lines = course.around(course.Failure("", trace, at), course.tell)
            self.assertEqual(" ".join(re.match(r"(->)? *(\d+)", line).expand(r"\1\2") for line in lines), shown)
            self.assertLessEqual(len(lines), 5)

    def test_points_that_a_reader_gives_are_told_apart(self):
        exercise, hand = find_exercise("14"), "a reader gives up to 25 more: reason 15, reading 10"
        grading = types.SimpleNamespace(exercise=exercise, refused="", warnings="", score=5, shown="a.nw", results=[course.Result(exercise.rows[0], True)])
        self.assertIn("score 5 of 5; " + hand, report.table(grading))
        self.assertEqual(report.gradescope(grading, 1)["output"], hand)
        self.assertIn("<b>5 of 5</b>; " + hand, report.page(grading))
        grading.exercise = find_exercise("03")
        self.assertNotIn("a reader", report.table(grading) + report.gradescope(grading, 1)["output"] + report.page(grading))

    @unittest.skipUnless(os.geteuid() == 0 and run(["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace", "true"]).returncode == 0,
                         "no root, or one that may not give a right away")
    def test_root_of_a_container_may_grade(self):
        """It has not the right to look into processes of others, as which the program runs."""
        done = run(["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace", GRADE, "--row", "highest", TOP / "exercises/03-priorities/solution.nw"])
        self.assertIn("score 30 of 30", done.stdout, done.stderr)

    def test_colour_is_for_terminals_only(self):
        done, _ = self.grade((TOP / "exercises/03-priorities/starter.nw").read_bytes())
        self.assertNotIn("\033", done.stdout)


class Course(unittest.TestCase):
    """exercises/course: what students and instructors type."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.place = Path(directory.name)

    def handout(self, number, *more):
        """A hand-out; it may use the objects that have been compiled here, since they are found by their contents."""
        top = self.place / "given"
        self.make("handout", "EX=" + number, "TO=%s" % top, *more)
        (top / "build/exercises").mkdir(parents=True)
        (course.BUILD / "objects").mkdir(parents=True, exist_ok=True)
        (top / "build/exercises/objects").symlink_to(course.BUILD / "objects")
        (top / "build/exercises" / course.watcher().name).symlink_to(course.watcher())
        return top

    def make(self, *words, top=TOP):
        done = run(["make", "--no-print-directory"] + list(words), cwd=top)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def course(self, *words, status=0, top=TOP, **options):
        done = run([top / "exercises" / "course"] + list(words), **options)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        return done.stdout + done.stderr

    def test_a_handout_works_in_an_empty_directory_and_holds_no_solution(self):
        course_program = loaded("exercises/course")
        for exercise in EXERCISES:
            top = self.place / exercise.name
            with contextlib.redirect_stdout(io.StringIO()):
                course_program.handout(types.SimpleNamespace(exercise=exercise.number, to=top))
            files = [path for path in top.rglob("*") if path.is_file()]
            self.assertEqual([path.name for path in files if path.name in ("solution.nw", "wrong", "advice.md", "hidden.py", "seeds.py")], [])
            # no line of the solution's code is in it, except those of the book and those that a student is given on purpose
            known = [exercise.directory / name for name in ("starter.nw", "hints.md", "given.nw", "driver.c", "driver_watched.S")] + [TOP / book for book in exercise.chapters]
            known = "".join(path.read_text(encoding="utf-8") for path in known if path.exists())
            mine = {line.strip() for line in (exercise.directory / "solution.nw").read_text(encoding="utf-8").split("\n")}
            mine = {line for line in mine if len(line) > 8 and line not in known}
            self.assertGreater(len(mine), 1, exercise.name)
            text = "".join(path.read_text(encoding="utf-8") for path in files)
            self.assertEqual([line for line in mine if line in text], [], exercise.name)
            shutil.rmtree(top)
        for number, shows in (("12", r"FAILS +0/20 +waiting"), ("13", r"FAILS +0/5 +counter")) if LONG else ():    # GDB, and nothing of this tree
            self.course("handout", number, "--to", self.place / number)
            top = self.place / number
            tried = self.make("try", top=top)
            self.assertRegex(tried, r"(?s)ok +10/10 .*%s.* score 10 of 100" % shows)
            if number == "13":      # which gives the extension, to look with
                extension, bank, core = re.search(r"gdb -x (\S+) (\S+) (\S+/core)\n", tried).groups()
                looked = run(["gdb", "-nx", "-q", "-batch", "-iex", "set may-call-functions off", "-x", extension, "-ex", "info goroutines", "-ex", "context", bank, core], cwd=top)
                self.assertRegex(looked.stdout, r"(?m)^ +\d+ +waiting .*\n(?s:.*)G1, on the stack of ", looked.stderr)
            shutil.copy(find_exercise(number).directory / "solution.nw", next(top.glob("answers/%s-*.nw" % number)))
            self.assertIn("score 100 of 100", self.make("try", top=top))
        exercise = find_exercise("03")
        self.make("handout", "EX=03", "TO=%s" % (self.place / "lab.tar.gz"))
        with tarfile.open(self.place / "lab.tar.gz") as archive:
            packed = {name for name in archive.getnames() if archive.getmember(name).isfile()}
        top = self.handout("03")
        self.assertEqual(packed, {str(Path("lab") / path.relative_to(top)) for path in top.rglob("*") if path.is_file() and top / "build" not in path.parents})
        self.assertIn("\n/build/\n", (top / ".gitignore").read_text())       # or it is handed in, too
        self.assertIn("state after *The main goroutine* (chapter", (top / "exercises/03-priorities/exercise-03-priorities.md").read_text())
        offered = re.findall(r"^  make (\S+)", run(["make", "--no-print-directory", "help"], cwd=top).stdout, re.M)
        self.assertEqual(sorted(offered), ["answer", "help", "learn", "replay", "step", "try"])
        first = run(["make", "--no-print-directory", "try"], cwd=top)
        self.assertIn("it came to what is still to do at answers/03-priorities.nw:", first.stdout, first.stderr)
        self.assertIn("score 10 of 85; 15 more points are judged when it is handed in", first.stdout)
        solution = (exercise.directory / "solution.nw").read_text()
        (top / "answers/03-priorities.nw").write_text(solution + "\n<<fields of a p>>=\nint spare;\n@\n\n<<fields of a p>>=\nint more;\n@\n")
        self.assertRegex(self.make("try", top=top), r"(?s)score 85 of 85.*\n  remarks, which cost nothing:\n    answers/03-priorities.nw:\d+: chunk <<fields of a p>> follows another")
        self.assertRegex(self.make("replay", "ROW=highest", "SEED=7", top=top), r"(?s)\A03-priorities: .*\n  ok +20/20 +highest .* score 30 of 30; ")

    def test_a_cohort_has_numbers_of_its_own(self):
        """Its hand-out knows them; they fail an answer in which the book's number is written."""
        text = (TOP / "exercises/05-runnext/solution.nw").read_text(encoding="utf-8")
        top = self.handout("05", "COHORT=7")
        for name, answer, score in (("right", text, "score 85 of 85"), ("fixed", text.replace("NEXTTURNS)", "8)"), "score 10 of 85")):
            path = self.place / ("05-%s.nw" % name)
            path.write_text(answer, encoding="utf-8")
            done = run([top / "exercises/grade", path])
            self.assertRegex(done.stdout, "in cohort 7, NEXTTURNS is [0-9]+\\n", done.stderr)
            self.assertIn(score, done.stdout)
        self.assertIn("see it again:  RT0_COHORT=7 exercises/grade --row ", done.stdout)
        self.assertIn("step it:       RT0_COHORT=7 exercises/grade --gdb --row ", done.stdout)
        self.assertIn("RT0_COHORT is x, and should be a number", run(["make", "handout", "EX=05", "COHORT=x"], cwd=TOP).stderr)

    def test_the_autograders_zip_grades_and_always_leaves_a_result(self):
        self.autograder("03", 100, "")

    def test_the_autograders_zip_of_the_capstone_leaves_the_readers_points(self):
        self.autograder("14", 75 if LONG else 5, "a reader gives up to 25 more: reason 15, reading 10")

    def autograder(self, number, score, says):
        exercise = find_exercise(number)
        self.make("gradescope", "EX=" + number, "COHORT=7", "TO=%s" % (self.place / "autograder.zip"))
        with zipfile.ZipFile(self.place / "autograder.zip") as archive:
            self.assertEqual([name for name in archive.namelist() if re.search(r"solution|wrong|advice", name)], [])
            self.assertIn("rt0/exercises/%s/hidden.py" % exercise.name, archive.namelist())
            modes = {one.filename: one.external_attr >> 16 & 0o777 for one in archive.infolist()}
            self.assertEqual([modes[name] for name in ("setup.sh", "run_autograder", "rt0/setup", "rt0/exercises/grade")], 4 * [0o755])
            self.assertIn("exercises/%s-*/starter.nw" % number, archive.read("setup.sh").decode())
            self.assertEqual(archive.read("rt0/exercises/cohort"), b"7\n")
            archive.extractall(self.place / "source")
        (self.place / "source/rt0/build/exercises").mkdir(parents=True)      # objects are found by their contents
        (course.BUILD / "objects").mkdir(parents=True, exist_ok=True)
        (self.place / "source/rt0/build/exercises/objects").symlink_to(course.BUILD / "objects")
        (self.place / "submission").mkdir()
        environment = dict(os.environ, AUTOGRADER=str(self.place))

        def graded():
            self.assertEqual(run(["sh", self.place / "source/run_autograder"], env=environment).returncode, 0)
            return json.loads((self.place / "results/results.json").read_text())
        for path in (self.place / "source/rt0/exercises").glob("*"):    # extractall forgets modes
            path.chmod(0o755)
        self.assertIn("Hand in one .nw file", graded()["output"])
        answer = "solution.nw" if score > 10 else "starter.nw"
        (self.place / "submission/mine.nw").write_bytes((exercise.directory / answer).read_bytes())
        results = graded()
        self.assertEqual((results["score"], results["output"].split("\n")[0]), (score, says))
        (self.place / "submission/mine.nw").write_bytes(b"\0")
        self.assertIn("zero byte", graded()["output"])

    def test_a_folder_is_graded_into_a_table_with_those_that_are_alike(self):
        solution = (TOP / "exercises/03-priorities/solution.nw").read_text()
        for name, text in (("anna.nw", solution), ("berta.nw", re.sub(r"\bgp\b", "mine", solution)), ("carl.nw", "nothing\n"),
                           ("dora.nw", (TOP / "exercises/03-priorities/starter.nw").read_text())):
            (self.place / name).write_text(text)
        said = self.make("grade-all", "DIR=%s" % self.place, "EX=03")
        with open(self.place / "grades.csv", encoding="utf-8") as file:
            rows = {row["file"]: row for row in csv.DictReader(file)}
        self.assertEqual({name: row["score"] for name, row in rows.items()}, {"anna.nw": "100", "berta.nw": "100", "carl.nw": "0", "dora.nw": "10"})
        self.assertIn("defines no chunk", rows["carl.nw"]["refused"])
        self.assertIn("highest", rows["dora.nw"]["failing rows"])
        with open(self.place / "similar.csv", encoding="utf-8") as file:
            alike = list(csv.DictReader(file))
        self.assertEqual([(row["one"], row["other"]) for row in alike if float(row["alike"]) > 0.7], [("anna.nw", "berta.nw")])
        self.assertIn("1 pair is more than 70 % alike", said)
        self.assertEqual(list(rows["dora.nw"]), ["file", "exercise", "score", "failing rows", "refused"])
        (self.place / "emil.nw").write_text((TOP / "exercises/14-nodes/starter.nw").read_text())
        for name in ("anna.nw", "berta.nw", "dora.nw"):
            (self.place / name).unlink()
        (self.place / "carl.nw").write_text("exercise 03\n")
        (self.place / "fritz.txt").write_text("exercise 03\n")
        (self.place / "=cmd.nw").write_text("nothing\n")     # which a spreadsheet would run
        (self.place / "._emil.nw").write_bytes(b"\0\5\x16\7")
        self.assertIn("  left out, since an answer's name ends in .nw: fritz.txt\n", self.course("grade-all", self.place))
        with open(self.place / "grades.csv", encoding="utf-8") as file:
            rows = {row["file"]: row for row in csv.DictReader(file)}
        self.assertEqual(sorted(rows), ["./=cmd.nw", "carl.nw", "emil.nw"])
        self.assertRegex(rows["./=cmd.nw"]["refused"], r"^\./=cmd\.nw: ")
        for name, cell in (("emil.nw", ""), ("carl.nw", "-")):
            self.assertEqual([rows[name][column] for column in ("reason, by hand, of 15", "reading, by hand, of 10")], [cell, cell], name)

    def test_a_save_compiles_what_it_changed_and_nothing_else(self):
        exercise = find_exercise("03")
        path, solution = self.place / "answer.nw", (exercise.directory / "solution.nw").read_text(encoding="utf-8")
        with mock.patch.object(course, "limited", wraps=course.limited) as limited:
            for text in (solution, "\n" + solution):
                limited.reset_mock()
                path.write_text(text, encoding="utf-8")
                self.assertEqual(Grading(path, exercise, only=[], fresh=False, warm=True).refused, "")
            words = [call[0][0] for call in limited.call_args_list]
        self.assertEqual([Path(one[-1]).name for one in words if one[0] == "gcc" and "-c" in one], ["runq.c"])

    def test_a_save_is_answered_within_a_second(self):
        """In processor time, which others do not take away: a second for a change of code; two, which are one on two processors,
        for a new field of a struct, after which all is compiled anew. The best of three counts."""
        path = self.place / "answer.nw"

        def save(exercise, row, text):
            """Until the first row that has run is told."""
            path.write_text(text, encoding="utf-8")
            start, told = os.times(), []

            def each(grading):
                if len(grading.results) == 2:
                    told.append(sum(os.times()[:4]) - sum(start[:4]))
            self.assertEqual(Grading(path, exercise, only=[row], fresh=False, warm=True, stop=True, each=each).refused, "")
            return told[0]
        for number, row, most, old, new in (("03", "highest", 1, "struct g *\nrunqget(", "static int extra%d_%d;\n\nstruct g *\nrunqget("),
                                            ("03", "highest", 2, "<<fields of a p>>=\n", "<<fields of a p>>=\nint extra%d_%d;\n"),
                                            ("11", "turn", 1, "void\nruntime_procPin(", "static int extra%d_%d;\n\nvoid\nruntime_procPin(")):
            exercise, times = find_exercise(number), []
            solution = (exercise.directory / "solution.nw").read_text(encoding="utf-8")
            self.assertEqual(solution.count(old), 1)
            path.write_text(solution, encoding="utf-8")
            Grading(path, exercise, only=[], fresh=False, warm=True)        # as learn does when it starts
            while len(times) < 3 and min(times + [most]) >= most:
                times.append(save(exercise, row, solution.replace(old, new % (len(times), time.monotonic_ns()))))
            self.assertLess(min(times), most, "%s\n%s" % (new, times))

    def test_what_all_have_been_given_makes_no_answers_alike(self):
        course_program = loaded("exercises/course")
        exercise = find_exercise("03")
        book = (TOP / exercise.chapters[-1]).read_text(encoding="utf-8") + (TOP / exercise.given[0]).read_text(encoding="utf-8")
        own = "<<mine>>=\n" + "".join("if (a + %d > f(b, %d)) { g(%d, c); }\n" % (n, 7 * n, n) for n in range(9)) + "@\n"
        gradings = []
        for name, text in (("one", book), ("two", book + "<<x>>=\nint x;\n@\n"), ("three", book + own), ("four", own)):
            (self.place / name).write_text(text, encoding="utf-8")
            gradings.append(types.SimpleNamespace(exercise=exercise, path=self.place / name, shown=name))
        gradings.append(types.SimpleNamespace(exercise=None, path=self.place / "one", shown="none"))
        self.assertEqual([pair[1:] for pair in course_program.alike(gradings)], [("three", "four")])

    def test_an_overlay_is_built_and_a_forgotten_replace_is_explained(self):
        path = self.place / "mine.nw"
        path.write_text("Louder.\n\n<<replace: let others run first>>=\n<<base: let others run first>>\n/* and no more */\n@\n")
        said = self.course("answer", path, str(int(number("the-main-goroutine"))))
        self.assertIn("the program: build/exercises/answers/mine/hello", said)
        path.write_text("Forgotten.\n\n<<put a goroutine at the end of the line>>=\nvoid\nrunqput(struct p *pp, struct g *gp)\n{\n\t(void)pp;\n\t(void)gp;\n}\n@\n")
        said = self.course("answer", path, number("the-main-goroutine"), status=2)
        self.assertIn("mine.nw:5:1: error: redefinition of", said)
        self.assertIn("mine.nw: the chunk <<put a goroutine at the end of the line>> is in chapter %d, and this one adds to it: <<replace: put a goroutine "
                      "at the end of the line>>= in line 3" % int(number("schedinit")), said)

    def test_words_that_make_no_sense_are_answered_in_a_sentence(self):
        for words, says in ((("try", "77"), "there is no exercise 77; there are 01-boot"), (("grade-all", self.place / "none"), "is no directory"),
                            (("grade-all", self.place), "holds no .nw file"), (("answer", "none.nw", "99"), "there is no chapter 99"),
                            (("answer", "", "99"), "say which file and on which chapter"), (("answer", "none.nw", ""), "say which file and on which chapter"),
                            (("grade-all", ""), "DIR is no directory; name one"), (("try", "03", "--row", "nonsense"), "exercise 03 has no row nonsense; it has builds, highest"),
                            (("answer", "none.nw", number("the-main-goroutine")), "there is no such file"), (("handout", "03", "--to", TOP / "book"), "is not empty and no hand-out"),
                            (("handout", "03", "--to", TOP / "LICENSE"), "LICENSE is there and no file that a hand-out could be; name another")):
            self.assertIn(says, self.course(*words, status=2))
        self.assertIn("/proc/x cannot be written (", self.course("handout", "03", "--to", "/proc/x", status=1))

    def test_a_handout_takes_the_place_of_nothing_but_a_handout(self):
        tool, exercise, top = loaded("exercises/course"), find_exercise("03"), self.place / "given"

        def again(to):
            with contextlib.redirect_stdout(io.StringIO()):
                tool.handout(types.SimpleNamespace(exercise="03", to=str(to)))
        # the book, with its exercises/03-priorities, is no hand-out (and is not handed to what would delete it)
        self.assertIn("is not empty and no hand-out of this exercise; name an empty", tool.in_the_way(TOP, exercise, None))
        again(top)
        (self.place / "link").symlink_to(top)
        (top / "build").mkdir()
        (top / "LICENSE").unlink()
        again(self.place / "link")
        self.assertTrue((top / "LICENSE").is_file() and not (top / "build").exists() and (self.place / "link").is_symlink())
        (top / ".git").mkdir()
        with self.assertRaisesRegex(course.Refused, "given holds .git besides a hand-out, and would lose it; name an empty directory$"):
            again(top)
        self.assertIn("is not empty and no hand-out of this exercise", tool.in_the_way(top, find_exercise("04"), None))
        os.mkfifo(self.place / "pipe.tar.gz")
        for bad in ("pipe.tar.gz", "folder.tar.gz"):
            (self.place / "folder.tar.gz").mkdir(exist_ok=True)
            with self.assertRaisesRegex(course.Refused, bad + " is there and no file that a hand-out could be"):
                again(self.place / bad)
        self.assertTrue((self.place / "pipe.tar.gz").is_fifo())
        self.assertEqual([path.name for path in self.place.glob("*.[0-9]*")], [])

    def test_a_new_assignment_works_at_once(self):
        top = self.handout("03")
        shutil.copy(TOP / "exercises/new", top / "exercises")
        self.assertEqual(run([top / "exercises/new", "two-words"]).returncode, 0)
        directory = top / "exercises/04-two-words"
        for file, score in (("starter.nw", 10), ("solution.nw", 100)):
            self.assertIn("score %d of 100" % score, run([top / "exercises/grade", directory / file]).stdout)

    def test_learn_tries_again_on_a_save_and_gives_hints(self):
        top = self.handout("03")
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
        learn = subprocess.Popen([str(top / "exercises/course"), "learn"], cwd=top, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True, env=environment)
        self.addCleanup(learn.communicate)
        self.addCleanup(learn.kill)
        limit = threading.Timer(120, learn.kill)    # or a line that never comes is waited for
        limit.start()
        self.addCleanup(limit.cancel)

        def until(pattern):
            seen = []
            for line in learn.stdout:
                seen.append(line)
                if re.search(pattern, line):
                    return "".join(seen)
            self.fail("learn ended without %s:\n%s" % (pattern, "".join(seen)))

        def key(letter):
            learn.stdin.write(letter + "\n")
            learn.stdin.flush()
        key("the put, of course")
        self.assertRegex(until("h hint"), r"(?s)\? The starter has .*still to do.*you said \"the put, of course\"\. The first row that fails names it")
        key("h")
        self.assertIn("hint 1 of 3: The idea", until("^hint"))
        key("h")
        until("hint 2 of 3")
        (top / "answers/03-priorities.nw").write_text((TOP / "exercises/03-priorities/solution.nw").read_text() + "\n<<fields of a p>>=\nint spare;\n@\n\n<<fields of a p>>=\nint more;\n@\n")
        self.assertRegex(until("h hint"), r"(?s)remarks, which cost nothing:\n.*<<fields of a p>> follows another.*done. Stay and change things")
        self.assertEqual((top / "answers/progress").read_text(), "03-priorities\n")
        key("x")
        until("x once more")
        key("x")
        again = until("h hint")
        self.assertIn("still to do", again)
        self.assertNotRegex(again, "predict|you said")
        self.assertEqual((top / "answers/predictions").read_text(), "03-priorities 1: the put, of course\n")
        answer, kept = top / "answers/03-priorities.nw", top / "answers/03-priorities.nw.old"
        key("x")
        until("x once more")
        key("x")        # once too often; what was kept stays
        self.assertIn("03-priorities.nw.old2", until("^what you had"))
        until("h hint")
        self.assertIn("int spare", kept.read_text())
        os.rename(answer, top / "aside")        # an editor saves, and is slow
        time.sleep(0.3)
        self.assertFalse(answer.exists())
        os.rename(kept, answer)
        self.assertIn("done. Stay and change things", until("h hint"))
        solution = answer.read_text()
        answer.unlink()
        self.assertIn("03-priorities.nw is yours to write in; it is a copy", until("ok .* builds"))
        answer.write_text(solution)     # while the starter is tried
        until("done. Stay and change things")
        key("q")
        self.assertEqual(learn.wait(20), 0)

    def test_learn_takes_single_keys_from_a_terminal_and_leaves_it_as_it_was(self):
        """The answers are no noweb, which is said at once."""
        top = self.handout("03")
        shutil.copytree(TOP / "exercises/04-shares", top / "exercises/04-shares")
        (top / "answers").mkdir()
        for name in ("03-priorities.nw", "04-shares.nw"):
            (top / "answers" / name).write_text("Nothing yet.\n")
        (top / "answers/progress").write_text("04-shares\n")
        master, slave = pty.openpty()
        self.addCleanup(os.close, slave)
        before = termios.tcgetattr(slave)
        learn = subprocess.Popen([str(top / "exercises/course"), "learn"], cwd=top, stdin=slave, stdout=slave, stderr=slave, start_new_session=True, env=dict(os.environ, TERM="dumb"))
        self.addCleanup(os.close, master)
        self.addCleanup(learn.wait)
        self.addCleanup(learn.kill)
        limit = threading.Timer(60, learn.kill)
        limit.start()
        self.addCleanup(limit.cancel)

        def until(words, key=None):
            os.write(master, (key or "").encode())
            seen = ""
            while words not in seen and learn.poll() is None:
                if select.select([master], [], [], 0.1)[0]:
                    seen += os.read(master, 4096).decode()
            self.assertIn(words, seen)
            return seen.replace("\r\n", "\n")
        until("\n  > ")
        shown = until("q quit", "the take\n")
        self.assertIn('you said "the take".', shown)
        self.assertIn("  [#-] 1 of 2  (", shown)
        self.assertIn("answers/03-priorities.nw:1: the file defines no chunk", shown)
        self.assertNotIn("\033", shown)
        self.assertRegex(until("Shares of the processor", "l"), r">   03-priorities +A queue with priorities\n   x 04-shares +Shares")
        until("\n  > ", "n")
        self.assertIn("answers/04-shares.nw:1: the file defines no chunk", until("q quit", "\n"))
        self.assertRegex(until("Shares of the processor", "l"), r"    03-priorities +A queue with priorities\n > x 04-shares +Shares")
        self.assertIn("answers/03-priorities.nw:1: ", until("q quit", "p"))     # and no question, which has been asked
        os.write(master, b"q")
        self.assertEqual(learn.wait(20), 0)
        self.assertEqual(termios.tcgetattr(slave), before)


if __name__ == "__main__":
    unittest.main()
