"""When a thread is woken, and when it looks for work."""
import concurrent.futures
import re
import shutil
import subprocess
import time
import unittest
from pathlib import Path

import runqs
import states
from linked import PROGRAMS, TOP, WORK, Linked, gdb, mutant, printed, run
from states import superseded

MODEL = TOP / "tests" / "models" / "park"
PROCS = (1, 2, 3, 4, 8, 16)


class Chapter(Linked):
    since = "parking-and-spinning"


@unittest.skipUnless(shutil.which("spin"), "spin is not installed, so the model is not searched: run ./setup")
class Protocol(unittest.TestCase):
    """tests/models/park.pml: every order of the steps of three Ms."""

    def search(self, variant):
        return variant, run(MODEL, "-s", *([variant] if variant else []), timeout=300)

    def test_spin_finds_a_lost_wake_up_in_every_mutant_of_the_protocol(self):
        text = (MODEL.parent / "park.pml").read_text()
        variants = sorted(set(re.findall(r"^#ifn?def (\w+)", text, re.M)))
        self.assertEqual(len(variants), 9)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for variant, done in pool.map(self.search, [""] + variants):
                with self.subTest(variant or "the protocol"):
                    self.assertEqual(done.stderr, "")
                    if variant:
                        self.assertEqual(done.stdout, "a unit waits, a P is idle, and nobody comes\n")
                    else:
                        self.assertRegex(done.stdout, r"^nothing found in \d{6,} states\n$")


class Conservation(Chapter):
    def test_somebody_comes_for_each_goroutine_while_its_maker_keeps_its_thread(self):
        for procs in PROCS[1:]:
            self.assertRuns(self.program("handshake"), 10000, procs=procs, out="10000 rounds\n")

    def test_three_that_need_each_other_run_at_the_same_time(self):
        for procs in PROCS[2:]:
            self.assertRuns(self.program("handshake"), 1000, "three", procs=procs, out="1000 rounds\n")

    def test_what_was_written_before_a_release_is_seen_after_the_acquire(self):
        for procs in PROCS:
            self.assertRuns(self.program("publish"), procs=procs, out="80000 answers\n")

    def test_the_workloads_of_the_benchmark_end_well(self):
        self.assertEndsWell(TOP / "bench" / "sched.c", (
            ("yield", 5000), ("spawn", 5000), ("batch", 1000), ("pingpong", 5000), ("sema", 20000), ("skynet", 1000),
            ("fib", 15), ("parked", 1000)), PROCS)



    def test_no_goroutine_is_lost_or_run_twice(self):
        for procs in range(1, 17):
            for n, rounds in ((1, 3000), (2, 3000), (3, 2000), (50, 100), (1500, 4)):
                self.assertRuns(self.program("conserve"), n, rounds, procs=procs,
                                out="%d turns, 0 wrong\n" % (3 * n * rounds))


class Sleep(Chapter):
    def test_when_all_sleep_nobody_is_counted_as_spinning(self):
        for procs in (2, 4, 16):
            out = gdb(self.program("all_asleep"), "break fatal", "catch syscall exit_group", "run",
                      "print sched.nmspinning", "print sched.npidle", "print sched.nmidle == sched.mnext", procs=procs)
            self.assertEqual(printed(out), ["0", str(procs), "1"], out)

    def test_threads_of_a_program_that_waits_do_not_run(self):
        program = subprocess.Popen([str(self.program("idle"))], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   env={"GOMAXPROCS": "4"})
        try:
            self.assertEqual(program.stdout.readline(), b"all wait\n")
            tasks = Path("/proc/%d/task" % program.pid)

            def counters():
                seen = {}
                for task in sorted(tasks.iterdir()):
                    status = (task / "status").read_text()
                    stat = (task / "stat").read_text().rsplit(")", 1)[1].split()
                    switches = re.findall(r"ctxt_switches:\s*(\d+)", status)
                    seen[task.name] = (stat[0], tuple(switches), stat[11], stat[12])
                return seen
            end = time.monotonic() + 20
            while time.monotonic() < end and any(task[0] != "S" for task in counters().values()):
                pass
            before = counters()
            self.assertEqual({task[0] for task in before.values()}, {"S"}, "some thread runs for ever")
            time.sleep(0.3)     # the interval that is watched
            self.assertEqual(counters(), before)
        finally:
            program.stdin.close()
            self.assertEqual(program.stdout.read(), b"end\n")
            program.stdout.close()
            self.assertEqual(program.wait(20), 0)

    def test_with_one_P_no_thread_is_made_and_no_futex_called(self):
        log = WORK / "log"
        done = run("strace", "-f", "-o", log, "-e", "trace=clone,futex", self.program("conserve"), "50", "10", procs=1)
        self.assertEqual((done.returncode, done.stdout), (0, "1500 turns, 0 wrong\n"))
        self.assertEqual(re.findall(r"clone\(|futex\(", log.read_text()), [])


@superseded("the-owners-path", "who goes to sleep lets all others pass a fence: unit/fences.c, and Machine of test_the_owners_path.py")
class Machine(runqs.Fences, unittest.TestCase):
    since = "parking-and-spinning"


class List(Chapter):
    def test_a_share_of_the_list_is_fetched_with_empty_queues_only(self):
        """Otherwise the ring could overflow to the list, whose lock is held."""
        program = mutant("strict", PROGRAMS / "conserve.c", self.state, "globrunq.c", (
            "globrunqgetbatch", "\tn = sched", '\tif (!runqempty(pp))\n\t\tthrow("not empty");\n\tn = sched'))
        for procs in (1, 2, 4):
            self.assertRuns(program, 2000, 5, procs=procs, out="30000 turns, 0 wrong\n")


states.everywhere(globals())

if __name__ == "__main__":
    unittest.main()
