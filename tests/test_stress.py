"""Stress: a few seeds of each program, and what the runner says of one that fails."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import sources

TOP = Path(__file__).resolve().parent.parent
HERE = TOP / "tests" / "stress"
GOOD = """\
#include "stress.h"
void main_main(void) { arguments(); spin(0); fmt_Printf("ok\\n"); }
"""
BAD = """\
#include "stress.h"
void main_main(void)
{
	uint64_t never = 0;

	arguments();
	if (seed == 2)
		FAIL("the sum is %ld\\n", procs);
	if (seed == 3)
		__builtin_trap();
	if (seed == 4)
		await(&never, 1);
	fmt_Printf("ok\\n");
}
"""


def stress(*arguments, top=TOP, timeout=240, **more):
    env = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "GOMAXPROCS"))}
    env.update(more)
    done = subprocess.run([sys.executable, "-B", str(top / "tests" / "stress" / "run"), *map(str, arguments)],
                          text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=env, timeout=timeout)
    return done.returncode, done.stdout


class Stress(unittest.TestCase):
    def short(self, name, runs=10):
        status, output = stress("-n", 2, "--procs", "1,2,3,8,16,seed", "--program", name)
        self.assertEqual(status, 0, output)
        self.assertIn("%d runs, 0 failed" % runs, output)

    def test_trees_of_goroutines_run_each_of_them_once(self):
        self.short("conserve", 12)

    def test_random_programs_keep_their_sums(self):
        self.short("tree", 12)

    def test_messages_there_and_back_all_arrive(self):
        self.short("storm", 12)

    def test_as_many_goroutines_as_Ps_meet(self):
        self.short("meet")

    def test_bursts_after_pauses_are_run(self):
        self.short("burst")

    def test_somebody_comes_for_a_goroutine_that_has_stepped_back(self):
        self.short("turn")

    def test_a_P_is_taken_from_the_kernel_for_those_who_need_it(self):
        self.short("lent")

    def test_numbers_go_round_in_rings_of_pipes(self):
        self.short("calls")

    def test_a_semaphore_in_a_frame_that_is_gone_is_not_touched(self):
        self.short("frames", 12)

    def test_frames_knows_where_the_runtime_keeps_who_waits(self):
        """Its partner waits in the same place of the table, or it tests nothing."""
        program = (HERE / "frames.c").read_text(encoding="utf-8")
        sema = sources.find(TOP / "src", "sema.c").read_text(encoding="utf-8")
        self.assertIn("(uintptr_t)addr / 4 * 0x9e3779b97f4a7c15 >> (64 - 14)", program)
        self.assertIn("(uintptr_t)addr / sizeof *addr * 0x9e3779b97f4a7c15", sema)
        self.assertIn("return &semtable[h >> (64 - SEMTABBITS)]", sema)
        self.assertIn("SEMTABBITS = 14", sema)

    def test_every_program_has_its_short_run_here(self):
        text = Path(__file__).read_text(encoding="utf-8")
        for path in HERE.glob("*.c"):
            self.assertIn('self.short("%s"' % path.stem, text)


class Runner(unittest.TestCase):
    """The runner in a copy of the tree with programs of our own."""
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.top = Path(directory.name).resolve()
        (self.top / "tests" / "stress").mkdir(parents=True)
        for name in ("run", "stress.h"):
            shutil.copy(HERE / name, self.top / "tests" / "stress" / name)
        shutil.copytree(TOP / "src", self.top / "src")
        (self.top / "book").mkdir()
        (self.top / "book" / "11-chapter.nw").touch()
        lib = Path(os.environ.get("RT0_LIB", TOP / "build" / "librt0.a"))
        (self.top / "build").mkdir()
        shutil.copy(lib, self.top / "build" / "librt0.a")
        self.env = {"RT0_LIB": str(self.top / "build" / "librt0.a")}
        self.write("good", GOOD)

    def write(self, name, text):
        (self.top / "tests" / "stress" / (name + ".c")).write_text(text, encoding="utf-8")

    def stress(self, *arguments, **more):
        return stress(*arguments, top=self.top, **dict(self.env, **more))

    def test_counts_runs_and_names_seeds_and_Ps(self):
        status, output = self.stress("-n", 3, "--procs", "1,2", "--seed", 5)
        self.assertEqual(status, 0, output)
        self.assertIn("6 runs, 0 failed; seeds 5 to 7, GOMAXPROCS 1,2", output)

    def test_a_failure_names_seed_Ps_what_was_printed_and_both_commands(self):
        self.write("bad", BAD)
        status, output = self.stress("-n", 3, "--procs", "4")
        self.assertEqual(status, 1, output)
        for piece in ("FAILED bad, seed 2, GOMAXPROCS=4: exit status 1", "the sum is 4",
                      "see it again: RT0_LIB=%s tests/stress/run --program bad --procs 4 --seed 2 -n 1 --times 100"
                      % self.env["RT0_LIB"], "or, once: GOMAXPROCS=4 build/stress/lib/bad 2 4"):
            self.assertIn(piece, output)
        self.assertNotIn("seed 3", output)

    def test_a_failure_under_a_seed_names_the_seed_and_both_commands(self):
        self.write("tree", BAD.replace('"the sum is %ld\\n", procs', '"the seed is %s of %ld\\n", os_Getenv("RT0_SEED"), procs'))
        status, output = self.stress("-n", 3, "--procs", "seed,1", "--program", "good", "--program", "tree", "--keep-going", RT0_SEED="none")
        self.assertEqual(status, 1, output)
        for piece in ("FAILED tree, seed 2, RT0_SEED=2 GOMAXPROCS=4: exit status 1", "the seed is 2 of 4", "tests/stress/run --program tree --procs seed --seed 2 -n 1\n",
                      "or, once: RT0_SEED=2 GOMAXPROCS=4 build/stress/lib/tree 2 4", "9 runs, 4 failed; seeds 1 to 3, GOMAXPROCS seed,1"):
            self.assertIn(piece, output)

    def test_keep_going_counts_all_failures(self):
        self.write("bad", BAD)
        status, output = self.stress("-n", 3, "--procs", "1", "--keep-going", "--program", "bad")
        self.assertEqual(status, 1, output)
        self.assertIn("killed by SIGILL", output)
        self.assertIn("3 runs, 2 failed", output)

    def test_a_program_is_linked_again_when_the_runtime_is_another_and_older(self):
        self.assertEqual(self.stress("-n", 1, "--procs", "1")[0], 0)
        broken = self.top / "broken.a"
        broken.write_text("")
        os.utime(broken, (1, 1))
        status, output = self.stress("-n", 1, "--procs", "1", RT0_LIB=str(broken))
        self.assertEqual(status, 1, output)
        self.assertIn("good does not build:", output)

    def test_a_seed_runs_as_often_as_told(self):
        status, output = self.stress("-n", 2, "--procs", "1,2", "--times", 3)
        self.assertEqual(status, 0, output)
        self.assertIn("12 runs, 0 failed; seeds 1 to 2, GOMAXPROCS 1,2", output)

    def test_a_long_run_tells_ten_times_how_far_it_is(self):
        status, output = self.stress("-n", 20, "--procs", "1")
        self.assertEqual(status, 0, output)
        self.assertIn("round 2 of 20 is over: 2 runs, 0 failed, ", output)
        self.assertEqual(output.count("is over"), 9)

    def test_bad_options_get_a_sentence_and_status_2(self):
        for arguments, sentence in ((("-n", "0"), "argument -n: wants a number from 1 on, not '0'"),
                                    (("-n", "x"), "argument -n: wants a number from 1 on, not 'x'"),
                                    (("--seed", "-1"), "argument --seed: "),
                                    (("--times", "0"), "argument --times: wants a number from 1 on"),
                                    (("--scale", "0"), "argument --scale: wants a number from 1 on"),
                                    (("--procs", "1,65"), "argument --procs: wants numbers from 1 to 64, or the word seed"),
                                    (("--timeout", "0"), "argument --timeout: wants seconds, more than 0"),
                                    (("--program", "none"), "argument --program: invalid choice: 'none'"),
                                    (("--prefix", "99"), "argument --prefix: there is no chapter 99"),
                                    (("--rounds", "3"), "unrecognized arguments: --rounds 3")):
            status, output = self.stress(*arguments)
            self.assertEqual(status, 2, arguments)
            self.assertIn(sentence, output)

    def test_a_program_that_hangs_is_a_failure_and_gdb_lists_its_threads(self):
        self.write("bad", BAD)
        status, output = self.stress("-n", 1, "--seed", 4, "--procs", "2", "--program", "bad", "--timeout", 0.5)
        self.assertEqual(status, 1, output)
        self.assertIn("did not end in 0.5 s", output)
        self.assertRegex(output, r"main_main|ptrace|Operation not permitted|gdb is not installed")

    def test_without_gdb_a_hang_is_still_reported(self):
        self.write("bad", BAD)
        tools = self.top / "tools"
        tools.mkdir()
        for tool in ("gcc", "as", "ld", "env"):
            (tools / tool).symlink_to(shutil.which(tool))
        status, output = self.stress("-n", 1, "--seed", 4, "--procs", "1", "--program", "bad", "--timeout", 0.5,
                                     PATH=str(tools))
        self.assertEqual(status, 1, output)
        self.assertIn("gdb is not installed", output)
        self.assertIn("see it again", output)

    def test_a_program_that_does_not_build_is_named(self):
        self.write("bad", "int main_main\n")
        status, output = self.stress("-n", 1, "--program", "bad")
        self.assertEqual(status, 1)
        self.assertIn("tests/stress/run: bad does not build:", output)
        self.assertNotIn("Traceback", output)

    def test_a_runtime_that_is_not_there_is_named_with_what_to_type(self):
        for arguments, more, wanted in (((), {"RT0_LIB": str(self.top / "none.a")}, "none.a is not there: run make"),
                                        (("--prefix", "11"), {}, "run make chapter-11 first")):
            status, output = self.stress("-n", 1, *arguments, **more)
            self.assertEqual(status, 1)
            self.assertIn(wanted, output)
            self.assertNotIn("Traceback", output)


if __name__ == "__main__":
    unittest.main()
