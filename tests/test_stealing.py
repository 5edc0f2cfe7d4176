"""Stealing, and the look that follows the last one."""
import re
import subprocess
import unittest

import runqs
import sources
import states
from linked import PROGRAMS, TOP, WORK, Linked, changed, compiled, link, run, written
from runqs import model
from states import superseded



class Programs(Linked):
    since = "stealing"
    PROCS = (1, 2, 3, 4, 5, 8, 16)

    def test_what_stands_behind_a_busy_main_is_taken_by_others(self):
        for procs in (2, 3, 4, 16):
            for _ in range(50):
                self.assertRuns(self.example("busy"), out="200 have run\n", procs=procs)

    def test_no_goroutine_is_lost_or_run_twice(self):
        for procs in self.PROCS:
            for n, rounds in ((1, 2000), (2, 2000), (3, 2000), (50, 100), (300, 30), (1500, 4)):
                self.assertRuns(self.program("conserve"), n, rounds, procs=procs,
                                out="%d turns, 0 wrong\n" % (3 * n * rounds))

    def test_trees_add_up_on_any_number_of_Ps(self):
        self.assertEndsWell(TOP / "bench" / "sched.c", (
            ("fib", 17), ("skynet", 10000), ("batch", 3000), ("pingpong", 3000), ("sema", 5000)), self.PROCS)

    def test_no_wake_up_is_lost_in_two_thousand_short_relays(self):
        """Each relay is over in microseconds, and hangs if one wake-up is missing."""
        text = """
static uint32_t ran, done;
static void last(void *unused) { (void)unused; __atomic_store_n(&ran, 1, __ATOMIC_RELAXED); }
static void first(void *unused) {
	(void)unused;
	__atomic_store_n(&ran, 0, __ATOMIC_RELAXED);
	go(last, NULL);		/* and do not step back: somebody must come */
	while (!__atomic_load_n(&ran, __ATOMIC_RELAXED))
		;
	runtime_Semrelease(&done);
}
void main_main(void) {
	for (int i = 0; i < 2000; i++) {
		go(first, NULL);
		runtime_Semacquire(&done);
		for (volatile int j = 0; j < i % 64 * 50; j++)
			;
	}
	fmt_Printf("2000 relays\\n");
}
"""
        relay = written("relay", text, self.state)
        for procs in (2, 3, 16):
            self.assertRuns(relay, out="2000 relays\n", procs=procs)

    @superseded("parking-and-spinning", "who looks is in other functions, and a thief is counted as one that looks")
    def test_what_a_thief_carries_past_a_looker_is_not_lost(self):
        held = (
            ("steal.c", ("stealwork", "\tfor (int try = 1;", "\tif (hook)\n\t\thook(0, pp->id);\n\tfor (int try = 1;"),
             ("lookagain", "\t\tif (runqempty(", "\t\tif (hook)\n\t\t\thook(2, i);\n\t\tif (runqempty(")),
            ("proc.c", ("findrunnable", "\t\tif (gp != NULL)\n\t\t\tbreak;\n\t\t/* give",
                        "\t\tif (gp == NULL && hook)\n\t\t\thook(1, pp->id);\n"
                        "\t\tif (gp != NULL)\n\t\t\tbreak;\n\t\t/* give")))
        silent = ("runq.c", ("runqsteal", "\t\twakep();\n", "\t\t;\n"))
        for name, files, out in (("carried", held, "a has run\n"), ("silent", held + (silent,), None)):
            place = WORK / (self.state.name + "-" + name)
            place.mkdir()
            for file, *changes in files:
                text = changed(sources.find(self.state / "src", file).read_text(), *changes)
                (place / file).write_text(text.replace("\n\n", "\nvoid (*hook)(int, int32_t) __attribute__((weak));\n\n", 1))
                compiled("@%s/src/cflags" % self.state, "-Wno-empty-body", "-I%s/src" % self.state, "-c", place / file,
                         "-o", (place / file).with_suffix(".o"))
            program = link(PROGRAMS / "carried.c", self.state, sorted(place.glob("*.o")), "-" + name)
            if out:
                for _ in range(5):
                    self.assertRuns(program, out=out, procs=3)
            else:
                with self.assertRaises(subprocess.TimeoutExpired):
                    run(program, procs=3, timeout=1)


@superseded("the-owners-path", "whoever takes excludes all others, and there is no swap that could fail")
class Swap(Linked):
    since = "stealing"

    def test_the_swap_of_a_full_ring_is_the_strong_one(self):
        source = sources.find(self.state / "src", "runq.c").read_text()
        self.assertRegex(re.search(r"(?ms)^runqputslow\(.*?^}", source)[0], r"&pp->runqhead, &h, h \+ N, 0,\s")


@superseded("the-newest-first", "runnext is a pile; test_orders.py compares ring and pile of the last state with both models")
class Model(runqs.Explored, unittest.TestCase):
    MODEL, CLASS, FILES = model, model.Ring, ("runq.c", "globrunq.c")
    since = "stealing"
    ORDERS = (
        ("runqput", r"load_n\(&pp->runqhead", "put: head"), ("runqput", r"store_n\(&pp->runqtail", "put: tail"),
        ("ringget", r"load_n\(&pp->runqhead", "get: head"), ("ringget", r"load_n\(&pp->runqtail", "get: tail"),
        ("ringget", r"compare_exchange_n\(&pp->runqhead", "get: cas", "get: head"),
        ("runqputslow", r"compare_exchange_n\(&pp->runqhead", "overflow: cas", "put: head"),
        ("globrunqget", r"store_n\(&sched.runqsize", "share: size"),
        ("runqgrab", r"load_n\(&victim->runqhead", "grab: head"),
        ("runqgrab", r"load_n\(&victim->runqtail", "grab: tail"),
        ("runqgrab", r"compare_exchange_n\(&victim->runqhead", "grab: cas", "grab: head"),
        ("runqsteal", r"store_n\(&pp->runqtail", "steal: tail"),
        ("runnextput", r"exchange_n\(&pp->runnext", "next: put"),
        ("runqget", r"exchange_n\(&pp->runnext", "next: get"),
        ("stealnext", r"compare_exchange_n\(&victim->runnext", "next: steal", model.RLX),
        ("runqempty", r"load_n\(&pp->runnext", "empty: next"),
        ("runqempty", r"load_n\(&pp->runqhead", "empty: head"),
        ("runqempty", r"load_n\(&pp->runqtail", "empty: tail"))

    def test_runqempty_looks_at_runnext_then_the_head_then_the_tail(self):
        source = sources.find(self.state / "src", "runq.c").read_text()
        body = re.search(r"(?ms)^runqempty\(.*?^}", source)[0]
        self.assertEqual(re.findall(r"load_n\(&pp->(\w+)", body), ["runnext", "runqhead", "runqtail"])
        self.assertEqual(len(re.findall(r"(?m);$", body)), 4, "each load is a statement of its own")


@superseded("the-newest-first", "runnext is a pile, and its own Threads run with it and the ring")
class Threads(runqs.Hosted, unittest.TestCase):
    since, MANY = "stealing", 300000

    def test_a_weaker_order_is_a_race_under_the_sanitizer(self):
        for name, *changes in (
                ("tail", ("runqput", "t + 1, __ATOMIC_RELEASE", "t + 1, __ATOMIC_RELAXED")),
                ("grabtail", ("runqgrab", "runqtail, __ATOMIC_ACQUIRE", "runqtail, __ATOMIC_RELAXED")),
                ("stealtail", ("runqsteal", "t + n - 1, __ATOMIC_RELEASE", "t + n - 1, __ATOMIC_RELAXED")),
                ("nextput", ("runnextput", "__ATOMIC_ACQ_REL", "__ATOMIC_RELAXED")),
                ("nextsteal", ("stealnext", "__ATOMIC_ACQUIRE", "__ATOMIC_RELAXED"))):
            with self.subTest(name):
                self.assertRace(name, *changes)

    def test_a_full_ring_whose_swap_fails_for_no_reason_loses_a_goroutine(self):
        self.assertGoesWrong("weak", ("runqputslow", "if (!__atomic_compare", "if (h % 3 == 0 || !__atomic_compare"),
                             thieves=0, seconds=3)     # without thieves the ring fills for certain

    def test_a_wrong_step_loses_or_doubles_a_goroutine(self):
        for name, *change in (
                ("queued", "runqsteal", "t + n - 1, __ATOMIC_RELEASE", "t + n, __ATOMIC_RELEASE"),
                ("early", "runqgrab", "&h, h + n,", "&h, h + n - 1,")):
            with self.subTest(name):
                self.assertGoesWrong(name, tuple(change))


@superseded("the-owners-path", "who goes to sleep lets all others pass a fence: unit/fences.c, and Machine of test_the_owners_path.py")
class Machine(runqs.Fences, unittest.TestCase):
    since = "stealing"


states.everywhere(globals())

if __name__ == "__main__":
    unittest.main()
