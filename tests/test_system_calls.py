"""System calls that lend the P, and sysmon."""
import os
import re
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import runqs
import sources
from runqs import lent

TOP = Path(__file__).resolve().parent.parent
LIB = Path(os.environ.get("RT0_LIB", TOP / "build" / "librt0.a")).resolve()
PROGRAMS = TOP / "tests" / "programs"
PROCS = (1, 2, 3, 4, 16)
WORK = tempfile.TemporaryDirectory()
BLOCKED = "the reader waits\nmain has taken 1000 turns and writes\nthe reader has got: hello\n"


def tearDownModule():
    WORK.cleanup()


def run(*command, procs=None, timeout=60, environ=(), **options):
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    env = {key: value for key, value in os.environ.items()
           if not key.startswith(("MAKE", "MFLAGS", "GOMAXPROCS", "RT0"))}
    env.update(environ)
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


class Chapter(unittest.TestCase):
    def program(self, name):
        return link(PROGRAMS / (name + ".c"))

    def blocked(self):
        return link(TOP / "examples" / "blocked.c")

    def assertRuns(self, program, *arguments, out, status=0, err="", procs=None):
        done = run(program, *arguments, procs=procs)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (status, out, err),
                         "GOMAXPROCS=%s %s" % (procs, " ".join(map(str, (program,) + arguments))))

    def traced(self, program, *options, procs=1, environ=(), stdin=subprocess.DEVNULL):
        """(how it ended, the lines of strace's log) of a run under strace -f."""
        with tempfile.NamedTemporaryFile("r") as log:
            done = run("strace", "-f", "-qq", "-o", log.name, *options, program, procs=procs, environ=environ,
                       stdin=stdin)
            done.stderr = re.sub(r"(?m)^strace: Failed to tamper.*\n", "", done.stderr)
            return done, log.read().splitlines()


class Lending(Chapter):
    def test_the_one_who_writes_goes_on_while_the_reader_waits(self):
        for procs in PROCS:
            self.assertRuns(self.blocked(), out=BLOCKED, procs=procs)

    def test_a_number_passes_through_goroutines_that_all_wait_in_the_kernel(self):
        for procs in PROCS:
            for n, rounds in ((1, 200), (10, 50), (150, 10)):
                self.assertRuns(self.program("pipes"), n, rounds, out="%d\n" % (n * rounds), procs=procs)

    def test_who_comes_out_of_the_kernel_runs_though_nobody_steps_back(self):
        for procs in (2, 4):
            self.assertRuns(self.program("back_in_time"), out="300 answers\n", procs=procs)

    def test_no_goroutine_is_lost_in_the_kernel(self):
        for procs in (1, 2, 3, 4, 8, 16):
            for n, rounds in ((2, 200), (50, 40), (1000, 4)):
                self.assertRuns(self.program("calls"), n, rounds, procs=procs,
                                out="%d turns, 0 wrong\n" % (3 * n * rounds))

    def test_another_goroutine_runs_within_a_millisecond(self):
        """The shortest of forty: how long the others take on a busy machine is the kernel's affair."""
        shortest, _ = map(int, run(self.program("soon"), 40, procs=1).stdout.split())
        self.assertLess(shortest, 1000, "microseconds")

    def test_short_calls_do_not_keep_the_others_waiting(self):
        # The middle of eleven: what else a busy machine does is not the scheduler's affair.
        for think in (0, 10, 1000):
            waits = sorted(int(run(self.program("short_calls"), think, procs=1).stdout) for _ in range(11))
            self.assertLess(waits[5], 30000, "microseconds, with %d us between two calls: %s" % (think, waits))

    def test_the_P_is_let_go_of_by_the_last_store(self):
        """One instruction after the other: whoever sees the status finds the links cut."""
        script = Path(WORK.name) / "last.py"
        script.write_text("""
import gdb
value = lambda text: int(gdb.parse_and_eval(text))
gdb.execute("break entersyscall")
gdb.execute("run >/dev/null")
for steps in range(1000):
    if value("(int)allp[0]->status") == value("(int)Psyscall"):
        break
    gdb.execute("stepi", to_string=True)
print("cut:", steps > 0, value("allp[0]->m == 0"), value("m0.p == 0"), value("m0.oldp == allp[0]"),
      value("m0.curg->atomicstatus == Gsyscall"))
gdb.execute("kill")
""")
        done = run("gdb", "-nx", "-q", "-batch", "-iex", "set may-call-functions off",
                   "-iex", "set debuginfod enabled off",
                   "-iex", "set startup-with-shell on", "-x", script, self.blocked(), procs=1)
        self.assertIn("cut: True 1 1 1 1\n", done.stdout, done.stderr)


class Model(runqs.Explored, unittest.TestCase):
    MODEL, CLASS, state, FILES = lent, lent.Lent, TOP, ("syscall.c", "sysmon.c")
    ORDERS = (("reacquire", r"compare_exchange_n\(&pp->status", "reacquire: cas", runqs.model.RLX),
              ("retake", r"compare_exchange_n\(&pp->status", "retake: cas", runqs.model.RLX))

    def test_what_has_a_fence_in_the_model_is_sequentially_consistent(self):
        text = "\n".join(sources.find(TOP / "src", name).read_text() for name in self.FILES)
        for function, operation in (("entersyscall", r"store_n\(&pp->status"),
                                    ("entersyscall", r"load_n\(&sched.sysmonwait"),
                                    ("nap", r"store_n\(&sched.sysmonwait"),
                                    ("anysyscall", r"load_n\(&allp\[i\]->status")):
            with self.subTest(function, operation=operation):
                self.assertEqual(runqs.orders(text, function, operation), [[runqs.model.SC]])
        self.assertIn("heavyfence();\n\t\tpp = lookagain();", text)
        self.assertIn("__atomic_thread_fence(__ATOMIC_SEQ_CST);\n\tif (__atomic_load_n(&sched.needspinning,", text)
        self.assertIn("__atomic_thread_fence(__ATOMIC_SEQ_CST);\n\tif (__atomic_load_n(&sched.sysmonwait,", text)

    def test_every_order_and_step_has_a_mistake(self):
        self.assertEqual({name for changed, _ in lent.MUTANTS for name in changed}, set(lent.Lent.GOOD))


class Deadlocks(Chapter):
    def test_who_is_in_the_kernel_may_come_back_and_then_all_wait(self):
        for procs in PROCS:
            done = run(self.program("asleep_after"), procs=procs)
            self.assertEqual((done.returncode, done.stdout), (2, "all are back\n"))
            first, *rest = done.stderr.splitlines()
            self.assertEqual(first, "fatal error: all goroutines are asleep - deadlock!")
            self.assertEqual(sorted(line for line in rest if line),
                             ["goroutine %d [semacquire]:" % n for n in (1, 2, 3, 4)])


class Sysmon(Chapter):
    def test_a_program_with_one_goroutine_has_one_thread(self):
        done, log = self.traced(link(TOP / "examples" / "inits.c"), "-e", "trace=clone,exit_group", procs=16)
        self.assertEqual((done.returncode, done.stdout.splitlines()[-1], "exit_group(0)" in log[-1]), (0, "main", True))
        self.assertEqual([line for line in log if "clone(" in line], [])

    def test_with_one_P_two_threads_are_made(self):
        done, log = self.traced(self.blocked(), "-e", "trace=clone")
        self.assertEqual((done.returncode, done.stdout), (0, BLOCKED))
        self.assertEqual(sum("clone(" in line for line in log), 2, "sysmon, and who runs main meanwhile")

    def test_the_thread_of_schedtrace_is_another_one(self):
        plain, traced = (sum("clone(" in line for line in self.traced(self.blocked(), "-e", "trace=clone",
                                                                      environ=environ)[1])
                         for environ in ({}, {"RT0DEBUG": "schedtrace=1000"}))
        self.assertEqual(traced, plain + 1)

    def test_sysmon_sleeps_without_end_while_all_wait(self):
        # The reader is let go when every thread lies in read or in a futex call without a time limit.
        child = subprocess.Popen([str(self.program("all_wait"))], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 env=dict(os.environ, GOMAXPROCS="1"), text=True)
        tasks, calls, end = Path("/proc/%d/task" % child.pid), [], time.monotonic() + 30
        try:
            while time.monotonic() < end:
                calls = [(task / "syscall").read_text().split() for task in tasks.iterdir()]
                if len(calls) > 2 and all(c[0] == "0" or c[:1] + c[4:5] == ["202", "0x0"] for c in calls):
                    break
            else:
                self.fail("some thread still looks at the clock after 30 s: %s" % calls)
            self.assertEqual(child.communicate("x", timeout=30)[0], "end\n")
        finally:
            child.kill()
            child.communicate()

    def test_a_seeded_program_keeps_its_P_and_one_thread(self):
        for seed in ("1", "2", "3"):
            done, log = self.traced(link(TOP / "examples" / "yield.c"), "-e", "trace=clone",
                                    environ={"RT0_SEED": seed})
            self.assertEqual((done.returncode, done.stdout.splitlines()[-1]), (0, "1 goroutine left"))
            self.assertEqual([line for line in log if "clone(" in line], [])


class Refusals(Chapter):
    """strace plays a kernel that says no."""

    def refused(self, what, procs=1):
        done, log = self.traced(self.blocked(), "-e", "inject=" + what, procs=procs)
        return done, sum("INJECTED" in line for line in log)

    def test_a_signal_during_a_call_changes_nothing(self):
        for call in ("read", "write", "nanosleep", "futex"):
            for when in ("1", "2", "1..3", "1+2", "3+5"):
                for procs in (1, 2):
                    done, _ = self.refused("%s:error=EINTR:when=%s" % (call, when), procs)
                    with self.subTest(call, when=when, procs=procs):
                        if call == "futex" and done.stderr:
                            # A wake-up is not interrupted in truth.
                            self.assertRegex(done.stderr, r"^(fatal error: futexwakeup: EINTR \(errno 4\)\n)+$")
                        else:
                            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, BLOCKED, ""))

    def test_without_a_thread_for_sysmon_the_message_says_so(self):
        done, times = self.refused("clone:error=EAGAIN")
        self.assertEqual((done.returncode, done.stdout, times), (2, "the reader waits\n", 20))
        self.assertEqual(done.stderr, "runtime: failed to create new OS thread (have 1 already; errno=11)\n"
                         "runtime: may need to increase max user processes (ulimit -u)\nfatal error: newosproc\n")

    def test_without_a_thread_for_the_P_the_message_says_so(self):
        done, times = self.refused("clone:error=ENOMEM:when=1")
        self.assertEqual((done.returncode, done.stdout, times), (2, "the reader waits\n", 1))
        self.assertIn("fatal error: newosproc\n", done.stderr)

    def test_a_sleep_that_the_kernel_does_not_know_ends_the_program(self):
        silent, talker = os.pipe()
        self.addCleanup(os.close, silent)
        self.addCleanup(os.close, talker)
        done, _ = self.traced(self.program("all_wait"), "-e", "inject=futex:error=ENOSYS", stdin=silent)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertRegex(done.stderr, r"^(fatal error: \w+: ENOSYS \(errno 38\)\nruntime: .*; allow it\n)+$")


if __name__ == "__main__":
    unittest.main()
