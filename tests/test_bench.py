"""bench/compare with programs that only print: shape, medians, messages. No figure is judged here."""
import importlib.util
import json
import os
import pty
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.dom.minidom
from importlib.machinery import SourceFileLoader
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
COMPARE = TOP / "bench" / "compare"


def load():
    """bench/compare as a module, without leaving a .pyc beside it."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        loader = SourceFileLoader("compare", str(COMPARE))
        module = importlib.util.module_from_spec(importlib.util.spec_from_loader("compare", loader))
        loader.exec_module(module)
        return module
    finally:
        sys.dont_write_bytecode = before


compare = load()


def on_terminal(command, env):
    """What a command writes to a terminal."""
    parent, child = pty.openpty()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=child, stderr=child,
                          env=dict(PATH=os.environ["PATH"], **env)) as process:
        os.close(child)
        text = b""
        try:
            while True:
                piece = os.read(parent, 4096)
                if not piece:
                    break
                text += piece
        except OSError:     # Linux says so when the other end is closed
            pass
        os.close(parent)
        process.wait(60)
    return text.decode()


class Fakes(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.place = Path(directory.name).resolve()
        self.data = self.place / "go-sched.tsv"

    def fake(self, name, script):
        path = self.place / name
        path.write_text("#!/bin/sh\n" + script + "\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    def compare(self, *arguments, rounds=1):
        done = subprocess.run([sys.executable, "-B", str(COMPARE), "--rounds", str(rounds), "--watch", "0.1",
                               "--out", str(self.place), "--data", str(self.data), *map(str, arguments)],
                              text=True, timeout=120, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertNotIn("Traceback", done.stderr)
        return done

    def results(self):
        return json.loads((self.place / "results.json").read_text(encoding="utf-8"))


class Results(Fakes):
    def test_the_results_are_a_list_of_medians_ratios_and_runs(self):
        # 100, 300 and 200 ns in the rounds; Go always 400.
        rt0 = self.fake("rt0", 'echo x >>%s/n; case $(wc -l <%s/n) in 1) echo 1000 10;; 2) echo 3000 10;; '
                        '*) echo 2000 10;; esac' % (self.place, self.place))
        go = self.fake("go", "echo 4000 10")
        done = self.compare("--rt0", rt0, "--go", go, "--workload", "yield", "--procs", "2", rounds=3)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.results(), [{"workload": "yield", "procs": 2, "unit": "ns/yield", "rt0": 200.0,
                                           "go": 400.0, "ratio": 0.5,
                                           "runs": {"rt0": [100.0, 300.0, 200.0], "go": [400.0] * 3}}])
        self.assertRegex(done.stdout, r"yield +500000 +2 +200\.0 +400\.0 +0\.50 +0\.25\.\.0\.75 +ns/yield")

    def test_the_ratio_is_the_median_of_the_ratios_of_the_rounds(self):
        # What is slow in one round is slow on both sides: 10/20, 30/100 and 90/90, and not 30/90.
        rt0 = self.fake("rt0", 'echo x >>$0.n; set -- 10 30 90; shift $(($(wc -l <$0.n) - 1)); echo $1 1')
        go = self.fake("go", 'echo x >>$0.n; set -- 20 100 90; shift $(($(wc -l <$0.n) - 1)); echo $1 1')
        done = self.compare("--rt0", rt0, "--go", go, "--workload", "spawn", "--procs", "1", rounds=3)
        row, = self.results()
        self.assertEqual((row["rt0"], row["go"], row["ratio"]), (30, 90, 0.5))
        self.assertRegex(done.stdout, r"spawn +200000 +1 +30\.0 +90\.0 +0\.50 +0\.30\.\.1\.00 +ns/goroutine")

    def test_a_workload_that_a_runtime_lacks_is_left_out_with_its_reason(self):
        rt0 = self.fake("rt0", 'if [ $1 = block ]; then echo "no os_Read" >&2; exit 77; fi; echo 10 1')
        go = self.fake("go", 'echo $1 >>%s/log; echo 30 1' % self.place)
        done = self.compare("--rt0", rt0, "--go", go, "--workload", "block", "--workload", "yield", rounds=2)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout.count("block is left out: no os_Read"), 1)
        self.assertNotRegex(done.stdout, r"(?m)^block +\d")
        self.assertEqual([row["workload"] for row in self.results()], ["yield"] * 2)

    def test_colours_are_for_terminals_and_NO_COLOR_takes_them_away(self):
        rt0, go = self.fake("rt0", "echo 10 1"), self.fake("go", "echo 30 1")
        command = [sys.executable, "-B", str(COMPARE), "--rounds", "1", "--out", str(self.place), "--rt0", str(rt0),
                   "--go", str(go), "--workload", "yield", "--procs", "1"]
        self.assertNotIn("\033", self.compare("--rt0", rt0, "--go", go, "--workload", "yield").stdout)
        self.assertIn("\033[32m 0.33\033[0m", on_terminal(command, {"TERM": "xterm"}))
        self.assertNotIn("\033[32m", on_terminal(command, {"TERM": "xterm", "NO_COLOR": "1"}))

    def test_the_child_gets_workload_size_and_Ps_and_the_sides_take_turns(self):
        for name in ("rt0", "go"):
            self.fake(name, 'echo %s $1 $2 $GOMAXPROCS >>%s/log; echo 10 1' % (name, self.place))
        done = self.compare("--rt0", self.place / "rt0", "--go", self.place / "go", "--workload", "skyjoin",
                            "--procs", "8", "--quick", rounds=2)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.place / "log").read_text().splitlines(),
                         ["rt0 skynet 100000 8", "go skyjoin 100000 8", "go skyjoin 100000 8", "rt0 skynet 100000 8"])

    def test_the_figure_is_an_image_that_says_what_it_shows(self):
        rt0, go = self.fake("rt0", "echo 9000 1"), self.fake("go", "echo 3000 1")
        self.compare("--rt0", rt0, "--go", go, "--workload", "yield", "--workload", "fib", "--procs", "1,8")
        text = (self.place / "results.svg").read_text(encoding="utf-8")
        image = xml.dom.minidom.parseString(text)
        self.assertIn("yield with 8 P: 3.00", image.getElementsByTagName("desc")[0].firstChild.data)
        self.assertEqual(len(image.getElementsByTagName("title")), 1)
        self.assertEqual(len(image.getElementsByTagName("rect")), 4)
        self.assertNotRegex(text, "#[0-9a-fA-F]{3}", "colours are currentColor")

    def test_the_99th_percentile_is_the_third_figure(self):
        rt0, go = self.fake("rt0", "echo 50 1 900"), self.fake("go", "echo 100 1 1000")
        self.compare("--rt0", rt0, "--go", go, "--workload", "wake", "--workload", "wake99", "--procs", "1,2")
        self.assertEqual([(row["workload"], row["procs"], row["ratio"]) for row in self.results()],
                         [("wake", 2, 0.5), ("wake99", 2, 0.9)])

    def test_idle_reads_the_time_of_the_threads(self):
        rt0 = self.fake("rt0", "echo idle; exec sleep 30")
        go = self.fake("go", "echo idle; while :; do :; done")
        done = self.compare("--rt0", rt0, "--go", go, "--workload", "idle", "--procs", "1", "--watch", "0.5")
        self.assertEqual(done.returncode, 0, done.stderr)
        row, = self.results()
        self.assertLess(row["rt0"], 100000)
        self.assertGreater(row["go"], row["rt0"])

    def test_without_go_and_without_figures_there_are_no_ratios_and_it_says_so(self):
        done = self.compare("--rt0", self.fake("rt0", "echo 10 1"), "--go", "none", "--workload", "fib")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("Go is not installed, and", done.stdout)
        self.assertEqual([row["ratio"] for row in self.results()], [None] * 2)

    def test_without_go_the_recorded_figures_are_used_and_it_says_so(self):
        self.data.write_text("# 2026-01-02; a machine\nwork\tgo\nyield-500000-1\t40.0\n", encoding="utf-8")
        done = self.compare("--rt0", self.fake("rt0", "echo 10 1"), "--go", "none", "--workload", "yield",
                            "--procs", "1,2")
        self.assertIn("Go is not installed: its figures are those of", done.stdout)
        self.assertIn("2026-01-02; a machine", done.stdout)
        self.assertEqual([row["ratio"] for row in self.results()], [0.25, None])

    def test_record_writes_both_sizes_of_all_and_the_figures_are_read_again(self):
        self.data.write_text("# old\nwork\tgo\nold-1-1\t7.0\n", encoding="utf-8")
        answer = "case $1 in idle) echo idle; exec sleep 30;; wake) echo 20 1 %d;; block) exit 77;; *) echo %d 1;; esac"
        rt0, go = self.fake("rt0", answer % (10, 10)), self.fake("go", answer % (40, 40))
        done = self.compare("--rt0", rt0, "--go", go, "--procs", "2", "--record")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = self.data.read_text(encoding="utf-8").splitlines()
        self.assertRegex(lines[0], r"^# \d{4}-\d\d-\d\d; .*; 1 run$")
        self.assertEqual(lines[1], "work\tunit\trt0\tgo\tratio")
        for row in ("yield-500000-2\tns/yield\t10.0\t40.0\t0.25", "yield-100000-2\tns/yield\t10.0\t40.0\t0.25",
                    "wake99-2000-2\tns, 99th percentile\t10.0\t40.0\t0.25"):
            self.assertIn(row, lines)
        self.assertNotIn("old", "\n".join(lines))
        self.assertFalse([line for line in lines if line.startswith("block")])
        table = self.data.with_name("compare.tsv").read_text(encoding="utf-8").splitlines()
        self.assertEqual(table[1], "work\tunit\trt0_2\tgo_2\tratio_2")
        self.assertIn("yield\tns/yield\t10.0\t40.0\t0.25", table)
        done = self.compare("--rt0", rt0, "--go", "none", "--workload", "yield", "--procs", "2", "--quick")
        self.assertEqual([row["ratio"] for row in self.results()], [0.25])
        self.assertIn(lines[0][2:], done.stdout)

    def test_without_go_nothing_is_recorded(self):
        done = self.compare("--rt0", self.fake("rt0", "echo 10 1"), "--go", "none", "--record")
        self.assertEqual(done.returncode, 1)
        self.assertIn("Go is not installed: there is nothing to record", done.stderr)
        self.assertFalse(self.data.exists())

    def test_a_file_of_figures_that_is_something_else_is_named(self):
        for text in ("hello\n", "work\tgo\nyield-500000-1\tfast\n", ""):
            self.data.write_text(text, encoding="utf-8")
            done = self.compare("--rt0", self.fake("rt0", "echo 10 1"), "--go", "none", "--workload", "yield")
            self.assertEqual(done.returncode, 1)
            self.assertIn("go-sched.tsv is not what --record writes", done.stderr)


class Failures(Fakes):
    def fails(self, script, *pieces, more=()):
        done = self.compare("--rt0", self.fake("rt0", script), "--go", self.fake("go", "echo 10 1"),
                            "--workload", "spawn", "--procs", "2", *more)
        self.assertEqual(done.returncode, 1, done.stdout)
        for piece in ("bench/compare: GOMAXPROCS=2 %s/rt0 spawn 200000: " % self.place,) + pieces:
            self.assertIn(piece, done.stderr)
        self.assertFalse((self.place / "results.json").exists())

    def test_a_child_that_hangs_is_ended_and_named(self):
        self.fails("exec sleep 30", "did not end in 0.3 s", more=("--timeout", "0.3"))

    def test_a_child_that_fails_is_named_with_what_it_said(self):
        self.fails("echo 'fatal error: all asleep' >&2; exit 2", "ended with status 2: fatal error: all asleep")

    def test_a_child_that_is_killed_is_named(self):
        self.fails("kill -SEGV $$", "was killed by SIGSEGV")

    def test_a_child_that_prints_something_else_is_named(self):
        self.fails("echo hello", "printed 'hello', not nanoseconds and a count")

    def test_a_program_that_is_not_there_is_named(self):
        done = self.compare("--rt0", "/nowhere/rt0", "--go", "none", "--workload", "spawn", "--procs", "1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/nowhere/rt0 spawn 200000: No such file", done.stderr)

    def test_a_child_that_ends_in_place_of_being_idle_is_named(self):
        done = self.compare("--rt0", self.fake("rt0", "exit 3"), "--go", "none", "--workload", "idle", "--procs", "1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("idle 1000: ended with status 3", done.stderr)

    def test_bad_options_get_a_sentence_and_status_2(self):
        for arguments, sentence in ((("--rounds", "0"), "argument --rounds: wants a number from 1 on, not '0'"),
                                    (("--rounds", "many"), "argument --rounds: wants a number from 1 on, not 'many'"),
                                    (("--procs", "1,0"), "argument --procs: wants numbers from 1 on"),
                                    (("--procs", ""), "argument --procs: wants numbers from 1 on"),
                                    (("--workload", "sleep"), "argument --workload: invalid choice: 'sleep'"),
                                    (("--prefix", "99"), "argument --prefix: there is no chapter 99"),
                                    (("--timeout", "-1"), "argument --timeout: wants seconds, more than 0"),
                                    (("--watch", "nan"), "argument --watch: wants seconds, more than 0"),
                                    (("--fast",), "unrecognized arguments: --fast"),
                                    (("--floors", "--quick"), "--floors chooses itself what runs: leave out --quick"),
                                    (("--floors", "--procs", "2"), "leave out --procs"),
                                    (("--record", "--workload", "fib"), "leave out --workload")):
            done = self.compare(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertIn("compare: error: ", done.stderr)
            self.assertIn(sentence, done.stderr)

    def test_a_workload_for_two_Ps_says_so(self):
        done = self.compare("--rt0", self.fake("rt0", "echo 10 1"), "--go", "none", "--workload", "wake",
                            "--procs", "1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("wake wants two Ps or more", done.stderr)

    def test_a_runtime_that_is_not_there_is_named_with_what_to_type(self):
        (self.place / "bench").mkdir()
        shutil.copy(COMPARE, self.place / "bench")
        env = {key: value for key, value in os.environ.items() if key != "RT0_LIB"}
        done = subprocess.run([sys.executable, str(self.place / "bench" / "compare"), "--go", "none"], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("bench/compare: build/librt0.a is not there: run make first", done.stderr)


class Floors(Fakes):
    """Go takes 1000 for everything; ours by workload and Ps."""
    def floors(self, **ours):
        cases = " ".join("%s) echo %d 1;;" % (key.replace("_", "-"), value) for key, value in ours.items())
        rt0 = self.fake("rt0", "case $1-$GOMAXPROCS in %s *) echo 100 1;; esac" % cases)
        return self.compare("--rt0", rt0, "--go", self.fake("go", "echo 1000 1"), "--floors")

    def test_kept(self):
        done = self.floors(fib_1=70, fib_2=70)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("all 7 floors are kept", done.stdout)

    def test_a_ratio_that_is_too_high_is_named(self):
        done = self.floors(fib_1=70, fib_2=70, spawn_1=160)
        self.assertEqual(done.returncode, 1)
        self.assertIn("MISSED spawn with 1 P: 0.16 of Go's time, the floor is 0.15", done.stdout)
        self.assertEqual(done.stdout.count("MISSED"), 1)

    def test_a_second_P_has_a_floor_of_its_own(self):
        done = self.floors(fib_1=70, fib_2=80)
        self.assertEqual(done.returncode, 1)
        self.assertIn("MISSED fib with 2 P: 0.08 of Go's time, the floor is 0.07", done.stdout)

    def test_only_what_has_a_floor_runs(self):
        rt0 = self.fake("rt0", "echo $1 $GOMAXPROCS >>%s/log; echo 100 1" % self.place)
        self.compare("--rt0", rt0, "--go", self.fake("go", "echo 1000 1"), "--floors")
        self.assertEqual((self.place / "log").read_text().split("\n"),
                         ["yield 1", "spawn 1", "batch 1", "pingpong 1", "skynet 1", "fib 1", "fib 2", ""])

    def test_recorded_figures_keep_no_floor(self):
        self.data.write_text("# x\nwork\tgo\nyield-500000-1\t4000\n", encoding="utf-8")
        done = self.compare("--rt0", self.fake("rt0", "echo 100 1"), "--go", "none", "--floors")
        self.assertIn("Go is not installed: what it takes is not known", done.stdout)
        self.assertIn("MISSED yield with 1 P: no ratio", done.stdout)

    def test_what_cannot_be_checked_is_missed(self):
        done = self.compare("--rt0", self.fake("rt0", "echo 100 1"), "--go", "none", "--floors")
        self.assertEqual(done.returncode, 1)
        self.assertIn("MISSED yield with 1 P: no ratio", done.stdout)


class Programs(Fakes):
    """The real programs, with little work."""
    def test_every_workload_has_both_sizes_and_both_programs_know_it(self):
        c = (TOP / "bench" / "sched.c").read_text(encoding="utf-8")
        go = (TOP / "bench" / "go" / "sched.go").read_text(encoding="utf-8")
        for name, (size, small, _, _, ours, _) in compare.WORKLOADS.items():
            self.assertLessEqual(small, size)
            self.assertIn('{ "%s", ' % ours, c)
            self.assertIn('"%s": ' % (ours if name == "wake99" else name), go)

    def test_ours_is_linked_with_the_runtime_and_block_runs_where_there_is_os_Read(self):
        (self.place / "bench").mkdir()
        for name in ("compare", "sched.c"):
            shutil.copy(TOP / "bench" / name, self.place / "bench")
        shutil.copytree(TOP / "src", self.place / "src")
        lib = Path(os.environ.get("RT0_LIB", TOP / "build" / "librt0.a")).resolve()
        done = subprocess.run([sys.executable, "-B", str(self.place / "bench" / "compare"), "--go", "none", "--quick",
                               "--rounds", "1", "--procs", "2", "--workload", "spawn", "--workload", "block",
                               "--workload", "wake"],
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
                              env=dict(os.environ, RT0_LIB=str(lib)))
        self.assertEqual(done.returncode, 0, done.stdout)
        for pattern in (r"(?m)^spawn +40000 +2 +[\d.]+ +- +- +- +ns/goroutine$", r"(?m)^wake +400 +2 +[\d.]+ ",
                        r"(?m)^block +2 +2 +[\d.]+ " if "os_Read" in (TOP / "src" / "exports").read_text().split()
                        else r"(?m)^block is left out: this runtime has no os_Read$"):
            self.assertRegex(done.stdout, pattern)

    @unittest.skipUnless(compare.find_go()[0], "Go is not installed, so bench/go/sched.go is not built")
    def test_that_in_go_builds_and_knows_its_arguments(self):
        env = dict(os.environ, GOFLAGS="-mod=mod", GOTOOLCHAIN="local", GOPROXY="off",
                   GOCACHE=str(TOP / "build" / "go" / "cache"))
        program = self.place / "sched"
        compare.command([compare.find_go()[0], "build", "-o", program, TOP / "bench" / "go" / "sched.go"], env)
        for name, size in (("fib", 10), ("skynet", 100), ("skyjoin", 100), ("block", 1), ("wake", 2)):
            figures = compare.measure(program, name, size, 2)
            self.assertGreater(figures[0], 0, name)
        done = subprocess.run([str(program), "nothing", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=60)
        self.assertEqual((done.returncode, done.stderr[:6]), (2, b"usage:"))


class Quiet(Fakes):
    """bench/quiet where the processors have worked for so many ticks before each look."""

    def quiet(self, *ticks, seconds="0", **more):
        for old in self.place.glob("[0-9]*"):
            old.unlink()
        for n, tick in enumerate(ticks):    # user, nice, system, idle, iowait and so on
            (self.place / str(n)).write_text("cpu  %d 1 1 %d %d 1 1 1\ncpu0 9 9 9 9 9 9 9 9\n" % (tick, 100 * n, 50 * n))
        self.fake("sleep", "exit 0")
        self.fake("awk", 'n=$(ls [0-9]* | head -n 1) && %s "$1" "$n" && rm "$n"' % shutil.which("awk"))
        done = subprocess.run([str(TOP / "bench/quiet"), seconds], cwd=self.place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env=dict(PATH="%s:%s" % (self.place, os.environ["PATH"]), **more))
        return done.returncode, done.stdout + done.stderr, len(list(self.place.glob("[0-9]*")))

    def test_less_than_a_tenth_of_one_processor_is_quiet_and_it_waits_as_long_as_it_may(self):
        self.assertEqual(self.quiet(5, 14), (0, "", 0))
        self.assertEqual(self.quiet(5, 55, 55, 105, 105, 114, 9, 9, seconds="3"), (0, "", 2))
        for seconds, share, left in (("0", 150, 2), ("1", 10, 0)):
            status, said, unread = self.quiet(5, 155, 155, 165, seconds=seconds)
            self.assertEqual((status, unread), (1, left))
            self.assertRegex(said, r"^The machine is not quiet: other programs had %d %% of one processor .* LOADED=1 .*\n$" % share)
        self.assertEqual(self.quiet(5, 155, LOADED="1"), (0, "", 2))


class Sleeps(unittest.TestCase):
    def test_what_ran_before_python_in_its_process_is_not_counted(self):
        """As where python3 is a script that looks for Python, runs others for that, and becomes it."""
        done = subprocess.run(["sh", "-c", "for i in 1 2 3 4 5 6 7 8; do sleep .01 & sleep .01; wait; done; exec %s bench/sleeps.py true" % sys.executable],
                              cwd=TOP, stdout=subprocess.PIPE, text=True, timeout=60)
        self.assertLess(int(done.stdout.split()[0]), 16)


if __name__ == "__main__":
    unittest.main()
