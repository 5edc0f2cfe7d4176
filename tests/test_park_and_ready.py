"""Goroutines that wait: park and ready, semaphores, and the message when all wait."""
import unittest

import sources
import states
from linked import PROGRAMS, TOP, WORK, Linked, changed, compiled, gdb, link, printed, run
from states import superseded

PROCS = (1, 2, 3, 4, 16)


class Chapter(Linked):
    since = "park-and-ready"

    def workers(self):
        return self.example("workers")


class Threads(Chapter):
    def test_workers_count_the_same_on_any_number_of_threads(self):
        for procs in PROCS:
            self.assertRuns(self.workers(), out="17984 primes below 200000\n", procs=procs)

    def test_with_one_P_no_thread_is_made(self):
        done = run("strace", "-f", "-o", WORK / "log", "-e", "trace=clone", self.program("conserve"),
                   "100", "10", procs=1)
        self.assertEqual(done.stdout, "3000 turns, 0 wrong\n")
        self.assertNotIn("clone(", (WORK / "log").read_text())

    def test_who_is_made_ready_runs_although_the_one_who_did_it_goes_on(self):
        for procs in (2, 4):
            self.assertRuns(self.program("ready_elsewhere"), out="2000 answers\n", procs=procs)

    def test_a_package_may_use_other_threads_before_main(self):
        self.assertRuns(self.program("inits_go"), out="init was helped\nmain\n", procs=2)


class Conservation(Chapter):
    def test_no_goroutine_is_lost_or_run_twice(self):
        for procs in (1, 2, 4, 8, 16):
            for n, rounds in ((1, 3000), (2, 3000), (3, 2000), (50, 100), (1500, 4)):
                self.assertRuns(self.program("conserve"), n, rounds, procs=procs,
                                out="%d turns, 0 wrong\n" % (3 * n * rounds))

    def test_what_was_written_before_a_release_is_seen_after_the_acquire(self):
        for procs in PROCS:
            self.assertRuns(self.program("publish"), out="80000 answers\n", procs=procs)

    def test_the_workloads_of_the_benchmark_end_well(self):
        self.assertEndsWell(TOP / "bench" / "sched.c", (
            ("yield", 5000), ("spawn", 5000), ("batch", 1000), ("pingpong", 5000), ("sema", 20000), ("skynet", 1000),
            ("fib", 15), ("parked", 1000)), PROCS)


class Deadlocks(Chapter):
    def test_all_asleep_is_a_deadlock_with_a_list(self):
        for procs in PROCS:
            done = run(self.program("all_asleep"), procs=procs)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            first, *rest = done.stderr.splitlines()
            self.assertEqual(first, "fatal error: all goroutines are asleep - deadlock!")
            self.assertEqual(sorted(line for line in rest if line),
                             ["goroutine %d [semacquire]:" % n for n in (1, 2, 3)])

    def test_who_waits_when_main_is_gone_is_named(self):
        for procs in (1, 2):
            self.assertRuns(self.program("main_gone"), status=2, out="", procs=procs,
                            err="fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 2 [semacquire]:\n")


class Parking(Chapter):
    def test_a_goroutine_is_in_no_list_while_its_stack_is_in_use(self):
        out = gdb(self.example("workers"), "break parkunlock", "run",
                  "print ((struct g *)$rdi)->atomicstatus", "print ((struct g *)$rdi)->m",
                  "print $rsp < ((struct g *)$rdi)->stack.lo || $rsp > ((struct g *)$rdi)->stack.hi",
                  "print ((struct mutex *)$rsi)->key", "print m0.g0 == &g0", procs=1)
        self.assertEqual(printed(out), ["Gwaiting", "(struct m *) 0x0", "1", "1", "1"], out)

    @superseded("the-newest-first", "they are given so, but of those who have one the last runs first; unit/semaphores.c stays")
    def test_on_one_P_units_are_given_in_the_order_of_arrival(self):
        source = WORK / "arrival.c"
        source.write_text("""#include "rt0.h"
static uint32_t s, done;
static void take(void *arg) { runtime_Semacquire(&s); fmt_Printf("%ld ", (long)arg); runtime_Semrelease(&done); }
void main_main(void) {
	for (long i = 1; i <= 5; i++) { go(take, (void *)i); runtime_Gosched(); }
	for (int i = 0; i < 5; i++) runtime_Semrelease(&s);
	for (int i = 0; i < 5; i++) runtime_Semacquire(&done);
	fmt_Printf("\\n");
}
""")
        self.assertRuns(link(source, self.state), out="1 2 3 4 5 \n", procs=1)


class Overtaking(unittest.TestCase):
    """Of the last runtime: seeds come later than semaphores."""

    def test_no_seed_lets_a_goroutine_overtake_one_that_waits(self):
        """With two more places to stop at, before and after a giver puts its unit down."""
        yields = ("semrelease", ") {\n\t\t__atomic_fetch_add(addr, 1, __ATOMIC_SEQ_CST);",
                  ") {\n\t\tseedyield();\n\t\t__atomic_fetch_add(addr, 1, __ATOMIC_SEQ_CST);\n\t\tseedyield();")
        greedy = ("semacquire", "__atomic_load_n(&root->nwait, __ATOMIC_RELAXED) == 0", "1")
        for name, *changes in (("patient", yields), ("greedy", yields, greedy)):
            place = WORK / name
            place.mkdir()
            (place / "sema.c").write_text(changed(sources.find(TOP / "src", "sema.c").read_text(), *changes))
            program = place / "overtake"
            compiled("-O2", "-w", "@src/cflags", "-Isrc", "-o", program, PROGRAMS / "overtake.c", place / "sema.c",
                     *(path for path in sorted((TOP / "src").rglob("*.[cS]")) if path.name != "sema.c"),
                     "@src/ldflags")
            said = set()
            for seed in range(60):
                said.add(run("env", "RT0_SEED=%d" % seed, program).stdout)
            if name == "patient":
                self.assertEqual(said, {"0 overtaken\n"})
            else:
                self.assertGreater(len(said), 1, "the test cannot see it")


states.everywhere(globals())

if __name__ == "__main__":
    unittest.main()
