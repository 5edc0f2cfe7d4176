"""The owner's path: no locked instruction for whoever has the P, and heavy fences for the others."""
import concurrent.futures
import os
import re
import shutil
import subprocess
import time
import unittest

import linked
import runqs
import sources
import states
from linked import TOP, WORK, Linked, run
from runqs import bias, model

MODEL = TOP / "tests" / "models" / "park"
KINDS = ("", "nomembarrier=1")                      # of fences, for RT0DEBUG
SEEDS = int(os.environ.get("RT0_SEEDS", 60))        # RT0_SEEDS=10000 tests/run -k seed takes some minutes


class Chapter(Linked):
    since = "the-owners-path"
    reads = ("sched", "sync", "os/lock_futex.c", "os/membarrier_linux.c", "os/os.h")


class Model(runqs.Explored, unittest.TestCase):
    MODEL, CLASS, FILES = bias, bias.Bias, ("runq.c", "globrunq.c", "steal.c", "lock_futex.c", "sema.c")
    since = "the-owners-path"
    ORDERS = (
        ("takebegin", r"store_n\(&pp->taking", "taking: set"), ("takebegin", r"load_n\(&pp->bias", "begin: bias"),
        ("takeend", r"store_n\(&pp->taking", "end: taking"), ("takelocked", r"store_n\(&pp->taking", "locked: taking"),
        ("takelocked", r"load_n\(&pp->bias", "locked: bias"), ("takelocked", r"store_n\(&pp->bias", "calm: bias"),
        ("revoke", r"compare_exchange_n\(&pp->bias", "revoke: cas", model.RLX),
        ("revoke", r"load_n\(&pp->taking", "revoke: taking"), ("revoke", r"store_n\(&pp->bias, Biased", "give up: bias"),
        ("revoke", r"store_n\(&pp->bias, Shared", "revoke: bias"),
        ("stealbegin", r"load_n\(&pp->bias, \w+\) != Shared &&", "steal: first look"),
        ("stealbegin", r"load_n\(&pp->bias, \w+\) != Shared\) {", "steal: bias"),
        ("length", r"load_n\(first", "length: first"), ("length", r"load_n\(end", "length: end"),
        ("oldest", r"store_n\(first", "oldest: first"), ("put", r"load_n\(first", "put: first"),
        ("put", r"store_n\(end", "put: end"), ("newest", r"store_n\(&pp->piletop", "newest: top"),
        ("take", r"store_n\(first", "take: first"), ("take", r"store_n\(end", "take: end"),
        ("trylock", r"compare_exchange_n\(&l->key", "lock: cas", model.RLX),
        ("unlock", r"store_n\(&l->key", "unlock: key"), ("unlock", r"load_n\(&l->sleepers", "sleepers: look"),
        ("lockslow", r"fetch_add\(&l->sleepers", "sleepers: add"),
        ("quiet", r"load_n\(&root->lock.key", "quiet: key"), ("quiet", r"load_n\(&root->nwait", "quiet: nwait"),
        ("globrunqget", r"store_n\(&sched.runqsize", "share: size"), ("workexists", r"load_n\(&sched.runqsize", "workexists: size"),
        ("semrelease", r"fetch_add\(addr", "semrelease: add"), ("cansemacquire", r"load_n\(addr", "semacquire: look"))

    # file, function, and what follows what in it
    STEPS = (
        ("runq.c", "takebegin", "&pp->taking, 1", "lightfence();", "load_n(&pp->bias"),
        ("runq.c", "revoke", "compare_exchange_n(&pp->bias", "heavyfence();", "load_n(&pp->taking", "Shared"),
        ("runq.c", "takelocked", "&pp->taking, 0", "lock(&pp->runqlock)", "== Shared &&", "&pp->bias, Biased"),
        ("runq.c", "stealbegin", "revoke(pp)", "lock(&pp->runqlock)", "!= Shared) {", "unlock("),
        ("runq.c", "put", "places[", "store_n(end"),
        ("runq.c", "spill", "takebegin(", "oldest(", "takeend("),
        ("runq.c", "take", "places[", "store_n(first", "store_n(end"),
        ("m.c", "wakep", "lightfence();", "load_n(&sched.nmspinning", "load_n(&sched.npidle"),
        ("proc.c", "findrunnable", "pidleput(", "fetch_sub(&sched.nmspinning", "heavyfence();", "lookagain("),
        ("syscall.c", "handoffp", "pidleput(", "heavyfence();", "lookagain("),
        ("lock_futex.c", "unlock", "&l->key, UNLOCKED", "lightfence();", "&l->sleepers"),
        ("lock_futex.c", "lockslow", "fetch_add(&l->sleepers", "heavyfence();", "while (!trylock", "fetch_sub(&l->sleepers"),
        ("steal.c", "workexists", "sched.runqsize", "runqempty("),
        ("globrunq.c", "globrunqgetbatch", "lock(&sched.lock)", "globrunqget()", "globrunqget()", "runqput(pp,", "unlock(&sched.lock)"),
        ("sema.c", "semacquire", "root->nwait", "cansemacquire(", "lock(&root->lock)", "root->nwait + 1", "*place(",
         "cansemacquire(", "enqueue(", "goparkunlock("),
        ("sema.c", "quiet", "lock.key", "nwait"),
        ("sema.c", "semrelease", "quiet(root)", "fetch_add(addr", "quiet(root)", "lock(&root->lock)"))

    def body(self, file, function):
        text = sources.find(self.state / "src", file).read_text()
        return re.sub(r"/\*.*?\*/", "", re.search(r"(?ms)^%s\(.*?^}" % function, text)[0], flags=re.S)

    def test_the_fences_and_steps_of_the_source_are_those_of_the_model(self):
        for file, function, *steps in self.STEPS:
            with self.subTest(function):
                self.assertRegex(self.body(file, function), "(?s)" + ".*".join(map(re.escape, steps)))

    def test_the_last_look_asks_no_bias(self):
        for place in (("steal.c", "workexists"), ("runq.c", "runqempty"), ("runq.c", "length")):
            self.assertNotIn("bias", self.body(*place))

    def test_each_fence_is_of_one_of_two_kinds(self):
        for file, function in (("os.h", "lightfence"), ("membarrier_linux.c", "heavyfence")):
            text = sources.find(self.state / "src", file).read_text()
            self.assertEqual(runqs.orders(text, function, "atomic_thread_fence"), [[model.SC]])
        self.assertEqual(runqs.orders(sources.find(self.state / "src", "os.h").read_text(), "lightfence",
                                      "atomic_signal_fence"), [[model.SC]])

    @states.once
    def test_what_the_model_cannot_tell_apart_is_named(self):
        wide = ("thieves", "handed", "lock_three", "reuse")     # python3 tests/steal/bias.py looks there, too
        for changed in bias.HARMLESS:
            with self.subTest(model.said(changed)):
                self.assertEqual([name for name in bias.SCENARIOS if name not in wide and bias.check(name, **changed)[0]], [])
        found = {name for _, mutants in bias.MODES for changed, _ in mutants for name in changed}
        named = {name for changed in bias.HARMLESS for name in changed}
        weakest = {name for name, how in bias.Bias.GOOD.items() if how == model.RLX}
        self.assertEqual(found | named | weakest, set(bias.Bias.GOOD))
        self.assertEqual(found & named, set())


@unittest.skipUnless(shutil.which("spin"), "spin is not installed, so the model is not searched: run ./setup")
class Protocol(unittest.TestCase):
    """tests/models/park.pml with the takes and locks of this chapter, and both kinds of fence; HANDOFF: sysmon puts a P down."""
    PARTS = ("NO_GIVEUP_FENCE", "NO_ASKING", "UNCOUNT_AFTER_UNLOCK", "NO_LOCK_TO_ASK", "NO_NEEDSPINNING",
             "CHECK_BEFORE_UNCOUNT", "NO_RECHECK", "NO_WAKE_AFTER_FIND")
    FALLBACK, ASYMMETRIC = ("BIASED",), ("BIASED", "ASYMMETRIC")

    def search(self, variant):
        return variant, run(MODEL, "-s", *variant, timeout=300)

    def test_spin_finds_a_lost_wake_up_if_a_fence_or_a_part_is_missing(self):
        whole = [fences + more for fences in (self.FALLBACK, self.ASYMMETRIC) for more in ((), ("HANDOFF",))]
        # What is lost with the fence of wakep is lost with a light one, too, which here is none; to leave it out is ORDINARY.
        parts = [self.FALLBACK + (part,) for part in self.PARTS] + [self.FALLBACK + ("HANDOFF", "NO_HANDOFF_FENCE")] + [
            self.ASYMMETRIC + more + (part,) for more in ((), ("HANDOFF",)) for part in ("EXCHANGED", "ORDINARY")]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for variant, done in pool.map(self.search, whole + parts):
                with self.subTest(" ".join(variant)):
                    self.assertEqual(done.stderr, "")
                    self.assertRegex(done.stdout, r"^nothing found in \d{5,} states\n$" if variant in whole else
                                     "^a unit waits, a P is idle, and nobody comes\n$")

    def test_the_parts_are_those_of_the_model(self):
        text = (MODEL.parent / "park.pml").read_text()
        self.assertEqual(set(re.findall(r"^#ifn?def (\w+)", text, re.M)), set(self.PARTS) | {"NO_SUBMIT_FENCE"})
        self.assertEqual(set(re.findall(r"defined\((\w+)\)", text)), set(self.ASYMMETRIC) | {
            "NO_GIVEUP_FENCE", "EXCHANGED", "ORDINARY", "HANDOFF", "NO_HANDOFF_FENCE", "SUBMIT_FENCE", "GIVEUP_FENCE"})


class Machine(unittest.TestCase):
    """Which locked instructions there are, in the machine code."""
    since = "the-owners-path"
    FENCE = r"mfence|lock or[lq] +\$0x0,"

    def code(self):
        """function -> its instructions."""
        text = linked.run("objdump", "-d", "--no-show-raw-insn", linked.example(self.state, "busy")).stdout
        return dict(re.findall(r"(?ms)^[0-9a-f]+ <(\w+)>:\n(.*?)\n\n", text + "\n\n"))

    def test_no_word_shares_the_line_of_the_one_that_says_which_fences_we_have(self):
        symbols = [line.split() for line in linked.run("nm", "-n", linked.example(self.state, "busy")).stdout.splitlines()]
        at = {name: int(address, 16) for address, _, name in symbols}
        line = at["asymmetric"]
        self.assertEqual(line % 64, 0)
        self.assertEqual([name for name in at if 0 < at[name] - line < 64 or -64 < at[name] - line < 0 and name in ("m0", "g0")], [])

    def test_an_owner_has_no_locked_instruction_but_the_fence_of_a_kernel_without_barriers(self):
        code = self.code()
        for function, fences in (("runqput", 0), ("runnextput", 0), ("runqget", 1), ("unlock", 1)):
            with self.subTest(function):
                locked = re.findall(r"\t(lock .*|mfence.*|xchg .*\(.*)", code[function])
                self.assertEqual(len(locked), fences, locked)
                for instruction in locked:
                    self.assertRegex(instruction, self.FENCE)

    def test_who_goes_to_sleep_or_steals_passes_the_heavy_fence_and_nobody_else(self):
        code = self.code()
        self.assertRegex(code["wakep"], self.FENCE)
        self.assertRegex(code["heavyfence"], self.FENCE)
        callers = {name for name, body in code.items() if "<heavyfence>" in body and name != "heavyfence"}
        self.assertLessEqual(callers - {"findrunnable", "schedule", "lock", "lockslow", "runqsteal", "stealbegin", "revoke"},
                             {"handoffp"})
        for either in ({"findrunnable", "schedule"}, {"lock", "lockslow"}, {"runqsteal", "stealbegin", "revoke"}, {"handoffp"}):
            self.assertTrue(callers & either, "none of %s calls it" % sorted(either))

    def test_a_share_of_the_list_is_fetched_ahead(self):
        self.assertEqual(self.code()["globrunqgetbatch"].count("\tprefetch"), 2)

    def test_who_makes_work_has_none_until_it_sees_that_one_looks(self):
        self.assertNotRegex(self.code()["wakep"].split("\tret")[0], r"\t(lock |mfence|xchg .*\()")


class Threads(runqs.Hosted, unittest.TestCase):
    """With the system call itself, which the sanitizer does not know, and with fences. It need not know either: two who take
    exclude each other by them, but what one of them has done the other knows by orders, and those are judged. (Those of
    taking it cannot judge: an owner that has taken a goroutine has released another word before.)"""
    since, MANY, OPTIONS = "the-owners-path", 50000, ("-DPILEINDICES",)
    KINDS = ((), ("membarrier",))
    reads = ("sched", "os/os.h", "os/go_asm.h")

    def test_a_weaker_order_is_a_race_under_the_sanitizer(self):
        for name, function, old in (("put", "put", "t + 1, __ATOMIC_RELEASE"),
                                    ("ours", "take", "t + n - 1, __ATOMIC_RELEASE")):
            with self.subTest(name):
                self.assertRace(name, (function, old, re.sub("__ATOMIC_[A-Z]+", "__ATOMIC_RELAXED", old)))

    @unittest.skipIf(linked.run("nproc").stdout == "1\n", "with one processor no store waits in a buffer")
    def test_a_missing_step_loses_or_doubles_a_goroutine(self):
        for kind, name, *change in (
                ((), "light", "takebegin", "\tlightfence();", "\t;"),
                (("membarrier",), "heavy", "revoke", "\theavyfence();", "\t__sync_synchronize();"),
                ((), "wait", "revoke", "__atomic_load_n(&pp->taking, __ATOMIC_ACQUIRE)", "0"),
                ((), "again", "stealbegin", "if (__atomic_load_n(&pp->bias, __ATOMIC_ACQUIRE) != Shared)", "if (0)")):
            with self.subTest(name):
                self.assertGoesWrong(name, tuple(change), kind=kind, times=100)


class Conservation(Chapter):
    def conserves(self, program, n, rounds, procs, kind, seed=""):
        done = run("env", "RT0DEBUG=" + kind, "RT0_SEED=%s" % seed, program, n, rounds, procs=procs)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "%d turns, 0 wrong\n" % (3 * n * rounds), ""),
                         "RT0DEBUG=%s RT0_SEED=%s GOMAXPROCS=%d %s %d %d" % (kind, seed, procs, program, n, rounds))

    def test_no_goroutine_is_lost_or_run_twice_with_either_kind_of_fence(self):
        for procs in range(1, 17):
            for kind in KINDS:
                for n, rounds in ((2, 500), (50, 20), (1500, 1)):
                    self.conserves(self.program("conserve"), n, rounds, procs, kind)

    def test_nor_under_any_seed(self):
        for seed in range(SEEDS):
            self.conserves(self.program("conserve"), 20, 3, 2 + seed % 5, KINDS[seed // 5 % 2], seed)


class Barriers(Chapter):
    """Who calls membarrier, and how often."""

    def barriers(self, program, *arguments, procs, kind="", **more):
        log = WORK / "barriers"
        done = run("strace", "-f", "-ttt", "-o", log, "-e", "trace=membarrier", "-E", "RT0DEBUG=" + kind, program, *arguments,
                   procs=procs, **more)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [float(time) for time in re.findall(r"(?m)^\d+ +([\d.]+) membarrier\(", log.read_text())]

    def test_one_P_asks_at_boot_and_never_again(self):
        self.assertEqual(len(self.barriers(self.program("conserve"), 50, 10, procs=1)), 3)

    def test_without_membarrier_no_call_is_made(self):
        self.assertEqual(self.barriers(self.program("conserve"), 50, 10, procs=4, kind="nomembarrier=1"), [])

    # Each heavy fence is marked by a call that the kernel refuses, and so is what may be between two of one kind.
    MARKS = (("proc.c", "findrunnable", "heavyfence();", "search"), ("syscall.c", "handoffp", "heavyfence();", "taken"),
             ("lock_futex.c", "lockslow", "heavyfence();", "lock"), ("runq.c", "revoke", "heavyfence();", "theft"),
             ("proc.c", "findrunnable", "acquirep(pp);\n\t\t\t\tstartspinning", "found"), ("m.c", "stopm", "noteclear(&mp->park);", "slept"),
             ("runq.c", "runqsteal", "if (!stealbegin(victim))", "seen"),
             ("syscall.c", "handoffp", "\tlock(&sched.lock);\n\twork", "stuck"))
    WHEN = {"seen": "if (ring != 0 || pile > !takenext) "}

    def marked(self):
        """conserve, whose threads say at each heavy fence which one it is."""
        src, instead = self.state / "src", []
        for file in sorted({mark[0] for mark in self.MARKS}):
            path = sources.find(src, file)
            changes = [(function, old, "%sSyscall6(3, -%d, 0, 0, 0, 0, 0);\n\t%s" % (self.WHEN.get(name, ""), 1001 + n, old))
                       for n, (place, function, old, name) in enumerate(self.MARKS) if place == file]
            copy = WORK / ("marked-%s-%s" % (self.state.name, file))
            instead.append(WORK / ("marked-" + self.state.name) / (path.stem + ".o"))
            instead[-1].parent.mkdir(exist_ok=True)
            copy.write_text('#include "os/os.h"\n#include "os/sys_linux.h"\n' + linked.changed(path.read_text(), *changes))
            linked.compiled("@%s/cflags" % src, "-I%s" % src, "-c", copy, "-o", instead[-1])
        return linked.link(linked.PROGRAMS / "conserve.c", self.state, instead, "-marked")

    def test_each_call_has_its_reason(self):
        """One for each search that is given up, and then the thread sleeps or has found work; one for each theft that has
        seen something, each P that sysmon takes, and each wait for a lock. Yields, spawns and messages need none."""
        log = WORK / "reasons"
        done = run("strace", "-f", "-o", log, "-e", "trace=membarrier,close", self.marked(), 1000, 20, procs=4)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "60000 turns, 0 wrong\n", ""))
        threads = {}
        for thread, call, number in re.findall(r"(?m)^(\d+) +(membarrier|close)\((?:-(\d+)|.*_EXPEDITED)", log.read_text()):
            threads.setdefault(thread, []).append(self.MARKS[int(number) - 1001][3] if number else call)
        first = re.match(r"\d+", log.read_text())[0]
        self.assertEqual(threads[first][:3], ["membarrier"] * 3)
        del threads[first][:3]
        ends = {"search": {"slept", "found"}, "theft": {"seen"}, "taken": {"stuck"}, "lock": set()}
        for events in threads.values():
            fences = [i for i, event in enumerate(events) if event == "membarrier"]
            self.assertEqual([events[i - 1] for i in fences if i == 0 or events[i - 1] not in ends], [])
            whole = events[:-1] if events[-1:] and events[-1] in ends else events      # the process has ended between the two
            self.assertEqual(len(fences), sum(event in ends for event in whole))
            for kind in ("search", "theft", "taken"):
                since = {"slept"}       # before the first search; the others need what comes before them
                for event in events:
                    if event == kind:
                        self.assertTrue(since & ends[kind], "two fences of one %s, or one without reason: %s" % (kind, events))
                        since = set()
                    since.add(event)
        self.assertGreater(sum(events.count(kind) for events in threads.values() for kind in ends), 1)

    def test_an_idle_process_makes_none(self):
        log = WORK / "idle-barriers"
        program = subprocess.Popen(["strace", "-f", "-o", str(log), "-e", "trace=membarrier,read", str(self.program("idle"))],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"GOMAXPROCS": "4", "PATH": os.environ["PATH"]})
        try:
            self.assertEqual(program.stdout.readline(), b"all wait\n")
            time.sleep(0.3)     # those who look for work give up
            before = log.read_text().count("membarrier(")
            time.sleep(0.3)     # the interval that is watched
            self.assertEqual(log.read_text().count("membarrier("), before)
            self.assertGreater(before, 3)
        finally:
            program.stdin.close()
            self.assertEqual(program.stdout.read(), b"end\n")
            program.stdout.close()
            self.assertEqual(program.wait(20), 0)


states.everywhere(globals())

if __name__ == "__main__":
    unittest.main()
