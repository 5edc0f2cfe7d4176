"""The owner's path: no locked instruction for whoever has the P, and heavy fences for the others."""
import os
import re
import unittest

import linked
import runqs
import sources
import states
from linked import Linked
from runqs import bias, model

FALLBACK = "nomembarrier=1"


class Chapter(Linked):
    since = "the-owners-path"


class Model(runqs.Explored, unittest.TestCase):
    MODEL, CLASS, FILES = bias, bias.Bias, ("runq.c", "lock_futex.c", "sema.c")
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
        ("sema.c", "quiet", "lock.key", "nwait"),
        ("sema.c", "semrelease", "quiet(root)", "fetch_add(addr", "quiet(root)", "lock(&root->lock)"))

    def test_the_fences_and_steps_of_the_source_are_those_of_the_model(self):
        for file, function, *steps in self.STEPS:
            with self.subTest(function):
                text = sources.find(self.state / "src", file).read_text()
                body = re.sub(r"/\*.*?\*/", "", re.search(r"(?ms)^%s\(.*?^}" % function, text)[0], flags=re.S)
                self.assertRegex(body, "(?s)" + ".*".join(map(re.escape, steps)))

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


class Machine(unittest.TestCase):
    """Which locked instructions there are, in the machine code."""
    since = "the-owners-path"
    FENCE = r"mfence|lock or[lq] +\$0x0,"

    def code(self):
        """function -> its instructions."""
        text = linked.run("objdump", "-d", "--no-show-raw-insn", linked.example(self.state, "busy")).stdout
        return dict(re.findall(r"(?ms)^[0-9a-f]+ <(\w+)>:\n(.*?)\n\n", text + "\n\n"))

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


states.everywhere(globals())

if __name__ == "__main__":
    unittest.main()
