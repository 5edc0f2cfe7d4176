"""Chapter 11: when a thread is woken, when it looks for work, and the short way between goroutines."""
import concurrent.futures
import re
import shutil
import subprocess
import time
import unittest
from pathlib import Path

import runqs
from linked import PROGRAMS, STATES, TOP, WORK, Linked, gdb, link, mutant, printed, run
from runqs import pile

STATE = STATES / "11"       # what is true of this chapter only
MODEL = TOP / "tests" / "models" / "park"
PROCS = (1, 2, 3, 4, 8, 16)


class Chapter11(Linked):
    state = STATE


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


class Conservation(Chapter11):
    def test_somebody_comes_for_each_goroutine_while_its_maker_keeps_its_thread(self):
        for procs in PROCS[1:]:
            self.assertRuns(self.program("handshake"), 10000, procs=procs, out="10000 rounds\n")

    def test_three_that_need_each_other_run_at_the_same_time(self):
        for procs in PROCS[2:]:
            self.assertRuns(self.program("handshake"), 1000, "three", procs=procs, out="1000 rounds\n")

    def test_no_goroutine_is_lost_or_run_twice_on_the_short_way(self):
        for procs in range(1, 17):
            for n, rounds in ((1, 3000), (2, 3000), (3, 2000), (50, 100), (1500, 4)):
                self.assertRuns(self.program("conserve"), n, rounds, procs=procs,
                                out="%d turns, 0 wrong\n" % (3 * n * rounds))

    def test_what_was_written_before_a_release_is_seen_after_the_acquire(self):
        for procs in PROCS:
            self.assertRuns(self.program("publish"), procs=procs, out="80000 answers\n")

    def test_the_workloads_of_the_benchmark_end_well(self):
        self.assertEndsWell(TOP / "bench" / "sched.c", (
            ("yield", 5000), ("spawn", 5000), ("batch", 1000), ("pingpong", 5000), ("sema", 20000), ("skynet", 1000),
            ("fib", 15), ("parked", 1000)), PROCS)


class Sleep(Chapter11):
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
        run("strace", "-f", "-o", log, "-e", "trace=clone,futex", self.program("conserve"), "50", "10", procs=1)
        self.assertEqual(re.findall(r"clone\(|futex\(", log.read_text()), [])


class ShortWay(Chapter11):
    def test_the_ring_gets_its_turn_under_ping_pong(self):
        done = run(self.program("fair"), procs=1)
        most = re.match(r"at most (\d+) messages", done.stdout)
        self.assertTrue(most, done.stdout + done.stderr)
        self.assertLessEqual(int(most.group(1)), 60)

    def test_a_parked_goroutine_unwinds_to_goexit(self):
        """Also those that stopped by gswitch, whose gobuf has pc, sp and bp only."""
        out = gdb(self.program("all_asleep"), "set pagination off", "catch syscall exit_group", "run",
                  "goroutine all bt", procs=1, first=("source gdb/rt0.py",))
        traces = re.split(r"(?m)^goroutine \d+", out)[1:] or [out]
        ends = [line for line in out.splitlines() if re.match(r"#\d+\s", line) and "goexit (" in line]
        self.assertEqual(len(ends), 3, out)
        self.assertIn("gswitch", out, traces)
        self.assertEqual(len(re.findall(r"(?m)^#\d+ .*semacquire", out)), 3, out)

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
        out = gdb(link(TOP / "examples" / "yield.c", STATE), "source %s" % script, procs=1)
        steps = re.findall(r"^STEP (\w+) (\w+)$", out, re.M)
        marks = [mark for mark, _ in steps]
        self.assertEqual((marks.count("load"), marks.count("jump"), marks[-1]), (1, 1, "code"), out)
        for mark, root in steps:
            self.assertEqual(root, "goexit" if mark == "code" else "runtime_Gosched", out)

    def assertLeft(self, program):
        """No goroutine of the program is queued, or its lock given back, by code that runs on its stack."""
        own = "$rsp > ((struct g *)%s)->stack.lo && $rsp <= ((struct g *)%s)->stack.hi"
        out = gdb(program, "tbreak runqput", "run", "break *runqput if " + own % ("$rsi", "$rsi"),
                  "break *parkunlock if " + own % ("$rdi", "$rdi"), "continue", "bt 3", procs=1)
        self.assertRegex(out, r"Temporary breakpoint 1, .*runqput")
        self.assertIn("exited normally", out, out)

    def test_a_goroutine_is_queued_on_the_stack_of_another(self):
        self.assertLeft(link(TOP / "examples" / "yield.c", STATE))

    def test_a_goroutine_parks_on_the_stack_of_another(self):
        self.assertLeft(self.program("fair"))

    def test_a_goroutine_is_called_by_goexit(self):
        out = gdb(link(TOP / "examples" / "yield.c", STATE), "break count", "run", "bt", procs=1)
        self.assertRegex(out, r"(?m)^#0 .*count \(")
        self.assertRegex(out, r"(?m)^#1 .*goexit \(")
        self.assertNotRegex(out, r"(?m)^#2 ")


class Yielder(Chapter11):
    """Between leave and finish a goroutine that yields is in no queue."""
    SCRIPT = (
        "break ready", "run", "set scheduler-locking on", "break *finishswitch", "continue",
        # main has left: what waits in piles, rings and list, and where main is
        "print (allp[0]->pile >> 8 & 0xffff) + (allp[1]->pile >> 8 & 0xffff)",
        "print allp[0]->runqtail - allp[0]->runqhead + allp[1]->runqtail - allp[1]->runqhead", "print sched.runqsize",
        "print m0.left->goid", "print m0.left->atomicstatus",
        # the other thread looks, and goes to sleep
        "thread 2", "tbreak notesleep if sched.nmidle == 1", "continue", "print sched.nmspinning", "print sched.npidle",
        # main is queued
        "thread 1", "tbreak notewakeup", "tbreak stays", "continue", "print allp[0]->runqtail - allp[0]->runqhead",
        "print sched.nmspinning")
    LEFT = ["0", "0", "0", "1", "Grunning", "0", "1"]

    def test_who_looked_before_a_yielder_was_queued_is_woken_for_it(self):
        out = gdb(self.program("yielder"), *self.SCRIPT, "set scheduler-locking off", "delete", "continue")
        self.assertEqual(printed(out), self.LEFT + ["1", "1"], out)
        self.assertRegex(out, r"Thread 1 .* hit Temporary breakpoint \d, .*notewakeup")
        self.assertRegex(out, r"main has gone on(?s:.*)exited normally")

    def test_without_wakep_in_finish_nobody_comes_for_a_yielder(self):
        program = mutant("unwoken", PROGRAMS / "yielder.c", STATE, "proc.c", ("finish", "\t\twakep();\n", ""))
        out = gdb(program, *self.SCRIPT, "kill")
        self.assertEqual(printed(out), self.LEFT + ["1", "0"], out)
        self.assertRegex(out, r"Thread 1 .* hit Temporary breakpoint \d, .*stays")

    def test_who_yields_alone_goes_on_at_once(self):
        self.assertRuns(self.program("alone"), procs=1, out="alone: 1000 turns, 0 stops\nthe other\n"
                        "not alone: 2 turns, 1 stops\n")


class Model(runqs.Explored, unittest.TestCase):
    MODEL, CLASS, STATE = pile, pile.Pile, STATE
    ORDERS = (
        ("runnextput", r"load_n\(&pp->pile", "put: word"), ("runnextput", r"fetch_add\(&pp->pile", "put: add"),
        ("pileget", r"load_n\(&pp->pile", "get: word"),
        ("pileget", r"compare_exchange_n\(&pp->pile", "get: cas", "get: failed"),
        ("runqfair", r"load_n\(&pp->pile", "oldest: word"),
        ("pileoldest", r"compare_exchange_n\(&pp->pile", "oldest: cas"),
        ("pilespill", r"compare_exchange_n\(&pp->pile", "spill: cas"),
        ("pilesteal", r"load_n\(&pp->pile", "steal: own"), ("pilesteal", r"load_n\(&victim->pile", "steal: word"),
        ("pilesteal", r"compare_exchange_n\(&victim->pile", "steal: cas", "steal: failed"),
        ("pilesteal", r"fetch_add\(&pp->pile", "steal: add"),
        ("stealnext", r"s = __atomic_load_n\(&victim->pile", "oldest: word"),
        ("stealnext", r"(?<!s = __atomic_)load_n\(&victim->pile", "next: again"),
        ("runqempty", r"load_n\(&pp->pile", "empty: word"))

    def test_what_the_model_cannot_tell_apart_is_named(self):
        for changed in pile.HARMLESS:
            with self.subTest(runqs.model.said(changed)):
                self.assertEqual([name for name in pile.SCENARIOS if pile.check(name, **changed)[0]], [])
        found = {name for changed, _ in pile.MUTANTS for name in changed}
        named = {name for changed in pile.HARMLESS for name in changed}
        weakest = {name for name, how in pile.Pile.GOOD.items() if how == pile.RLX}
        self.assertEqual(found | named | weakest, set(pile.Pile.GOOD))
        self.assertEqual(found & named, set())


class Machine(runqs.Fences, unittest.TestCase):
    STATE = STATE


class Threads(runqs.Hosted, unittest.TestCase):
    STATE, MANY = STATE, 50000

    def test_a_weaker_order_is_a_race_under_the_sanitizer(self):
        """The orders of thieves are met too seldom here; the model finds them all."""
        for name, function, order in (("put", "runnextput", "SEQ_CST"), ("add", "pilesteal", "RELEASE")):
            with self.subTest(name):
                self.assertRace(name, (function, "ONEMORE, __ATOMIC_" + order, "ONEMORE, __ATOMIC_RELAXED"))

    def test_a_wrong_step_loses_or_doubles_a_goroutine(self):
        for name, *change in (
                ("queued", "pilesteal", "(n - 1) * ONEMORE", "n * ONEMORE"),
                ("early", "pilesteal", "pilewithout(s, n)", "pilewithout(s, n - 1)")):
            with self.subTest(name):
                self.assertGoesWrong(name, tuple(change))


class List(Chapter11):
    def test_a_share_of_the_list_is_fetched_with_empty_queues_only(self):
        """Otherwise the ring could overflow to the list, whose lock is held."""
        program = mutant("strict", PROGRAMS / "conserve.c", STATE, "runq.c", (
            "globrunqgetbatch", "\tn = sched", '\tif (!runqempty(pp))\n\t\tthrow("not empty");\n\tn = sched'))
        for procs in (1, 2, 4):
            self.assertRuns(program, 2000, 5, procs=procs, out="30000 turns, 0 wrong\n")


if __name__ == "__main__":
    unittest.main()
