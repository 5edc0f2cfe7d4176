"""Two threads made by hand, and a lock: examples/tally.c and examples/reorder.c."""
import os
import re
import tempfile
import time
import unittest

import states
from linked import Linked, example, gdb, printed, run
from states import superseded

ALONE = len(os.sched_getaffinity(0)) < 2


class Chapter(Linked):
    since = "two-threads"

    def example(self, name):        # the state has a text of its own
        return example(self.state, name)


class Sums(Chapter):
    """tally: two threads add to one number; with an argument, no addition is lost."""
    def sum(self, *args):
        done = run(self.example("tally"), *args, procs=2)
        self.assertRegex(done.stdout, r"^\d+ of 2000000\n$", done.stderr)
        return int(done.stdout.split()[0])

    def test_two_threads_that_add_with_care_lose_nothing(self):
        self.assertEqual(self.sum("lock"), 2000000)

    @unittest.skipIf(ALONE, "needs two processors")
    def test_two_threads_that_add_without_care_lose_additions(self):
        sums = [self.sum()]
        while sums[-1] == 2000000 and len(sums) < 200:   # on a busy machine the two seldom run at the same time
            sums.append(self.sum())
        self.assertLess(sums[-1], 2000000, "in %d runs of %s" % (len(sums), self.example("tally")))


class Orders(Chapter):
    """reorder: each thread writes a word and then reads the other's."""
    def count(self, *args, before=()):
        done = run(*before, self.example("reorder"), *args, procs=2)
        self.assertRegex(done.stdout, r"^both read 0: \d+ of 1000000\n$", done.stderr)
        return int(done.stdout.split()[3])

    def test_a_fence_on_both_sides_and_nobody_misses_the_other(self):
        self.assertEqual(self.count("fence"), 0, "both have read 0 in spite of the fence")
        one = str(min(os.sched_getaffinity(0)))
        self.assertEqual(self.count(before=("taskset", "-c", one)), 0, "a processor has missed its own write")

    @unittest.skipIf(ALONE, "needs two processors")
    def test_without_a_fence_both_miss_the_other_now_and_then(self):
        counts, end = [self.count()], time.monotonic() + 60
        while not counts[-1] and time.monotonic() < end:      # on a busy machine the two seldom run at the same time
            counts.append(self.count())
        self.assertGreater(counts[-1], 0, "in %d runs of %s" % (len(counts), self.example("reorder")))


@superseded("many-threads", "the program has goroutines then, and test_many_threads.py looks at threads")
class Made(Chapter):
    """How a thread is made, and what it finds."""
    def refused(self, what):
        with tempfile.NamedTemporaryFile("r") as log:
            done = run("strace", "-f", "--seccomp-bpf", "-qq", "-o", log.name, "-e", "trace=clone", "-e", "inject=clone:" + what,
                       self.example("tally"), "lock", procs=2)
            return done, log.read().count("INJECTED")

    def test_a_second_thread_that_is_refused_three_times_comes_at_last(self):
        done, times = self.refused("error=EAGAIN:when=1..3")
        self.assertEqual((done.returncode, done.stdout, times), (0, "2000000 of 2000000\n", 3))

    def test_a_second_thread_that_never_comes_ends_the_process(self):
        for error, number, tries in (("EAGAIN", 11, 20), ("ENOMEM", 12, 1)):
            done, times = self.refused("error=" + error)
            self.assertEqual((done.returncode, done.stdout, times), (2, "", tries))
            self.assertRegex(done.stderr, r"^runtime: failed to create new OS thread \(have 1 already; errno=%d\)\n"
                             r"(?s:.*)fatal error: newosproc\n$" % number)

    def test_the_second_thread_has_its_own_stack_thread_pointer_and_number(self):
        out = gdb(self.example("tally"), "break *((long)clone + 21)", "run", "bt", "print $rsp == allm->g0->stack.hi",
                  "print $fs_base == (long)&allm->tls[1]", "print allm->tls[0] == (long)allm->g0", "print allm->procid > 0")
        self.assertEqual(printed(out), ["1", "1", "1", "1"], out)
        self.assertNotRegex(out, r"(?m)^#1 ", "clone+21 is the first instruction of the child alone")


class Debuggers(Chapter):
    def test_a_debugger_may_use_34_bytes_at_the_entry_point(self):
        program = self.example("hello")
        table = [(int(a, 16), name) for a, name in re.findall(r"^([0-9a-f]+) [tT] (\S+)$",
                                                              run("nm", program).stdout, re.M)]
        entry = next(a for a, name in table if name == "_rt0_amd64_linux")
        self.assertEqual([name for a, name in table if entry < a < entry + 34], [])


states.everywhere(globals())

if __name__ == "__main__":
    unittest.main()
