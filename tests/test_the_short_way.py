"""The short way from one goroutine to the next."""
import re
import unittest

import runqs
import states
from linked import PROGRAMS, TOP, WORK, Linked, gdb, link, mutant, printed, run
from states import superseded

PROCS = (1, 2, 3, 4, 8, 16)


class Chapter(Linked):
    since = "the-short-way"


class Conservation(Chapter):
    def test_no_goroutine_is_lost_or_run_twice_on_the_short_way(self):
        for procs in range(1, 17):
            for n, rounds in ((1, 3000), (2, 3000), (3, 2000), (50, 100), (1500, 4)):
                self.assertRuns(self.program("conserve"), n, rounds, procs=procs,
                                out="%d turns, 0 wrong\n" % (3 * n * rounds))

    def test_the_workloads_of_the_benchmark_end_well(self):
        self.assertEndsWell(TOP / "bench" / "sched.c", (
            ("yield", 5000), ("spawn", 5000), ("batch", 1000), ("pingpong", 5000), ("sema", 20000), ("skynet", 1000),
            ("fib", 15), ("parked", 1000)), PROCS)


class ShortWay(Chapter):
    def test_the_ring_gets_its_turn_under_ping_pong(self):
        done = run(self.program("fair"), procs=1)
        most = re.match(r"at most (\d+) messages", done.stdout)
        self.assertTrue(most, done.stdout + done.stderr)
        self.assertLessEqual(int(most.group(1)), 60)

    def test_a_goroutine_that_only_yields_runs_what_another_P_has_no_time_for(self):
        for way in ("started", "woken"):
            # The middle of eleven: what else a busy machine does is not the scheduler's affair.
            waits = sorted(int(run(self.program("only_yields"), way, procs=2).stdout) for _ in range(11))
            self.assertLess(waits[5], 50000, "microseconds: %s" % waits)

    def test_a_parked_goroutine_unwinds_to_goexit(self):
        """Also those that stopped by gswitch, whose gobuf has pc, sp and bp only."""
        out = gdb(self.program("all_asleep"), "set pagination off", "catch syscall exit_group", "run",
                  "goroutine all bt", procs=1, first=("source gdb/rt0.py",))
        traces = re.split(r"(?m)^goroutine \d+", out)[1:] or [out]
        ends = [line for line in out.splitlines() if re.match(r"#\d+\s", line) and "goexit (" in line]
        self.assertEqual(len(ends), 3, out)
        self.assertIn("gswitch", out, traces)
        self.assertEqual(len(re.findall(r"(?m)^#\d+ +semacquire \(", out)), 3, out)

    def test_the_inlined_switch_unwinds_at_each_instruction(self):
        """From leaq to the jump, and behind it: the chain ends in goexit, or says at once that there is no caller."""
        script = WORK / "steps.py"
        script.write_text(r"""
import gdb
names, lines = [], []
code = gdb.execute("disassemble runtime_Gosched", to_string=True)
start = int(next(l for l in code.splitlines() if "lea " in l and "(%rip)" in l and "rax" in l).split()[0], 16)
gdb.execute("break *%d" % start, to_string=True)
gdb.execute("run >/dev/null", to_string=True)
jumped = False
for _ in range(40):
    text = gdb.execute("x/i $pc", to_string=True)
    frame, chain = gdb.newest_frame(), []
    while frame is not None and len(chain) < 20:
        chain.append(frame.name()); frame = frame.older()
    mark = "jump" if "jmp    *%rax" in text else "load" if "(%rsi),%rsp" in text else "code"
    print("STEP", mark, chain[-1])
    if jumped and mark == "code":
        break
    jumped = mark == "jump"
    gdb.execute("stepi", to_string=True)
""")
        out = gdb(self.example("yield"), "source %s" % script, procs=1)
        steps = re.findall(r"^STEP (\w+) (\w+)$", out, re.M)
        marks = [mark for mark, _ in steps]
        self.assertEqual((marks.count("load"), marks.count("jump"), marks[-1]), (1, 1, "code"), out)
        for mark, root in steps:
            self.assertEqual(root, "goexit" if mark != "jump" else "runtime_Gosched", out)

    def assertLeft(self, program):
        """No goroutine of the program is queued, or its lock given back, by code that runs on its stack."""
        own = "$rsp > ((struct g *)%s)->stack.lo && $rsp <= ((struct g *)%s)->stack.hi"
        out = gdb(program, "set args short", "tbreak runqput", "run", "break *runqput if " + own % ("$rsi", "$rsi"),
                  "break *parkunlock if " + own % ("$rdi", "$rdi"), "continue", "bt 3", procs=1)
        self.assertRegex(out, r"Temporary breakpoint 1, .*runqput")
        self.assertIn("exited normally", out, out)

    def test_a_goroutine_is_queued_on_the_stack_of_another(self):
        self.assertLeft(self.example("yield"))

    def test_a_goroutine_parks_on_the_stack_of_another(self):
        self.assertLeft(self.program("fair"))

    def test_a_goroutine_is_called_by_goexit(self):
        out = gdb(self.example("yield"), "break count", "run", "bt", procs=1)
        self.assertRegex(out, r"(?m)^#0 .*count \(")
        self.assertRegex(out, r"(?m)^#1 .*goexit \(")
        self.assertNotRegex(out, r"(?m)^#2 ")


class Yielder(Chapter):
    """Between leave and finish a goroutine that yields is in no queue."""
    SCRIPT = (
        "break ready", "run", "set scheduler-locking on", "break *finishswitch", "continue",
        # main has left: who is next, what waits in rings and list, and where main is
        "print (allp[0]->runnext != 0) + (allp[1]->runnext != 0)",
        "print allp[0]->runqtail - allp[0]->runqhead + allp[1]->runqtail - allp[1]->runqhead", "print sched.runqsize",
        "print m0.left->goid", "print m0.left->atomicstatus",
        # the other thread looks, and goes to sleep
        "thread 2", "tbreak notesleep if sched.nmidle == 1", "continue", "print sched.nmspinning", "print sched.npidle",
        # main is queued
        "thread 1", "tbreak notewakeup", "tbreak stays", "continue", "print allp[0]->runqtail - allp[0]->runqhead",
        "print sched.nmspinning")
    LEFT = ["0", "0", "0", "1", "Grunning", "0", "1"]

    @superseded("watching-it-run", "threads that never have a P are counted as idle; the walk counts, too")
    def test_who_looked_before_a_yielder_was_queued_is_woken_for_it(self):
        out = gdb(self.program("yielder", whole=True), *self.SCRIPT, "set scheduler-locking off", "delete", "continue")
        self.assertEqual(printed(out), self.LEFT + ["1", "1"], out)
        self.assertRegex(out, r"Thread 1 .* hit Temporary breakpoint \d, .*notewakeup")
        self.assertRegex(out, r"main has gone on(?s:.*)exited normally")

    @superseded("watching-it-run", "threads that never have a P are counted as idle; the walk counts, too")
    def test_without_wakep_in_finish_nobody_comes_for_a_yielder(self):
        program = mutant("unwoken", PROGRAMS / "yielder.c", self.state, "switch.h", ("finish", "\t\twakep();\n", ""))
        out = gdb(program, *self.SCRIPT, "kill")
        self.assertEqual(printed(out), self.LEFT + ["1", "0"], out)
        self.assertRegex(out, r"Thread 1 .* hit Temporary breakpoint \d, .*stays")

    def test_who_yields_alone_goes_on_at_once(self):
        self.assertRuns(self.program("alone", whole=True), procs=1, out="alone: 1000 turns, 0 stops\nthe other\n"
                        "not alone: 2 turns, 1 stops\n")


@superseded("the-owners-path", "who goes to sleep lets all others pass a fence: unit/fences.c, and Machine of test_the_owners_path.py")
class Machine(runqs.Fences, unittest.TestCase):
    since = "the-short-way"


states.everywhere(globals())

if __name__ == "__main__":
    unittest.main()
