"""The pile: the newest first, and the oldest for thieves."""
import re
import unittest

import runqs
import states
from linked import TOP, Linked, run
from runqs import pile
from states import superseded

PROCS = (1, 2, 3, 4, 8, 16)


class Chapter(Linked):
    since = "the-newest-first"


class Conservation(Chapter):
    def test_no_goroutine_is_lost_or_run_twice(self):
        for procs in range(1, 17):
            for n, rounds in ((1, 3000), (2, 3000), (3, 2000), (50, 100), (1500, 4)):
                self.assertRuns(self.program("conserve"), n, rounds, procs=procs,
                                out="%d turns, 0 wrong\n" % (3 * n * rounds))

    def test_the_workloads_of_the_benchmark_end_well(self):
        self.assertEndsWell(TOP / "bench" / "sched.c", (
            ("yield", 5000), ("spawn", 5000), ("batch", 1000), ("pingpong", 5000), ("sema", 20000), ("skynet", 1000),
            ("fib", 15), ("parked", 1000)), PROCS)



    def test_the_ring_gets_its_turn_under_ping_pong(self):
        done = run(self.program("fair"), procs=1)
        most = re.match(r"at most (\d+) messages", done.stdout)
        self.assertTrue(most, done.stdout + done.stderr)
        self.assertLessEqual(int(most.group(1)), 60)


@superseded("the-owners-path", "the pile has two indices and a biased lock; test_the_owners_path.py has their model")
class Model(runqs.Explored, unittest.TestCase):
    MODEL, CLASS = pile, pile.Pile
    since = "the-newest-first"
    ORDERS = (
        ("runnextput", r"load_n\(&pp->pile", "put: word"), ("runnextput", r"fetch_add\(&pp->pile", "put: add"),
        ("pileget", r"load_n\(&pp->pile", "get: word"),
        ("pileget", r"compare_exchange_n\(&pp->pile", "get: cas", "get: failed"),
        ("runqfair", r"load_n\(&pp->pile", "oldest: word"),
        ("pileoldest", r"compare_exchange_n\(&pp->pile", "oldest: cas", runqs.model.RLX),
        ("pilespill", r"compare_exchange_n\(&pp->pile", "spill: cas", runqs.model.RLX),
        ("pilesteal", r"load_n\(&pp->pile", "steal: own"), ("pilesteal", r"load_n\(&victim->pile", "steal: word"),
        ("pilesteal", r"compare_exchange_n\(&victim->pile", "steal: cas", "steal: failed"),
        ("pilesteal", r"fetch_add\(&pp->pile", "steal: add"),
        ("stealnext", r"s = __atomic_load_n\(&victim->pile", "oldest: word"),
        ("stealnext", r"(?<!s = __atomic_)load_n\(&victim->pile", "next: again"),
        ("runqempty", r"load_n\(&pp->pile", "empty: word"))

    @states.once
    def test_what_the_model_cannot_tell_apart_is_named(self):
        for changed in pile.HARMLESS:
            with self.subTest(runqs.model.said(changed)):
                self.assertEqual([name for name in pile.SCENARIOS if pile.check(name, **changed)[0]], [])
        found = {name for changed, _ in pile.MUTANTS for name in changed}
        named = {name for changed in pile.HARMLESS for name in changed}
        weakest = {name for name, how in pile.Pile.GOOD.items() if how == pile.RLX}
        self.assertEqual(found | named | weakest, set(pile.Pile.GOOD))
        self.assertEqual(found & named, set())


@superseded("the-owners-path", "who goes to sleep lets all others pass a fence: unit/fences.c, and Machine of test_the_owners_path.py")
class Machine(runqs.Fences, unittest.TestCase):
    since = "the-newest-first"


@superseded("the-owners-path", "the pile has two indices and a biased lock; test_the_owners_path.py runs them on threads")
class Threads(runqs.Hosted, unittest.TestCase):
    since, MANY = "the-newest-first", 50000

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


states.everywhere(globals())

if __name__ == "__main__":
    unittest.main()
