"""The main goroutine, package initialisation, and the library that programs link with."""
import os
import re
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from chapters import state

TOP = Path(__file__).resolve().parent.parent
LIB = Path(os.environ.get("RT0_LIB", TOP / "build" / "librt0.a")).resolve()
EXAMPLES = TOP / "build" / "examples"
STATE = state("the-main-goroutine")     # one thread, one line
PROGRAMS = TOP / "tests" / "programs"
DEADLOCK = "fatal error: no goroutines (main called runtime.Goexit) - deadlock!\n"
WORK = tempfile.TemporaryDirectory()


def tearDownModule():
    WORK.cleanup()


def run(*command, **options):
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    return subprocess.run([str(c) for c in command], text=True, timeout=60, cwd=TOP, **options)


def link(name, *sources, runtime=(LIB,)):
    """Compile C files into one program as a user would; (program, what gcc said)."""
    program = Path(WORK.name) / name
    done = run("gcc", "-O2", "-g", "@src/cflags", "-Isrc", "-o", program, *sources, "@src/ldflags", *runtime)
    return program, done


def source(name, text):
    path = Path(WORK.name) / name
    path.write_text(text, encoding="utf-8")
    return path


def calls_of(program):
    with tempfile.NamedTemporaryFile("r") as log:
        run("strace", "-f", "-o", log.name, program)
        return re.findall(r"^(?:\d+ +)?(\w+)\(", log.read(), re.M)


class Programs(unittest.TestCase):
    one_thread = False      # link with the runtime as it is after chapter 7

    def program(self, name):
        made = name + ("-07" if self.one_thread else "")
        program = Path(WORK.name) / made
        if not program.exists():
            runtime = [LIB]
            if self.one_thread:
                if not list(STATE.glob("obj/*.o")):
                    run("make", "-s", "chapter-" + STATE.name)
                runtime = sorted(STATE.glob("obj/*.o"))
            program, done = link(made, PROGRAMS / (name + ".c"), runtime=runtime)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))
        return program

    def assertRuns(self, name, *arguments, status=0, out="", err="", **options):
        done = run(self.program(name), *arguments, **options)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (status, out, err))


class MainGoroutine(Programs):
    def test_the_process_ends_with_0_when_main_returns_whatever_others_do(self):
        self.assertRuns("main_returns", out="11 goroutines\n")

    def test_when_main_has_called_Goexit_the_others_go_on_to_their_end(self):
        done = run(self.program("goexit_others"))
        lines = ["%s %d" % (name, i) for name in ("one", "two") for i in (1, 2, 3)]
        self.assertEqual((done.returncode, sorted(done.stdout.splitlines()), done.stderr), (2, lines, DEADLOCK))

    def test_Goexit_with_no_other_goroutine_is_a_deadlock(self):
        self.assertRuns("goexit_alone", status=2, out="before\n", err=DEADLOCK)

    def test_another_goroutine_may_end_the_process_after_main(self):
        self.assertRuns("goexit_exit", status=7, out="1 goroutine\n")

    def test_Goexit_in_an_init_function_keeps_main_from_running(self):
        self.assertRuns("init_goexit", status=2, out="other\n", err=DEADLOCK)

    def test_os_Exit_gives_the_low_8_bits_of_its_argument(self):
        for n, status in ((0, 0), (1, 1), (255, 255), (256, 0), (300, 44)):
            self.assertRuns("exit_status", n, status=status)


class Turns(Programs):
    """First come, first served: true of one thread with one line."""
    one_thread = True

    def test_yield_takes_turns_and_leaves_one_goroutine(self):
        done = run(STATE / "yield")
        lines = ["%s %d" % (name, i) for i in (1, 2, 3) for name in ("red", "green", "blue")]
        self.assertEqual(done.stdout.splitlines(), lines + ["1 goroutine left"])

    def test_a_thousand_goroutines_run_first_come_first_served(self):
        self.assertRuns("first_come", out="5000 turns, 0 out of order\n")

    def test_ten_thousand_goroutines_live_at_once(self):
        self.assertRuns("ten_thousand", out="10001 goroutines\nsum 50005000\n")

    def test_when_main_has_called_Goexit_two_others_take_turns_to_their_end(self):
        lines = ["%s %d\n" % (name, i) for i in (1, 2, 3) for name in ("one", "two")]
        self.assertRuns("goexit_others", status=2, out="".join(lines), err=DEADLOCK)


class DeadGoroutines(Programs):
    """The programs count without locks and rely on one list of the dead."""
    one_thread = True

    def test_a_chain_of_50000_goroutines_needs_three_stacks(self):
        self.assertRuns("chain", out="50000 links\n")
        # main's stack, and two for a link that starts the next before it dies
        self.assertEqual(calls_of(self.program("chain")).count("mprotect"), 3)

    def test_the_stack_of_the_goroutine_that_died_last_is_the_next_ones(self):
        self.assertRuns("last_died", out="third on the second, fourth on the first\n")

    def test_the_second_wave_runs_on_the_stacks_of_the_first(self):
        self.assertRuns("waves", out="1800 runs\n")
        self.assertEqual(calls_of(self.program("waves")).count("mprotect"), 601)


class Inits(Programs):
    def test_packages_run_by_need_and_then_by_name(self):
        done = run(EXAMPLES / "inits")
        self.assertEqual(done.stdout.splitlines(),
                         ["constructor", "log", "config for %s" % (EXAMPLES / "inits"), "server", "main"])

    def test_inittrace_prints_a_line_for_each_task_in_their_order(self):
        begin = time.monotonic()
        done = run(EXAMPLES / "inits", env={"RT0DEBUG": "inittrace=1"})
        elapsed = (time.monotonic() - begin) * 1e6
        lines = done.stderr.splitlines()
        self.assertEqual([line.split()[1] for line in lines], ["runtime", "os", "log", "config", "server"])
        for line in lines:
            self.assertRegex(line, r"^init \w+ @\d+ us, \d+ ns clock$")
        starts = [int(re.search(r"@(\d+)", line).group(1)) for line in lines]
        clocks = [int(re.search(r"(\d+) ns", line).group(1)) for line in lines]
        self.assertEqual(starts, sorted(starts))
        self.assertLess(starts[-1], elapsed, "the times count from the start of the main goroutine")
        for clock, this, after in zip(clocks, starts, starts[1:]):
            self.assertLessEqual(clock, (after - this + 1) * 1000, "a task ends before the next begins")

    def test_without_inittrace_nothing_is_printed(self):
        self.assertEqual(run(EXAMPLES / "inits", env={}).stderr, "")

    def test_constructors_run_by_priority_with_arguments_before_packages(self):
        self.assertRuns("constructors", env={"WHO": "me"}, out="a goroutine of 200\n200 me\n300\n"
                        "last 1 1 1\npackage aaa\nmain\n")

    def test_a_cycle_is_named_before_any_package_has_run(self):
        self.assertRuns("init_cycle", status=2, err="fatal error: initialization cycle: egg needs nest, "
                        "which needs hen, which needs egg\n")

    def test_a_missing_package_is_named_with_the_one_that_needs_it(self):
        self.assertRuns("init_missing", status=2, err="fatal error: package server needs package logg, "
                        "which is not in the program\n")

    def test_a_package_that_the_library_has_does_not_link(self):
        _, done = link("init_twice", PROGRAMS / "init_twice.c")
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"multiple definition of .os_inittask'")

    def test_two_files_with_the_same_package_do_not_link(self):
        text = '#include "rt0.h"\nINIT(log) { fmt_Printf("log\\n"); }\n'
        one = source("one.c", text + "void main_main(void) { }\n")
        _, done = link("twice", one, source("two.c", text))
        self.assertRegex(done.stderr, r"multiple definition of .log_inittask'")

    def test_inittasks_is_an_array_of_pointers_without_gaps(self):
        headers = run("readelf", "-SW", EXAMPLES / "inits").stdout
        size, align = re.search(r" inittasks +PROGBITS +\w+ +\w+ +(\w+) .* (\d+)$", headers, re.M).groups()
        self.assertEqual((int(size, 16), align), (5 * 8, "8"))


class Face(Programs):
    def test_each_public_function_returns_what_the_header_promises(self):
        processors = len(os.sched_getaffinity(0))
        self.assertRuns("public", env={"SET": "yes=no"}, err="error 5\n",
                        out="abc\n4\n0\n-9\nyes=no (null)\n%d processors\n1 goroutine\nclock goes on\n" % processors)

    def test_NumCPU_counts_the_processors_that_this_process_may_use(self):
        one = min(os.sched_getaffinity(0))
        done = run(self.program("public"), preexec_fn=lambda: os.sched_setaffinity(0, {one}))
        self.assertIn("\n1 processors\n", done.stdout)


class Library(Programs):
    def exports(self):
        return set(re.findall(r"^\w+$", (TOP / "src" / "exports").read_text(), re.M))

    def test_a_program_may_have_its_own_debug_print_args_and_abort(self):
        self.assertRuns("own_names", status=3, out="21\nargs of abort\n")

    def test_a_program_may_define_every_name_that_is_not_exported(self):
        names = set(re.findall(r" [tTdDbBrR] ([A-Za-z_]\w*)$", run("nm", LIB).stdout, re.M))
        names -= self.exports()
        self.assertIn("schedule", names)
        self.assertIn("g0", names)
        body = "".join("const char *const user_%s __asm__(\"%s\") = \"\";\n" % (n, n) for n in sorted(names))
        _, done = link("every", source("every.c", body + "void main_main(void);\nvoid main_main(void) { }\n"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(run(Path(WORK.name) / "every").returncode, 0)

    def test_the_library_exports_what_src_exports_lists_and_nothing_else(self):
        found = set(re.findall(r" [A-Z] (\w+)$", run("nm", "--defined-only", LIB).stdout, re.M))
        self.assertEqual(found, self.exports())

    def test_every_function_and_variable_of_the_header_is_exported(self):
        header = run("gcc", "-E", "-P", "-ffreestanding", "src/rt0.h").stdout
        names = set(re.findall(r"\b(go|(?:runtime|os|fmt)_[A-Z]\w*)(?=\(|;)", header))
        self.assertGreater(len(names), 12)
        self.assertEqual(names - self.exports(), set())

    def test_the_debugger_still_finds_what_the_program_cannot(self):
        done = run("gdb", "-nx", "-batch", "-iex", "set may-call-functions off",
                   "-ex", "break schedule", "-ex", "info line mcall", EXAMPLES / "hello")
        self.assertRegex(done.stdout, r"Breakpoint 1 at")
        self.assertRegex(done.stdout, r'Line \d+ of "[^"]*switch_amd64\.S"')

    def test_a_program_without_main_main_does_not_link(self):
        _, done = link("nomain", source("nomain.c", "int x;\n"))
        self.assertRegex(done.stderr, r"undefined reference to .main_main'")

    def test_no_object_asks_for_an_executable_stack(self):
        program = self.program("own_names")
        self.assertRegex(run("readelf", "-lW", program).stdout, r"GNU_STACK .* RW +0x")

    def test_each_example_is_complete_and_static(self):
        for program in sorted(EXAMPLES.iterdir()):
            with self.subTest(program.name):
                self.assertEqual(run("nm", "-u", program).stdout, "")
                self.assertIn("no dynamic section", run("readelf", "-d", program).stdout)


if __name__ == "__main__":
    unittest.main()
