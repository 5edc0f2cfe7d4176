"""The queue of a P, runnext, fair turns, stacks at the last moment."""
import re
import tempfile
import unittest

import states
from chapters import state
from linked import PROGRAMS, TOP, WORK, Linked, link, printed, run, written
from states import superseded

PROCS = (1, 2, 3, 4, 8, 16)


class Chapter(Linked):
    since = "p-and-its-queue"

    def calls(self, *command, procs=1, trace="madvise,mprotect", inject=None, out=None):
        """How a run under strace ended, and how often each system call was made."""
        with tempfile.NamedTemporaryFile("r") as log:
            options = ["-e", "inject=" + inject] if inject else []
            done = run("strace", "-f", "-qq", "-o", log.name, "-e", "trace=" + trace, *options, *command, procs=procs)
            names = re.findall(r"^\d+ +(\w+)\(", log.read(), re.M)
        if out is not None:
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, out, ""))
        return done, {name: names.count(name) for name in trace.split(",")}


class Order(Chapter):
    @superseded("the-newest-first", "the newest of all comes first, then the one before it")
    def test_the_last_goroutine_made_runs_first_and_the_others_in_their_order(self):
        self.assertRuns(self.example("order"), out="5\n1\n2\n3\n4\n", procs=1)

    def test_a_pair_that_keeps_runnext_filled_does_not_starve_the_ring(self):
        for procs in (1, 2):
            self.assertRuns(self.program("pair"), out="the third has run\n", procs=procs)

    def test_a_P_that_is_never_out_of_work_looks_at_the_list(self):
        self.assertRuns(self.program("busy"), out="300 have run\n", procs=1)

    def test_gosched_goes_behind_all_others(self):
        done = run(written("behind", """
static uint32_t done;
static void say(void *arg) { fmt_Printf("%ld ", (long)arg); runtime_Semrelease(&done); }
void main_main(void) {
	for (long i = 1; i <= 4; i++) go(say, (void *)i);
	runtime_Gosched();
	fmt_Printf("main\\n");
}
""", self.state), procs=1)
        self.assertEqual((sorted(done.stdout.split()[:-1]), done.stdout[-5:]), (["1", "2", "3", "4"], "main\n"))


class Refused(Linked):
    def test_a_goroutine_whose_park_is_refused_goes_on_and_takes_no_turn_of_others(self):
        # In this chapter through g0, from the short way on also without it.
        for place in [state(name) for name in ("p-and-its-queue", "stealing", "the-short-way", "system-calls")] + [TOP]:
            for procs in (1, 2, 4):
                with self.subTest(place, procs=procs):
                    done = run(link(PROGRAMS / "refused.c", place, whole=True), procs=procs)
                    # A thief that has the other in its hands gives it a turn when it comes to it.
                    self.assertRegex(done.stdout, "^1000 refused alone, 1000 with another, the ring had %s turn, 0 wrong\n$"
                                     % ("its" if procs == 1 else "(its|no)"), done.stderr)


class Conservation(Chapter):
    def test_no_goroutine_is_lost_or_run_twice(self):
        for procs in PROCS:
            for n, rounds in ((1, 2000), (255, 20), (257, 20), (400, 20), (2000, 4)):
                self.assertRuns(self.program("conserve"), n, rounds, procs=procs,
                                out="%d turns, 0 wrong\n" % (3 * n * rounds))

    def test_what_overflows_is_run_by_others(self):
        # Main starts 1,000 and never lets go of its thread until one of them has run.
        for procs in (2, 4):
            self.assertRuns(self.program("overflow"), out="somebody else has run one\n", procs=procs)
            self.assertRuns(self.program("overflow"), out="somebody else has run one\n", procs=procs)

    def test_the_workloads_of_the_benchmark_end_well(self):
        self.assertEndsWell(TOP / "bench" / "sched.c", (
            ("yield", 5000), ("spawn", 5000), ("batch", 3000), ("pingpong", 5000), ("sema", 20000), ("skynet", 10000),
            ("fib", 18), ("parked", 2000)), PROCS)

    def test_the_number_of_goroutines_is_never_too_low(self):
        for procs in (1, 2, 4, 16):
            self.assertRuns(self.program("census"), out="0 counts were too low\n", procs=procs)


class Stacks(Chapter):
    def test_a_hundred_thousand_goroutines_can_wait(self):
        crowd = self.example("crowd")
        for procs in (1, 4):
            self.assertRuns(crowd, 100000, out="100000 goroutines wait\n", procs=procs)

    def test_ten_thousand_goroutines_that_end_in_turn_share_sixteen_stacks(self):
        _, calls = self.calls(self.program("spree"), out="10000 goroutines\n")
        self.assertEqual(calls, {"madvise": 16, "mprotect": 0})

    def test_a_chain_of_goroutines_needs_sixteen_stacks(self):
        _, calls = self.calls(self.program("chain"), out="50000 links\n")
        self.assertEqual(calls, {"madvise": 16, "mprotect": 0})

    def test_stacks_that_die_on_another_P_are_used_again(self):
        # Waves of goroutines on four Ps: no more stacks than one wave needs and the caches hold.
        _, calls = self.calls(self.program("conserve"), 1000, 4, procs=4, out="12000 turns, 0 wrong\n")
        self.assertLess(calls["madvise"], 1000 + 4 * 32 + 16 + 5 * 16)

    def test_an_old_kernel_gets_mprotect(self):
        crowd = self.example("crowd")
        done, calls = self.calls(crowd, 100, inject="madvise:error=EINVAL", out="100 goroutines wait\n")
        self.assertEqual(calls, {"madvise": 112, "mprotect": 112})

    def test_without_any_guard_the_process_ends(self):
        crowd = self.example("crowd")
        done, calls = self.calls(crowd, 100, inject="madvise,mprotect:error=ENOMEM")
        self.assertEqual((done.returncode, done.stderr), (2, "fatal error: stackalloc: mprotect: ENOMEM (errno 12)\n"))
        self.assertEqual(calls, {"madvise": 1, "mprotect": 1})

    def test_a_stack_ends_in_a_fault_with_both_guards(self):
        deep = written("deep", """
static volatile long more = 1000000;
static long dig(volatile char *above) {
	volatile char here[512];
	here[0] = above ? above[0] : 1;
	return (more-- > 0 ? dig(here) : 0) + here[0];
}
static void start(void *arg) { (void)arg; os_Exit((int)dig(0)); }
void main_main(void) {
	static uint32_t never;
	for (int i = 0; i < 40; i++) go(start, 0);
	runtime_Semacquire(&never);
}
""", self.state)
        for inject in (None, "madvise:error=EINVAL"):
            with tempfile.NamedTemporaryFile("r") as log:
                options = ["-e", "inject=" + inject] if inject else []
                run("strace", "-f", "-qq", "-o", log.name, "-e", "trace=madvise,mprotect,mmap", *options, deep, procs=1)
                text = log.read()
            self.assertRegex(text, r"killed by SIGSEGV", inject)
            fault = int(re.search(r"SIGSEGV.*si_addr=(0x[0-9a-f]+)", text).group(1), 16)
            call = "mprotect" if inject else "madvise"
            guards = [int(a, 16) for a in re.findall(r"\b%s\((0x[0-9a-f]+), 4096" % call, text)]
            self.assertTrue(any(g <= fault < g + 4096 for g in guards), "the fault is at a guard page")

    @superseded("the-short-way", "whoever comes next buries it, on a stack of its own")
    def test_a_goroutine_has_a_stack_from_its_first_turn_to_its_end(self):
        out = run("gdb", "-nx", "-q", "-batch", "-iex", "set may-call-functions off",
                  "-iex", "set debuginfod enabled off",
                  "-ex", "break *parkunlock", "-ex", "run", "-ex", "print allgs->stack.hi == 0",
                  "-ex", "print allgs->atomicstatus", "-ex", "delete", "-ex", "break *stackput", "-ex", "continue",
                  "-ex", "finish", "-ex", "print allgs->atomicstatus", "-ex", "delete", "-ex", "break *gogo",
                  "-ex", "continue", "-ex", "print allgs->stack.hi == 0",
                  self.example("order"), procs=1).stdout
        self.assertEqual(printed(out), ["1", "Grunnable", "Gdead", "1"], out)


@superseded("the-owners-path", "the ring has no word at which takers meet; test_the_owners_path.py has the threads")
class Sanitizers(Chapter):
    def test_the_ring_has_no_data_race_that_the_thread_sanitizer_sees(self):
        program = WORK / ("ring-tsan-" + self.state.name)
        empty = WORK / "empty.c"
        empty.write_text("int main(void) { return 0; }\n")
        if run("gcc", "-fsanitize=thread", "-o", WORK / "empty", empty).returncode != 0:
            self.skipTest("gcc has no thread sanitizer here")
        done = run("gcc", "-std=gnu11", "-g", "-O1", "-D_GNU_SOURCE", "-fsanitize=thread", "-fno-pie", "-no-pie",
                   "-Itests/unit", "-I%s/src" % self.state, "-DGOAMD64=1", "-o", program, "tests/unit/ring.c", "-lcunit")
        self.assertEqual(done.returncode, 0, done.stderr)
        done = run("setarch", "-R", program, "many takers")
        self.assertIn("\nok - many takers", done.stdout, done.stdout + done.stderr)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


states.everywhere(globals())

if __name__ == "__main__":
    unittest.main()
