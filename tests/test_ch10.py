"""Chapter 10: stealing, and the look that follows the last one."""
import importlib.util
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
LIB = Path(os.environ.get("RT0_LIB", TOP / "build" / "librt0.a")).resolve()
STATE = TOP / "build" / "chapters" / "10"     # what is true of this chapter only
STEAL = TOP / "tests" / "steal"
WORK = tempfile.TemporaryDirectory()
SPEC = importlib.util.spec_from_file_location("model", STEAL / "model.py")
model = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(model)


def tearDownModule():
    WORK.cleanup()


def run(*command, procs=None, timeout=60, **options):
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    env = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "GOMAXPROCS"))}
    env["TSAN_OPTIONS"] = "halt_on_error=1"
    if procs:
        env["GOMAXPROCS"] = str(procs)
    return subprocess.run([str(c) for c in command], text=True, timeout=timeout, cwd=TOP, env=env, **options)


def link(source):
    """Link a C file with the runtime."""
    program = Path(WORK.name) / source.stem
    if not program.exists():
        done = run("gcc", "-O2", "-g", "@src/cflags", "-Isrc", "-o", program, source, "@src/ldflags", LIB)
        if done.returncode != 0 or done.stderr:
            raise AssertionError(done.stderr)
    return program


class Programs(unittest.TestCase):
    PROCS = (1, 2, 3, 4, 5, 8, 16)

    def assertRuns(self, program, *arguments, out, procs):
        done = run(program, *arguments, procs=procs)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, out, ""),
                         "GOMAXPROCS=%s %s" % (procs, " ".join(map(str, (program,) + arguments))))

    def test_what_stands_behind_a_busy_main_is_taken_by_others(self):
        for procs in (2, 3, 4, 16):
            for _ in range(50):
                self.assertRuns(link(TOP / "examples" / "busy.c"), out="200 have run\n", procs=procs)

    def test_no_goroutine_is_lost_or_run_twice(self):
        for procs in self.PROCS:
            for n, rounds in ((1, 2000), (2, 2000), (3, 2000), (50, 100), (300, 30), (1500, 4)):
                self.assertRuns(link(TOP / "tests" / "programs" / "conserve.c"), n, rounds, procs=procs,
                                out="%d turns, 0 wrong\n" % (3 * n * rounds))

    def test_trees_add_up_on_any_number_of_Ps(self):
        sched = link(TOP / "bench" / "sched.c")
        for procs in self.PROCS:
            for work, n in (("fib", 17), ("skynet", 10000), ("batch", 3000), ("pingpong", 3000), ("sema", 5000)):
                with self.subTest(work, procs=procs):
                    done = run(sched, work, n, procs=procs)
                    self.assertEqual((done.returncode, done.stderr), (0, ""), "%s %d" % (work, n))

    def test_no_wake_up_is_lost_in_two_thousand_short_relays(self):
        """Each relay is over in microseconds, and hangs if one wake-up is missing."""
        source = Path(WORK.name) / "relay.c"
        source.write_text("""#include "rt0.h"
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
""")
        for procs in (2, 3, 16):
            self.assertRuns(link(source), out="2000 relays\n", procs=procs)


class Model(unittest.TestCase):
    def test_the_model_finds_nothing_wrong_with_the_chapter(self):
        for scenario in model.SCENARIOS:
            with self.subTest(scenario):
                wrong, states = model.check(scenario)
                self.assertIsNone(wrong)
                self.assertGreater(states, 10)

    def test_the_model_finds_every_mistake(self):
        for changed, scenario in model.MUTANTS:
            with self.subTest(model.said(changed)):
                self.assertIsNotNone(model.check(scenario, **changed)[0])

    def test_the_orders_of_the_source_are_those_of_the_model(self):
        source = (STATE / "src" / "runq.c").read_text()
        names = {"__ATOMIC_ACQUIRE": model.ACQ, "__ATOMIC_RELEASE": model.REL, "__ATOMIC_ACQ_REL": model.AR,
                 "__ATOMIC_RELAXED": model.RLX}

        def orders(function, operation):
            body = re.search(r"(?ms)^%s\(.*?^}" % function, source)[0]
            calls = re.findall(r"(?s)%s.*?(?:;|\) ==|!= NULL)" % operation, body)
            self.assertTrue(calls, "%s has no %s" % (function, operation))
            return [names[re.findall(r"__ATOMIC_[A-Z_]+", call)[0]] for call in calls]

        good = model.Ring.GOOD
        for function, operation, which in (
                ("runqput", r"load_n\(&pp->runqhead", "put: head"), ("runqput", r"store_n\(&pp->runqtail", "put: tail"),
                ("ringget", r"load_n\(&pp->runqhead", "get: head"), ("ringget", r"load_n\(&pp->runqtail", "get: tail"),
                ("ringget", r"compare_exchange_n\(&pp->runqhead", "get: cas"),
                ("runqgrab", r"load_n\(&victim->runqhead", "grab: head"),
                ("runqgrab", r"load_n\(&victim->runqtail", "grab: tail"),
                ("runqgrab", r"compare_exchange_n\(&victim->runqhead", "grab: cas"),
                ("runqsteal", r"store_n\(&pp->runqtail", "steal: tail"),
                ("runnextput", r"exchange_n\(&pp->runnext", "next: put"),
                ("runqget", r"exchange_n\(&pp->runnext", "next: get"),
                ("stealnext", r"compare_exchange_n\(&victim->runnext", "next: steal"),
                ("runqempty", r"load_n\(&pp->runnext", "empty: next"),
                ("runqempty", r"load_n\(&pp->runqhead", "empty: head"),
                ("runqempty", r"load_n\(&pp->runqtail", "empty: tail")):
            with self.subTest(which):
                self.assertEqual(set(orders(function, operation)), {good[which]})

    def test_runqempty_looks_at_runnext_then_the_head_then_the_tail(self):
        source = (STATE / "src" / "runq.c").read_text()
        body = re.search(r"(?ms)^runqempty\(.*?^}", source)[0]
        self.assertEqual(re.findall(r"load_n\(&pp->(\w+)", body), ["runnext", "runqhead", "runqtail"])
        self.assertEqual(len(re.findall(r"(?m);$", body)), 4, "each load is a statement of its own")


class Threads(unittest.TestCase):
    """tests/steal/stress.c with src/runq.c, as it is and with something weakened."""

    def build(self, source, name, *options):
        file = Path(WORK.name) / (name + ".c")
        file.write_text(source)
        program = Path(WORK.name) / name
        done = run("gcc", "-std=gnu11", "-g", "-O1", "-D_GNU_SOURCE", "-DGOAMD64=1", "-I%s" % (STATE / "src"),
                   '-DRUNQ="%s"' % file, *options, "-o", program, STEAL / "stress.c", "-lpthread")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return program

    def source(self, *changes):
        text = (STATE / "src" / "runq.c").read_text()
        for function, old, new in changes:
            body = re.search(r"(?ms)^%s\(.*?^}" % function, text)[0]
            self.assertEqual(body.count(old), 1, "%s has no single %r" % (function, old))
            text = text.replace(body, body.replace(old, new))
        return text

    def sanitized(self, name, *changes):
        program = Path(WORK.name) / name
        if not program.exists():
            program = self.build(self.source(*changes), name, "-fsanitize=thread")
        done = run("setarch", "-R", program, 3, 30000)
        if "unexpected memory mapping" in done.stderr:
            self.skipTest("the sanitizer does not run on this kernel")
        return done

    def test_every_goroutine_is_taken_once(self):
        program = self.build(self.source(), "plain")
        for thieves in (1, 2, 4):
            done = run(program, thieves, 500000)
            self.assertEqual((done.returncode, done.stdout), (0, "500000 goroutines, 0 wrong\n"), done.stderr)

    def test_no_order_is_missing_under_the_sanitizer(self):
        for _ in range(3):
            done = self.sanitized("clean")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "30000 goroutines, 0 wrong\n", ""))

    def test_a_weaker_order_is_a_race_under_the_sanitizer(self):
        relaxed = "t + 1, __ATOMIC_RELAXED"
        for name, *changes in (
                ("tail", ("runqput", "t + 1, __ATOMIC_RELEASE", relaxed)),
                ("grabtail", ("runqgrab", "runqtail, __ATOMIC_ACQUIRE", "runqtail, __ATOMIC_RELAXED")),
                ("stealtail", ("runqsteal", "t + n - 1, __ATOMIC_RELEASE", "t + n - 1, __ATOMIC_RELAXED")),
                ("nextput", ("runnextput", "__ATOMIC_ACQ_REL", "__ATOMIC_RELAXED")),
                ("nextsteal", ("stealnext", "__ATOMIC_ACQUIRE", "__ATOMIC_RELAXED"))):
            with self.subTest(name):
                for _ in range(30):         # the gap in the chain must be met once
                    done = self.sanitized(name, *changes)
                    if done.stderr:
                        break
                self.assertIn("data race", done.stderr)

    def test_a_wrong_step_loses_or_doubles_a_goroutine(self):
        for name, *change in (
                ("queued", "runqsteal", "t + n - 1, __ATOMIC_RELEASE", "t + n, __ATOMIC_RELEASE"),
                ("early", "runqgrab", "&h, h + n,", "&h, h + n - 1,")):
            with self.subTest(name):
                program = self.build(self.source(tuple(change)), name)
                try:
                    done = run(program, 2, 200000, timeout=10)
                except subprocess.TimeoutExpired:
                    continue
                self.assertNotEqual(done.returncode, 0)


class Machine(unittest.TestCase):
    def test_both_fences_are_in_the_machine_code(self):
        code = run("objdump", "-d", "--no-show-raw-insn", STATE / "busy").stdout
        for function in ("wakep", "findrunnable"):
            body = re.search(r"(?ms)<%s>:\n(.*?)\n\n" % function, code + "\n\n")
            if body is None and function == "findrunnable":
                body = re.search(r"(?ms)<schedule>:\n(.*?)\n\n", code)
            self.assertRegex(body[1], r"\tmfence|lock or[lq] +\$0x0,", function)


if __name__ == "__main__":
    unittest.main()
