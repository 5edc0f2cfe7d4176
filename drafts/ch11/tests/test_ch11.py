"""Chapter 11: when a thread is woken, when it looks for work, and the short way between goroutines."""
import concurrent.futures
import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
STATE = TOP / "build" / "chapters" / "11"
PROGRAMS = TOP / "tests" / "programs"
MODEL = TOP / "tests" / "models" / "park"
PROCS = (1, 2, 3, 4, 8, 16)
WORK = tempfile.TemporaryDirectory()


def tearDownModule():
    WORK.cleanup()


def run(*command, procs=None, timeout=60, **options):
    env = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "GOMAXPROCS"))}
    if procs:
        env["GOMAXPROCS"] = str(procs)
    return subprocess.run([str(c) for c in command], text=True, timeout=timeout, cwd=TOP, env=env,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def link(source):
    """Link a C file with the runtime of chapters 1 to 11."""
    program = Path(WORK.name) / source.stem
    if not program.exists():
        if not list(STATE.glob("obj/*.o")):
            run("make", "-s", "chapter-11", timeout=600)
        done = run("gcc", "-O2", "-g", "@%s/src/cflags" % STATE, "-I%s/src" % STATE, "-o", program, source,
                   "@%s/src/ldflags" % STATE, *sorted(STATE.glob("obj/*.o")))
        if done.returncode != 0 or done.stderr:
            raise AssertionError(done.stderr)
    return program


def gdb(program, *commands, procs=2, first=()):
    argv = ["gdb", "-nx", "-q", "-batch", "-iex", "set debuginfod enabled off", "-iex", "set startup-with-shell off"]
    for command in first + ("set width 0", "set print thread-events off",
                            "set print frame-info short-location") + commands:
        argv += ["-ex", command]
    done = run(*argv, program, procs=procs, timeout=120)
    return done.stdout + done.stderr


class Chapter11(unittest.TestCase):
    def program(self, name):
        return link(PROGRAMS / (name + ".c"))

    def assertRuns(self, program, *arguments, out, procs=None):
        try:
            done = run(program, *arguments, procs=procs)
        except subprocess.TimeoutExpired:
            self.fail("GOMAXPROCS=%s %s hangs: a wake-up was lost" % (
                procs, " ".join(map(str, (program,) + arguments))))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, out, ""),
                         "GOMAXPROCS=%s %s" % (procs, " ".join(map(str, (program,) + arguments))))


@unittest.skipUnless(shutil.which("spin"), "spin is not installed, so the model is not searched: run ./setup")
class Model(unittest.TestCase):
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
        for procs in PROCS:
            for n, rounds in ((1, 3000), (2, 3000), (3, 2000), (50, 100), (1500, 4)):
                self.assertRuns(self.program("conserve"), n, rounds, procs=procs,
                                out="%d turns, 0 wrong\n" % (3 * n * rounds))

    def test_what_was_written_before_a_release_is_seen_after_the_acquire(self):
        for procs in PROCS:
            self.assertRuns(self.program("publish"), procs=procs, out="80000 answers\n")

    def test_the_workloads_of_the_benchmark_end_well(self):
        sched = link(TOP / "bench" / "sched.c")
        for procs in PROCS:
            for work, n in (("yield", 5000), ("spawn", 5000), ("batch", 1000), ("pingpong", 5000), ("sema", 20000),
                            ("skynet", 1000), ("fib", 15), ("parked", 1000)):
                with self.subTest(work, procs=procs):
                    done = run(sched, work, n, procs=procs)
                    self.assertEqual((done.returncode, done.stderr), (0, ""), "%s %d" % (work, n))


class Sleep(Chapter11):
    def test_when_all_sleep_nobody_is_counted_as_spinning(self):
        for procs in (2, 4, 16):
            out = gdb(self.program("all_asleep"), "break fatal", "catch syscall exit_group", "run",
                      "print sched.nmspinning", "print sched.npidle", "print sched.nmidle == sched.mnext", procs=procs)
            self.assertEqual(re.findall(r"^\$\d = (.*)$", out, re.M), ["0", str(procs), "1"], out)

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
        log = Path(WORK.name) / "log"
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
        script = Path(WORK.name) / "steps.py"
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
        out = gdb(link(TOP / "examples" / "yield.c"), "source %s" % script, procs=1)
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
        self.assertLeft(link(TOP / "examples" / "yield.c"))

    def test_a_goroutine_parks_on_the_stack_of_another(self):
        self.assertLeft(self.program("fair"))

    def test_a_goroutine_is_called_by_goexit(self):
        out = gdb(link(TOP / "examples" / "yield.c"), "break count", "run", "bt", procs=1)
        self.assertRegex(out, r"(?m)^#0 .*count \(")
        self.assertRegex(out, r"(?m)^#1 .*goexit \(")
        self.assertNotRegex(out, r"(?m)^#2 ")


if __name__ == "__main__":
    unittest.main()
