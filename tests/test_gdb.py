"""The GDB extension, the tour, and the call-frame information."""
import ast
import contextlib
import functools
import glob
import io
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import unittest

import sources
import step_check
import walks
from chapters import number

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
YIELD = "build/examples/yield"
YIELD_ALONE = "build/chapters/%s/yield" % number("the-main-goroutine")     # with a queue in P0
YIELD_MANY = "build/chapters/%s/yield" % number("many-threads")
QUIET = ["set width 0", "set height 0", "set confirm off",
         "set debuginfod enabled off", "set startup-with-shell off",
         "set print frame-arguments none"]


def gdb(program, *commands, script="gdb/rt0.py", core=None, first=None,
        timeout=60, stages=None):
    """What GDB prints when it runs the commands on a program."""
    argv = ["gdb", "-nx", "-q", "-batch", "-iex", "set may-call-functions off"]
    for command in QUIET:
        argv += ["-iex", command]
    if first:
        argv += ["-ex", first]
    if script:
        argv += ["-x", script]
    for command in commands:
        argv += ["-ex", command]
    argv += [program] * (program != "") + ([core] if core else [])
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent",
           "LC_ALL": "C.UTF-8", "TERM": "dumb",
           "GOMAXPROCS": "1"}   # one thread: the order is the same each time
    if stages:
        env["RT0_STAGES"] = stages
    done = subprocess.run(argv, cwd=TOP, env=env, timeout=timeout,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    return done.stdout


def answers(program, before, *commands, **how):
    """What GDB says to each of some commands, in one session that begins with those before."""
    parts = [part for command in commands for part in ("echo ----\\n", command)]
    return gdb(program, *before, *parts, **how).split("----\n")[1:]


@functools.lru_cache(None)
def at_green(program):
    """{command: answer} where green begins, of LOOKS, which change nothing."""
    return dict(zip(LOOKS, answers(built(program), Extension.AT3, *LOOKS)))


LOOKS = ("info goroutines", "info sched", "goroutine 99 bt", "goroutine all bt", "print $g().goid", "info symbol $pc",
         "complete goroutine ", "complete goroutine 2 info loca", "complete goroutine all backt", "complete rt0-trace o",
         "complete context o", "complete predict o", "complete guntil runtime_Gosc", "complete gbreak runtime_Gosc",
         "complete chunk runtime_Gosc", "complete book find the scripts of", "complete break-chunk find the scripts of",
         "complete stage " + number("the-main-goroutine"), "print $m(0)", "print $m(77)", 'print $m("x")')


def built(path, *make):
    """path, which make check has built; make it (the state of its chapter) if there is none yet."""
    make = make or ("chapter-" + path.split("/")[2],)
    if not os.path.exists(os.path.join(TOP, path)):
        subprocess.run(["make", "-s", *make], cwd=TOP, check=True,
                       stdout=subprocess.DEVNULL)
    return path


def debug_build(view):
    """yield, built for stepping with that view's line numbers."""
    return built("build/debug/%s/examples/yield" % view,
                 "debug", "VIEW=" + view)


class Extension(unittest.TestCase):
    AT3 = ("break count if $_streq((char *)$rdi, \"green\")", "run")

    def test_before_settls_the_error_says_how_to_go_on(self):
        out = gdb(YIELD, "starti", "print $g()")
        self.assertIn("no g yet: fs_base is 0; continue past settls", out)
        self.assertNotIn("Traceback", out)

    def test_without_a_process_every_command_fails_in_one_line(self):
        commands = ("print $g()", "print $m()", "print $p()", "chunk",
                    "book", "info goroutines", "info sched",
                    "goroutine 1 bt", "goroutine", "goroutine x bt",
                    "rt0-trace maybe", "break-chunk no such chunk")
        for command, out in zip(commands, answers(YIELD, (), *commands)):
            self.assertRegex(out, r"^.+\n$", command)

    def test_a_program_without_symbols_is_an_error_in_one_line(self):
        with tempfile.TemporaryDirectory() as tmp:
            bare = os.path.join(tmp, "bare")
            subprocess.run(["strip", "-o", bare, YIELD], cwd=TOP, check=True)
            for out in answers(bare, (), "info goroutines", "info sched", "rt0-trace on", "goroutine all bt"):
                self.assertRegex(out, r"^.*debug information.*\n$")

    def test_info_goroutines_shows_running_parked_and_unborn(self):
        out = at_green(YIELD_ALONE)["info goroutines"]
        self.assertRegex(out, r"(?m)^     1  runnable  main_main \(yield")
        self.assertRegex(out, r"(?m)^     2  runnable  count \(yield")
        self.assertRegex(out, r"(?m)^\*    3  running   count \(yield")
        self.assertRegex(out, r"(?m)^     4  runnable  not started, will run count")

    def test_info_sched_shows_the_line_in_its_order(self):
        out = at_green(YIELD_ALONE)["info sched"]
        self.assertRegex(out, r"(?m)^P0 .*M0  runq: G4 G1 G2$")
        self.assertRegex(out, r"(?m)^M0 P0 G3(  thread 1)?$")

    def test_info_sched_shows_everybody_who_waits_in_some_line(self):
        out = at_green(YIELD)["info sched"]
        lines = re.findall(r"(?m)^(?:P0 .*next: (.*)  |sched )runq:(.*)$", out)
        self.assertEqual(sorted(" ".join(sum(lines, ())).split()),
                         ["G1", "G2", "G4"], out)
        self.assertRegex(out, r"(?m)^M0 P0 G3(  thread 1)?$")

    def test_info_sched_names_who_is_in_no_queue_and_on_no_thread(self):
        for place, line in (("*gogo", "in flight: G1 to M0"), ("gswitch", "in flight: G4 to M0")):
            self.assertEqual(gdb(YIELD, "break " + place, "run", "info sched").splitlines()[-1], line)

    def test_the_pile_is_shown_in_the_order_in_which_it_will_run(self):
        out = gdb("build/examples/order", "break runtime_Semacquire", "run", "info sched", "print $p(0)", "delete",
                  "continue")
        ran = ["G%d" % (int(number) + 1) for number in re.findall(r"(?m)^(\d)$", out)]
        self.assertEqual(len(ran), 5, out)
        self.assertIn("next: %s  runq:\n" % " ".join(ran), out)
        self.assertEqual(re.findall(r"next\[\d\] = (G\d)", out), ran, out)

    def test_one_that_ends_and_has_saved_nothing_does_not_pass_for_one_that_begins(self):
        out = gdb(built("build/chapters/%s/rt0" % number("newproc")), "break *goexit0", "run", "info goroutines", "goroutine 1 bt")
        self.assertIn("     1  in flight has run runtime_main [from M0]\n", out)
        self.assertTrue(out.endswith("goroutine 1 has run, and nothing of it was saved\n"), out)

    def test_a_goroutine_that_has_ended_is_shown_no_more(self):
        out = gdb("build/examples/order", "catch syscall exit_group", "run", "info goroutines", "goroutine 3 bt")
        self.assertEqual(re.findall(r"(?m)^[* ] +(\d+)  (\w+)", out), [("1", "running")], out)
        self.assertIn("no goroutine 3; see info goroutines", out)

    def test_every_stack_ends_in_goexit(self):
        out = gdb(YIELD, "break runtime_Gosched", "run", "continue 5", "goroutine all bt")
        stacks = out[out.index("goroutine 1 ["):].split("goroutine ")[1:]
        self.assertEqual(len(stacks), 4)
        for stack in stacks:
            self.assertIn("goexit", stack.strip().splitlines()[-1])

    def test_a_goroutine_that_has_just_got_its_stack_ends_in_goexit(self):
        # Between bindstack and the switch; the word at its sp says nothing.
        out = gdb(YIELD, "break bindstack", "run", "finish", "goroutine 1 bt")
        self.assertRegex(out, r"#0 +runtime_main \(not started\)\n#1 +goexit \(\S+\)\n*$")

    def test_the_thread_is_where_it_was_after_a_look_at_others(self):
        looked = at_green(YIELD)        # all of it in one session
        self.assertEqual(looked["goroutine all bt"].count("goroutine "), 4)
        self.assertEqual(looked["print $g().goid"], "$1 = 3\n")
        self.assertRegex(looked["info symbol $pc"], r"^count(?: \+ \d+)? in section")

    def test_a_core_file_shows_the_same_as_the_process(self):
        with tempfile.TemporaryDirectory() as tmp:
            core = os.path.join(tmp, "core")
            live = gdb(built(YIELD_MANY), *self.AT3, "gcore " + core,
                       "echo ----\\n", "goroutine all bt", "print $g()")
            dead = gdb(built(YIELD_MANY), "echo ----\\n", "goroutine all bt",
                       "print $g()", core=core)
        self.assertEqual(live.split("----\n")[1], dead.split("----\n")[1])
        self.assertIn("goroutine 4", dead)

    WAITERS = r"""#include "rt0.h"
static uint32_t never, started;
static void waiter(void *arg) { (void)arg; runtime_Semrelease(&started); runtime_Semacquire(&never); fmt_Printf("x"); }
void main_main(void)
{
	for (int i = 0; i < 5; i++) go(waiter, 0);
	for (int i = 0; i < 5; i++) runtime_Semacquire(&started);
	__asm__ volatile("ud2");
}
"""

    def test_a_core_file_with_holes_says_what_it_lacks_and_how_to_get_a_good_one(self):
        with tempfile.TemporaryDirectory() as tmp:
            source, program, core = (os.path.join(tmp, name) for name in ("waiters.c", "waiters", "hole"))
            with open(source, "w") as f:
                f.write(self.WAITERS)
            subprocess.run(["gcc", "@src/cflags", "-g", "-Isrc", "-o", program, source, "@src/ldflags", "build/librt0.a"],
                           cwd=TOP, check=True)
            looks = ("echo ----\\n", "info goroutines", "goroutine all bt")
            live = gdb(program, "run", "generate-core-file " + core, *looks).split("----\n")[1]
            self.assertEqual(len(re.findall(r"(?m)^ +\d  waiting   waiter", live)), 5, live)
            for out in answers(program, (), "info goroutines", "info sched", "goroutine all bt", "goroutine 2 bt", core=core):
                if walks.kernel().startswith("guards"):     # which GDB cannot read, and an older kernel has not
                    self.assertRegex(out, r"^(P0.*\n)*this core file lacks the [\w ]+ at 0x[0-9a-f]+: GDB's own gcore gives up .*kill -ABRT PID\n$")
                else:
                    self.assertNotIn("lacks", out)
            with open("/proc/sys/kernel/core_pattern") as f:
                if f.read(1) in "|/":
                    self.skipTest("the kernel gives its core files to somebody else")
            subprocess.run(["sh", "-c", "ulimit -c unlimited; exec ./waiters"], cwd=tmp, env={"GOMAXPROCS": "1"})
            core, = [os.path.join(tmp, name) for name in os.listdir(tmp) if name.startswith("core")]
            dead = gdb(program, *looks, core=core)
            dead = re.sub(r"(?m)^warning: .*\n", "", dead)
            self.assertEqual(dead.split("----\n")[1], live)
            os.truncate(core, os.path.getsize(core) * 2 // 3)
            out = gdb(program, "echo ----\\n", "info goroutines", core=core).split("----\n")[1]
            self.assertIn("this core file lacks the rest of a list at 0x", out)

    def test_our_gcore_writes_what_gdb_leaves_out(self):
        with tempfile.TemporaryDirectory() as tmp:
            look = ("echo ----\\n", "info goroutines", "goroutine all bt")
            out = gdb("build/examples/workers", "set environment GOMAXPROCS 1", "break runtime_Semrelease", "run",
                      "generate-core-file %s/theirs" % tmp, "gcore %s/ours" % tmp, *look)
            live = out.split("----\n")[1]
            self.assertIn("Saved corefile %s/ours\n" % tmp, out)
            dead = gdb("build/examples/workers", *look, core=tmp + "/ours").split("----\n")[1]
            theirs = gdb("build/examples/workers", *look, core=tmp + "/theirs").split("----\n")[1]
            self.assertLess(os.stat(tmp + "/ours").st_blocks, 65536)        # what is zero stays a hole
        self.assertEqual(live, dead)
        self.assertEqual(len(re.findall(r"(?m)^goroutine \d", live)), 5, live)
        self.assertTrue("this core file lacks" in theirs or theirs == live, theirs)

    def make_gdb(self, *variables):
        """What make gdb says; GDB has nothing on its standard input, and so it ends."""
        done = subprocess.run(["make", "-s", "gdb", *variables], cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=120)
        self.assertNotRegex(done.stdout, "Traceback|Python Exception|Error occurred")
        # GDB 18 marks an error
        return done.returncode, [line for line in done.stdout.replace("\u274c\ufe0f ", "").splitlines() if not re.match(
            r"$|make|  |\[|warning: |Core was gen|Program term|#0|\d+\t|\tInf|\(gdb\)|Detaching|Syscall6|Quit any|quit$", line)]

    def test_make_gdb_opens_a_core_file_with_its_program_or_says_why_not(self):
        debug_build("chapter")
        with tempfile.TemporaryDirectory() as tmp:
            core = tmp + "/co re"
            gdb(YIELD, *self.AT3, "gcore " + core)
            self.assertEqual(self.make_gdb("CORE=" + core), (0, ["4 goroutines; info goroutines lists them"]))
            status, said = self.make_gdb("CORE=" + core, "PROG=hello")
            self.assertEqual(status, 2)
            self.assertIn("this process or core is from another build", said[-1])
            for file, sentence in (("/nowhere", "there is no file /nowhere"), ("README.md", '"%s/README.md" is not a core dump: file format not recognized' % TOP)):
                self.assertEqual(self.make_gdb("CORE=" + file), (2, [sentence]))
            gdb("/bin/true", "starti", "gcore " + core, script=None)
            status, (said,) = self.make_gdb("CORE=" + core)
            self.assertEqual((status, said.split(":")[0]), (2, "GDB can see no goroutines in true"))

    def test_a_stop_names_the_chapter_without_the_folders_above_it(self):
        debug_build("chapter")
        done = subprocess.run(["make", "-s", "gdb"], cwd=TOP, input="break main_main\nrun\nkill\n", stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=120)
        self.assertIn("G1, on the stack of G1\n", done.stdout)        # the context is on
        self.assertRegex(done.stdout, r"main_main \(\) at \d\d-[\w-]+\.nw:\d+\n")
        self.assertNotIn(TOP + "/book", done.stdout)

    def test_make_gdb_steps_a_program_of_your_own(self):
        with tempfile.TemporaryDirectory() as tmp:
            with open(tmp + "/mine.c", "w") as f:
                f.write('#include "rt0.h"\nvoid main_main(void)\n{\n\tfmt_Printf("mine\\n");\n}\n')
            done = subprocess.run(["make", "-s", "gdb", "PROG=%s/mine.c" % tmp], cwd=TOP, input="break main_main\nrun\ngnext\nkill\n",
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
        self.assertRegex(done.stdout, r"main_main \(\) at mine\.c:3\n(.*\n)*\(gdb\) 4\t\tfmt_Printf\(")
        self.assertIn("G1, on the stack of G1\n", done.stdout)

    def test_make_gdb_starts_the_gdb_that_is_given(self):
        with tempfile.TemporaryDirectory() as tmp:
            other = pathlib.Path(tmp, "my gdb")
            other.write_text("#!/bin/sh\necho other $1\n")
            other.chmod(0o755)
            self.assertEqual(self.make_gdb("GDB=%s" % other), (0, ["other -nx"]))

    def test_make_gdb_attaches_to_a_process_or_says_why_not(self):
        with tempfile.TemporaryDirectory() as tmp:
            with open(tmp + "/reads.c", "w") as f:
                f.write('#include "rt0.h"\nvoid main_main(void) { char c; os_Read(0, &c, 1); }\n')
            subprocess.run(["gcc", "@src/cflags", "-g", "-Isrc", "-o", tmp + "/reads", tmp + "/reads.c", "@src/ldflags", "build/librt0.a"],
                           cwd=TOP, check=True)
            busy = subprocess.Popen([tmp + "/reads"], stdin=subprocess.PIPE)
            true = subprocess.Popen(["sleep", "60"])
            try:
                status, said = self.make_gdb("PID=%d" % busy.pid)
                self.assertEqual((status, said[0]), (0, "process %d stands still; detach lets it go on" % busy.pid))
                self.assertIn("G1, on the stack of G1", said[1])       # the context, with which make gdb begins
                status, (said,) = self.make_gdb("PID=%d" % true.pid)
                self.assertEqual((status, said.split(":")[0]), (2, "GDB can see no goroutines in sleep"))
                self.assertEqual(self.make_gdb("PID=4194305"), (2, ["there is no process 4194305"]))
                self.assertEqual(self.make_gdb("PID=one"), (2, ["one is no number of a process"]))
                self.assertIn("PID is a process and CORE a file", "".join(self.make_gdb("PID=1", "CORE=x")[1]) or subprocess.run(
                    ["make", "-s", "gdb", "PID=1", "CORE=x"], cwd=TOP, stderr=subprocess.PIPE, text=True).stderr)
                out = gdb(YIELD, "starti", "python print(gdb.selected_inferior().pid)",
                          "python gdb.execute('add-inferior'); gdb.execute('inferior 2')",
                          "python gdb.execute('rt0-attach %d' % gdb.inferiors()[0].pid)")
                self.assertRegex(out, r"process \d+ has a debugger already, process \d+\n")
            finally:
                for process in (busy, true):
                    process.kill()
                    process.wait()
                busy.stdin.close()

    def test_a_loop_in_allgs_is_named(self):
        out = gdb(YIELD, *self.AT3, "set var allgs->alllink = allgs",
                  "info goroutines")
        self.assertRegex(out, r"the list is a loop: 0x[0-9a-f]+ comes twice")
        self.assertNotIn("Traceback", out)

    def test_a_wild_pointer_in_allgs_is_named(self):
        out = gdb(YIELD, *self.AT3,
                  "set var allgs->alllink = (struct g *)0x10",
                  "info goroutines")
        self.assertIn("the list is broken: no memory at 0x10", out)

    def test_an_unknown_goroutine_is_an_error_that_leads_on(self):
        self.assertEqual(at_green(YIELD)["goroutine 99 bt"], "no goroutine 99; see info goroutines\n")

    def test_a_thousand_parked_goroutines_are_listed_to_the_last(self):
        with tempfile.TemporaryDirectory() as tmp:
            source = os.path.join(tmp, "many.c")
            with open(source, "w") as f:
                f.write("""#include "rt0.h"
static void park(void *arg) { (void)arg; for (;;) runtime_Gosched(); }
__attribute__((noinline)) void stop(void) { __asm__ volatile(""); }
void main_main(void) {
	for (int i = 0; i < 1000; i++) go(park, 0);
	runtime_Gosched();
	stop();
}
""")
            binary = os.path.join(tmp, "many")
            built(YIELD_MANY)
            subprocess.run("gcc -O1 -g @src/cflags -Isrc -o %s "
                           "-fno-optimize-sibling-calls %s @src/ldflags "
                           "obj/*.o" % (binary, source), shell=True,
                           cwd=os.path.dirname(os.path.join(TOP, YIELD_MANY)),
                           check=True)
            core = os.path.join(tmp, "core")
            gdb(binary, "break stop", "run", "gcore " + core)
            out = gdb(binary, "goroutine all bt", core=core)
        self.assertEqual(len(re.findall(r"(?m)^goroutine \d+ \[", out)), 1001)
        self.assertEqual(len(re.findall(r"#\d+ +park \(many", out)), 1000)

    def test_the_log_tells_the_life_of_each_goroutine(self):
        debug_build("src")
        for program in (YIELD, "build/debug/src/examples/yield"):
            out = gdb(program, "rt0-trace on", "run")
            # With sysmon there, each line names its M, and they may mix.
            lives = re.sub(r"(?m)^(\[rt0\] )M\d+: ", r"\1", out)
            for life in (("the boot says go runtime_main: G1", "G1 begins runtime_main", "G1 says go count: G2", "G1 yields"),
                         ("G2 begins count", "G2 yields", "G2 runs", "G2 ends")):
                rest = lives
                for line in life:
                    self.assertIn("[rt0] %s\n" % line, rest, program)
                    rest = rest[rest.index(line):]
            self.assertEqual(out.count("says go"), 4)
            self.assertNotIn("[rt0] (", out)
            self.assertNotIn("Exception", out)

    def test_the_log_names_the_thief_the_waker_and_the_new_thread(self):
        for program in ("build/examples/workers", built("build/debug/src/examples/workers", "debug", "VIEW=src")):
            out = gdb(program, "set environment GOMAXPROCS 2", "rt0-trace on", "run")
            self.assertRegex(out, r"\[rt0\] (M0: )?G1 makes M1 for P1\n")
            self.assertRegex(out, r"the scheduler makes M2 for sysmon\n|G\d makes M2 for sysmon\n")
            self.assertRegex(out, r"P[01] robs P[01] of G\d( and \d more)?\n")
            self.assertRegex(out, r"G\d wakes G1\n")
            self.assertNotIn("[rt0] (", out)

    def test_the_log_names_the_m_that_is_woken_and_who_wakes_it(self):
        with tempfile.TemporaryDirectory() as tmp:
            with open(tmp + "/wakes.c", "w") as f:
                # the other M has nothing to do, and five times as long for going to sleep as it needed, with all stops of GDB, to run none
                f.write('#include "rt0.h"\nstatic volatile int ended;\nstatic void none(void *arg) { (void)arg; ended++; }\nvoid main_main(void)\n{\n'
                        '\tfor (int i = 0; i < 4; i++) {\n\t\tint64_t began = runtime_Nanotime(), took;\n\t\tgo(none, 0);\n'
                        '\t\twhile (ended <= i);\n\t\ttook = runtime_Nanotime() - began;\n'
                        '\t\tfor (began += took; runtime_Nanotime() - began < 5 * took + 100000000; );\n\t}\n}\n')
            subprocess.run(["gcc", "@src/cflags", "-g", "-Isrc", "-o", tmp + "/wakes", tmp + "/wakes.c", "@src/ldflags", "build/librt0.a"],
                           cwd=TOP, check=True)
            out = gdb(tmp + "/wakes", "set environment GOMAXPROCS 2", "rt0-trace on", "run")
        self.assertRegex(out, r"\[rt0\] M\d: G1 wakes M\d for P\d\n")
        self.assertNotIn("[rt0] (", out)

    def test_the_kernel_s_refusal_to_attach_is_told_with_two_remedies(self):
        fake = ("python\nimport io, os\nreal, scope = open, '1'\n"
                "def open(name, *how): return io.StringIO(scope) if 'ptrace_scope' in name else real(name, *how)\n"
                "print(forbidden(os.getpid(), 'no'))\nscope = '0'\nprint(forbidden(os.getpid(), 'no'))\nend")
        with tempfile.NamedTemporaryFile("w", suffix=".gdb") as script:
            script.write(fake)
            script.flush()
            said = gdb("", "source " + script.name).splitlines()
        self.assertEqual(said[0], "this kernel lets a debugger attach to its own children only: say sudo sysctl "
                         "kernel.yama.ptrace_scope=0, or start the program with make gdb")
        self.assertRegex(said[1], r"^process \d+: no$")

    def test_a_recording_of_two_threads_is_refused_before_it_hangs(self):
        out = gdb("build/examples/yield", "set environment GOMAXPROCS 2", "break gswitch", "run", "echo ----\\n", "record", "record full",
                  "info record", timeout=20).split("----\n")[1]
        self.assertEqual(re.sub(r"with \d", "with N", out), 2 * (
            "GDB records one thread, and with N it would hang: record before the second is made, or use meet\n") +
            "No recording is currently active.\n")
        out = gdb("build/examples/yield", "set environment GOMAXPROCS 2", "break newosproc", "run", "record", "continue", "bt 1",
                  timeout=20)
        self.assertIn("[rt0] here a second thread is made, and GDB would hang: go back, or say record stop\n", out)
        self.assertRegex(out, r"(?m)^#0 +clone ")
        out = gdb("build/examples/yield", "break schedinit", "run", "record", "continue", timeout=20)
        if "does not support instruction 0xf01f9" in out:
            self.assertIn("[rt0] GDB cannot record rdtscp: say record stop, finish, and record again\n", out)

    def test_tab_completes_goroutines_on_and_off_and_places(self):
        looked = at_green(YIELD)
        for begun, words in (("goroutine ", ("1", "2", "3", "4", "all")), ("goroutine 2 info loca", ("ls",)),
                             ("goroutine all backt", ("race",)), ("rt0-trace o", ("ff", "n")), ("context o", ("ff", "n")),
                             ("predict o", ("ff", "n")), ("guntil runtime_Gosc", ("hed",)), ("gbreak runtime_Gosc", ("hed",)),
                             ("chunk runtime_Gosc", ("hed",)), ("book find the scripts of", (" a chapter",)),
                             ("break-chunk find the scripts of", (" a chapter",)),
                             ("stage " + number("the-main-goroutine"), ("-boot", "-loop"))):
            self.assertEqual(looked["complete " + begun].splitlines(), [begun + word for word in words])

    def test_the_selected_frame_survives_a_look_at_others(self):
        looks = ("info goroutines", "goroutine 2 bt", "goroutine 1 up", "goroutine all bt", "goroutine 99 bt")
        level = "python print(gdb.selected_frame().level())"
        levels = answers(YIELD, (*self.AT3, "up"), level, *[part for look in looks for part in (look, level)])[::2]
        self.assertEqual(dict(zip(("up", *looks), levels)), dict.fromkeys(("up", *looks), "1\n"))

    def test_a_number_that_is_no_state_is_shown_whole(self):
        out = gdb(YIELD, *self.AT3, "set var allgs->atomicstatus = 77",
                  "info goroutines")
        self.assertIn("goroutine 4 is status 77: it has no stack", out)
        self.assertRegex(out, r"(?m)^     2  runnable  not started, will run count")

    def test_a_pc_in_what_is_inlined_has_the_name_of_the_whole_function(self):
        out = gdb(YIELD, "python start = int(gdb.parse_and_eval('(long)&schedule'))",
                  "python pcs = [i['addr'] for i in gdb.selected_inferior().architecture().disassemble(start, count=60)]",
                  "python print(*{function(pc) for pc in pcs}, {gdb.block_for_pc(pc).function.name for pc in pcs if gdb.block_for_pc(pc).function} > {'schedule'})")
        self.assertEqual(out, "schedule True\n")

    def test_a_look_at_a_goroutine_calls_no_function(self):
        show = "show may-call-functions"
        call, *_, on, _, _, off = answers(YIELD, self.AT3, "goroutine 4 print runtime_NumCPU()", *[
            command for before in ("on", "off") for command in ("set may-call-functions " + before, "goroutine 4 print 1", show)])
        self.assertIn("may-call-functions is off", call)
        self.assertIn("functions in the program is on.", on)
        self.assertIn("functions in the program is off.", off)


class Lists(unittest.TestCase):
    """info goroutines with filters and in groups, and info sched."""

    CROWD = r"""#include "rt0.h"
static uint32_t gate, started, table[8];
__attribute__((noinline)) static void deep(uint32_t *s) { runtime_Semrelease(&started); runtime_Semacquire(s); fmt_Printf(""); }
static void guest(void *arg) { deep(&table[3]); (void)arg; fmt_Printf(""); }
static void tail(void *arg) { (void)arg; runtime_Semrelease(&started); runtime_Semacquire(&gate); }
static void varied(void *arg) { char room[(long)arg * 64]; room[0] = 1; __asm__ volatile("" :: "r"(room) : "memory"); deep(&gate); fmt_Printf(""); }
static void never(void *arg) { (void)arg; }
__attribute__((noinline)) void stop(void) { __asm__ volatile(""); }
void main_main(void)
{
	for (long i = 0; i < 60; i++) go(guest, 0);
	for (long i = 1; i < 4; i++) go(varied, (void *)i);
	go(tail, 0);
	for (int i = 0; i < 64; i++) runtime_Semacquire(&started);
	go(never, 0);
	stop();
}
"""

    @classmethod
    def setUpClass(cls):
        cls.tmp = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.tmp.cleanup)
        source, cls.program = (os.path.join(cls.tmp.name, name) for name in ("crowd.c", "crowd"))
        with open(source, "w") as f:
            f.write(cls.CROWD)
        subprocess.run(["gcc", "@src/cflags", "-w", "-g", "-Isrc", "-o", cls.program, source, "@src/ldflags", "build/librt0.a"],
                       cwd=TOP, check=True)

    LOOKS = ("info goroutines", "info goroutines 5 66", "info goroutines runnable running",
             "info goroutines -with start varied", "info goroutines -without where deep",
             "info goroutines waiting -with wait gate -without start varied", "info goroutines all",
             "info goroutines -group state", "info goroutines waiting -group start", "info goroutines wating",
             "info goroutines -with", "info goroutines -with where", "info goroutines -with when 1", "info goroutines -group G",
             "info goroutines syscall", "complete info goroutines r", "complete info goroutines waiting -wi",
             "complete info goroutines -with s", "print $g(2).sched", "print $g(2).stack", "print/r $g(2).stack", "goroutine all bt")
    # the last: how often a list stands on a goroutine
    COUNT = ("python n = 0\ndef at(self, old=Standing.__enter__):\n    global n; n += 1; return old(self)\nStanding.__enter__ = at",
             "python gdb.execute('info goroutines all', to_string=True); print(n)")

    def said(self, *commands):
        """The answer to each command where all wait; one session has them all."""
        if not self.known:
            before = ("break stop", "set environment RT0TRACE " + self.tmp.name + "/trace", "run")
            every = self.LOOKS + self.COUNT
            self.known.update(zip(every, answers(self.program, before, *every)))
        return [self.known[command].splitlines() for command in commands]

    known = {}

    def test_more_than_fifty_are_shown_in_groups_the_largest_first(self):
        grouped, = self.said("info goroutines")
        self.assertRegex(grouped[0], r"^    60  waiting   deep \(crowd.c:3\), began in guest \[semacquire &table\+12\]  G2 G3 G4 \.\.\.$")
        self.assertRegex(grouped[1], r"^     3  waiting   deep \(crowd.c:3\), began in varied \[semacquire &gate\]  G62 G63 G64$")
        self.assertEqual(grouped[-1], "66 goroutines in 5 groups; info goroutines all lists each")

    def test_filters_choose_by_number_state_and_part(self):
        one, two, named, out, both, everyone = self.said(
            "info goroutines 5 66", "info goroutines runnable running", "info goroutines -with start varied",
            "info goroutines -without where deep", "info goroutines waiting -with wait gate -without start varied",
            "info goroutines all")
        self.assertEqual([line[2:6] for line in one], ["   5", "  66"])
        self.assertRegex("\n".join(two), r"^\*    1  running   stop \(.*\n    66  (runnable  not started, will run|in flight about to begin) never")
        self.assertEqual([line[2:6].strip() for line in named], ["62", "63", "64"])
        self.assertEqual([line[2:6].strip() for line in out], ["1", "65", "66"])
        self.assertEqual(len(both), 1)
        # its last call was a jump, so no frame of tail is left
        self.assertRegex(both[0], r"^    65  waiting   \w+ \(\w+.c:\d+\), began in tail \[semacquire &gate, since \d+ us\]$")
        self.assertEqual(len(everyone), 66)

    def test_a_group_is_of_one_part_if_that_is_wanted(self):
        by_state, by_start = self.said("info goroutines -group state", "info goroutines waiting -group start")
        self.assertRegex(by_state[0], "^    64  waiting  G2 G3 G4 ...$")
        self.assertEqual([line.split()[:2] for line in by_start[:3]], [["60", "guest"], ["3", "varied"], ["1", "tail"]])

    def test_what_is_not_understood_is_refused_with_what_would_be(self):
        for answer in self.said("info goroutines wating", "info goroutines -with", "info goroutines -with where",
                                "info goroutines -with when 1", "info goroutines -group G"):
            self.assertEqual(len(answer), 1, answer)
            self.assertRegex(answer[0], r"^info goroutines takes numbers, states \(idle runnable running .*flight\), all, -with PART TEXT")
        self.assertEqual(self.said("info goroutines syscall"), [["no goroutine is like that; see info goroutines"]])

    def test_tab_completes_states_options_and_parts(self):
        states, options, parts = self.said("complete info goroutines r", "complete info goroutines waiting -wi",
                                           "complete info goroutines -with s")
        self.assertEqual(states, ["info goroutines runnable", "info goroutines running"])
        self.assertEqual(options, ["info goroutines waiting -with", "info goroutines waiting -without"])
        self.assertEqual(parts, ["info goroutines -with start", "info goroutines -with state"])

    def test_each_kind_of_stack_is_unwound_once_and_each_is_shown_right(self):
        # The frames of varied are not of one size, so what was learnt of one is wrong for the next.
        listed, unwound, stacks = self.said("info goroutines all", self.COUNT[1], "goroutine all bt")
        self.assertLessEqual(int(unwound[0]), 8)
        stacks = re.split(r"(?m)^goroutine ", "\n".join(stacks))[1:]
        for line, stack in zip(listed, stacks):
            if "not started" not in line and "tail" not in line:
                where = re.search(r"\w+ \(crowd.c:\d+\)", line)[0]
                self.assertEqual(re.search(r"\w+ \(crowd.c:\d+\)", stack)[0], where, line)

    def test_lines_of_chapters_are_told_apart_by_what_they_are_made_into(self):
        debug_build("chapter")
        out = gdb("build/debug/chapter/examples/workers", "break count", "run", "info goroutines")
        self.assertRegex(out, r"(?m)^     1  waiting   main_main \(10-park-and-ready.nw:\d+\) \[semacquire &done\]$")

    def test_info_sched_names_sysmon_and_has_the_oldest_m_first(self):
        # sysmon is made when it is needed: on one P at the first system call that leaves work behind, on two perhaps never
        out = gdb("build/examples/blocked", "set environment GOMAXPROCS 1", "break sysmon", "run", "info sched", "info sched 1")
        ms = re.findall(r"(?m)^M(\d+) (.*)$", out)
        self.assertGreater(len(ms), 1, out)
        self.assertEqual([int(n) for n, _ in ms], sorted(int(n) for n, _ in ms))
        self.assertEqual([rest.split()[0] for _, rest in ms].count("sysmon"), 1, out)
        self.assertTrue(out.endswith("info sched shows all and takes no argument\n"))

    def test_addresses_that_are_numbers_in_c_are_shown_as_addresses(self):
        gobuf, stack, raw = self.said("print $g(2).sched", "print $g(2).stack", "print/r $g(2).stack")
        self.assertRegex(gobuf[0], r"\{sp = 0x[0-9a-f]{12}, pc = 0x[0-9a-f]+ <\w+\+\d+>, ")
        self.assertRegex(stack[0], r"\{lo = 0x[0-9a-f]+, hi = 0x[0-9a-f]+\}")
        self.assertRegex(raw[0], r"\{lo = \d{10,}, hi = \d{10,}\}")


class EveryCommand(unittest.TestCase):
    """Each command and function of the extension, wherever it may be called: a sentence, and nothing of Python's."""

    CALLS = """python
for name in Command.names + Function.names:
    for argument in %r:
        call = name + " " + argument
        if name in Function.names:
            call = "print $%s(%s)" % (name, {"": "", "77 88": "1, 2", "-with": "77"}.get(argument, '"x"'))
        print("calling " + call)
        try:
            gdb.execute(call)
        except gdb.error as e:
            print("refused: %s" % e)
"""

    def called(self, program, *commands, core=None, arguments=("", 'blurb "x', "77 88", "-with")):
        """(call, the lines that came) of every call there."""
        out = gdb(program, *commands, self.CALLS.replace("%r", repr(arguments)), core=core)
        for word in ("Traceback", "Python Exception", "Error occurred in Python", "Error while executing"):
            self.assertNotIn(word, out)
        return [(part.splitlines()[0], part.splitlines()[1:]) for part in out.split("calling ")[1:]]

    def refused(self, *arguments, **where):
        calls = self.called(*arguments, **where)
        self.assertGreater(len(calls), 40)
        for call, lines in calls:
            self.assertLessEqual(len(lines), 1, "%s: %s" % (call, lines))
        return dict(calls)

    def test_before_the_start_each_is_one_sentence(self):
        said = self.refused(YIELD)
        for call in ("info goroutines ", "info sched ", "print $g()", "goroutine 77 88", "meet "):
            self.assertEqual(said[call], ["refused: the program has not started; say starti or run"], call)

    def test_after_the_end_each_is_one_sentence(self):
        said = self.refused(YIELD, "run >/dev/null")
        for call in ("info goroutines ", "info sched ", "print $g()", "goroutine 77 88", "meet "):
            self.assertEqual(said[call], ["refused: the program has ended; say run"], call)

    def test_without_a_program_each_is_one_sentence(self):
        said = self.refused("")
        self.assertEqual(said["info goroutines "], ["refused: no program is loaded; say file PROGRAM"])

    def test_in_a_program_of_somebody_else_each_is_one_sentence(self):
        for commands in ((), ("starti",)):
            said = self.refused("/bin/true", *commands)
            self.assertIn("GDB can see no goroutines in true: it is no program of rt0", said["info goroutines "][0])

    def test_in_a_core_file_each_is_a_sentence_or_an_answer(self):
        with tempfile.TemporaryDirectory() as tmp:
            core = os.path.join(tmp, "core")
            gdb(built(YIELD_MANY), *Extension.AT3, "gcore " + core)
            said = dict(self.called(YIELD_MANY, core=core))
        self.assertGreater(len(said["info goroutines "]), 3)
        for call, lines in said.items():
            if not call.endswith((" ", "()", "(77)", "77 88")):
                self.assertLessEqual(len(lines), 1, call)

    HOOKS = ("rt0-before", "rt0-before-stop", "rt0-stay", "rt0-record")     # commands that only hooks call

    def test_an_argument_that_is_not_understood_is_refused_by_every_command(self):
        calls = self.called(YIELD, *Extension.AT3, "python Command.names.remove('gcore')", arguments=('blurb "x', "77 88", "-with"))
        self.assertGreater(len(calls), 60)
        for call, lines in calls:
            if call.split()[0] not in self.HOOKS and call != "print $on(77)":
                self.assertRegex("".join(lines), r"^refused: [^\n]+$", call)
                self.assertEqual(len(lines), 1, call)

    def test_the_end_of_a_watched_run_is_said_in_a_sentence(self):
        out = gdb("build/examples/workers", "set environment GOMAXPROCS 2", "tbreak main_main", "run", "watch sched.nmspinning",
                  "python\nfor n in range(999):\n    try: gdb.execute('continue', to_string=True)\n    except gdb.error: break\n"
                  "print('stops', n)", "info goroutines",   # until one of ours has looked, GDB may say a line of its own after each command
                  "echo ---\\n", "info goroutines", "info sched", "print $g()", "goroutine 1 bt", timeout=120)
        self.assertGreater(int(re.search(r"stops (\d+)", out)[1]), 0, out)
        self.assertEqual(out.split("---\n")[1], "the program has ended; say run\n" * 4)

    def test_a_process_that_is_gone_without_a_word_is_said_to_have_ended(self):
        out = gdb(YIELD, *Extension.AT3, "python import os, signal; os.kill(gdb.selected_inferior().pid, 9)",
                  "info goroutines", "info goroutines")
        self.assertTrue(out.endswith("the program has ended; say run\n" * 2), out)

    def test_a_process_that_is_about_to_end_has_ended(self):
        """What proc(5) says of it, since the moment is too short to be met: its state, its flags, the signals that wait."""
        out = gdb(YIELD, *Extension.AT3, "python print(ending())",
                  "python\nimport io\nfor state, flags, pending in ('t', 0, 0), ('t', 4, 0), ('R', 64, 256), ('R', 64, 512), ('Z', 0, 0):\n"
                  "    fields = [state] + ['0'] * 49\n    fields[9 - 3], fields[31 - 3] = str(flags), str(pending)\n"
                  "    open = lambda *name: io.StringIO('7 (a) b) ' + ' '.join(fields))\n    print(ending())")
        self.assertEqual(re.findall(r"(?m)^(True|False)$", out), ["False", "False", "True", "True", "False", "True"], out)


class StepByStep(unittest.TestCase):
    """At every instruction around a switch the goroutines are shown as memory and the registers have them."""

    def compared(self, program, procs, rounds, steps):
        out = gdb(program, "set environment GOMAXPROCS %d" % procs,
                  "python ROUNDS, STEPS = %d, %d" % (rounds, steps), "source tests/step_view.py")
        self.assertEqual(re.findall(r"(?m)^(?:wrong|step_view).*", out), [], out[-2000:])
        found = re.search(r"compared (\d+) instructions, 0 faults; (.*)", out)
        self.assertIsNotNone(found, out[-2000:])
        self.assertEqual(int(found[1]), rounds * steps)
        return found[2]

    def test_each_goroutine_is_shown_right_at_every_instruction_of_a_switch(self):
        seen = self.compared(YIELD, 1, 4, 90)
        for word in ("running", "runnable", "in flight", "switched", "lent"):
            self.assertIn(word, seen)

    def test_a_goroutine_is_shown_right_where_the_program_stops_inside_systemstack(self):
        self.assertIn("lent", self.compared(YIELD, 1, 8, 8))  # eight steps from its entry end before it changes stacks

    def test_each_goroutine_is_shown_right_where_two_threads_share_the_work(self):
        for program, procs in ((YIELD, 2), ("build/examples/workers", 1), ("build/examples/workers", 2)):
            self.compared(program, procs, 2, 45)

    def test_each_goroutine_is_shown_right_in_the_runtime_of_an_early_chapter(self):
        seen = self.compared(built(YIELD_ALONE), 1, 6, 25)
        for word in ("running", "runnable", "in flight", "lent"):
            self.assertIn(word, seen)

    @unittest.skipUnless(os.environ.get("RT0_LONG"), "RT0_LONG=1: every instruction of a run; make step-check WHOLE=1 has longer ones")
    def test_each_goroutine_is_shown_right_at_every_instruction_of_a_run(self):
        with contextlib.redirect_stdout(io.StringIO()) as said:
            self.assertTrue(step_check.view("chapters/hello", 1, built(os.path.dirname(YIELD_ALONE) + "/hello"), 0, 1), said.getvalue())
        self.assertRegex(said.getvalue(), r"^hello on 1, goroutines +compared \d{4} instructions, 0 faults\n$")

    def test_one_that_cannot_be_shown_does_not_hide_the_others(self):
        out = gdb(YIELD, *Extension.AT3, "set var allgs->alllink->atomicstatus = 0", "goroutine all print 1")
        self.assertEqual(re.findall(r"(?m)^goroutine (\d)", out), ["1", "2", "3", "4"], out)
        self.assertIn("it has no stack)", out)

    FRAME = re.compile(r"(?m)^#(\d) +(?:0x\w+ in )?(\w+)")

    def test_a_frame_has_the_same_number_in_each_command(self):
        # frame 2 is that of the commands in the middle: one at a time, and with the goroutine selected
        for program in (YIELD, debug_build("src")):
            out = gdb(program, *Extension.AT3, "echo ---\\n", "goroutine 1 bt", "goroutine 1 bt 99", "goroutine 1", "bt")
            frames = self.FRAME.findall(out.split("---\n")[1])
            n = len(frames) // 3
            self.assertEqual(frames, frames[:n] * 2 + frames[:1] + frames[:n], out)
            first, second = frames[:2]
            out = gdb(program, *Extension.AT3, "echo ---\\n", "goroutine 1 frame", "goroutine 1 up", "goroutine 1 frame %s" % second[0],
                      "goroutine 1 down", "goroutine 1", "up", "down", "frame %s" % second[0], "down", "down", "frame 0", "frame")
            said = out.split("---\n")[1]
            self.assertEqual([frame for frame in self.FRAME.findall(said) if frame[1] != "is" and frame[0] != "0"],
                             [first, second, second, first, second, first, second, first, first], said)
            self.assertEqual(said.count("#%s is the newest frame of goroutine 1\n" % first[0]), 3, said)

    def test_a_goroutine_stays_selected_until_the_program_runs(self):
        for leave in ("goroutine", "thread 1", "tbreak runtime_Gosched\nsignal 0"):
            with tempfile.NamedTemporaryFile("w", suffix=".gdb") as script:
                script.write(leave)
                script.flush()
                out = gdb(YIELD, *Extension.AT3, "set print frame-arguments all", "goroutine 1", "info goroutines",
                          "print $g().goid", "info sched", "goroutine 4 print $g().goid", "print $g().goid", "info locals",
                          "source " + script.name, "print $g().goid != 1", "bt 1", "info goroutines")
            self.assertEqual(re.findall(r"(?m)^\* +(\d)", out)[0], "1", out)
            self.assertEqual(len(re.findall(r"(?m)^\*", out)), 2, out)
            self.assertEqual(re.findall(r"\$\d = (\d)", out), ["1", "4", "1", "1"], out)
            self.assertEqual(self.FRAME.findall(out)[-1][0], "0", out)

    def test_a_backtrace_of_a_goroutine_shows_arguments_unless_they_are_switched_off(self):
        for frames, said in (("all", r"(?m)^#\d +count \(yield.c:\d+\)  name=0x[0-9a-f]+"), ("none", r"(?m)^#\d +count \(yield.c:\d+\)$")):
            out = gdb(built(YIELD_ALONE), *Extension.AT3, "set print frame-arguments " + frames, "goroutine 2 bt")
            self.assertRegex(out, said)


class Following(unittest.TestCase):
    """gnext, gstep, gfinish and guntil stay with a goroutine, on whatever thread."""

    DEEP = r"""#include "rt0.h"
__attribute__((noinline)) static int down(int n)
{
	int below = 0;
	if (n > 0)
		below = down(n - 1);
	runtime_Gosched();
	return below + n;
}
__attribute__((noipa)) static int leaf(int n) { runtime_Gosched(); return n + 1; }
__attribute__((noipa)) static int tail(int n) { return leaf(n + 1); }
volatile int stay;
static void dive(void *arg)
{
	tail(1);
	fmt_Printf("%d\n", down((int)(long)arg));
	while (stay) runtime_Gosched();
}
void main_main(void)
{
	for (long i = 0; i < 3; i++) go(dive, (void *)3);
	while (runtime_NumGoroutine() > 1) runtime_Gosched();
}
"""

    @classmethod
    def setUpClass(cls):
        tmp = tempfile.TemporaryDirectory()
        cls.addClassCleanup(tmp.cleanup)
        cls.deep = os.path.join(tmp.name, "deep")
        with open(cls.deep + ".c", "w") as f:
            f.write(cls.DEEP)
        subprocess.run(["gcc", "@src/cflags", "-O1", "-foptimize-sibling-calls", "-g", "-Isrc", "-o", cls.deep, cls.deep + ".c", "@src/ldflags",
                        "build/librt0.a"], cwd=TOP, check=True)

    def follow(self, program, procs, *commands):
        return gdb(program, "set environment GOMAXPROCS %d" % procs, "set print thread-events off", *commands)

    def test_gfinish_comes_back_in_the_same_goroutine_on_any_number_of_threads(self):
        times = 100 if os.environ.get("RT0_LONG") else 5
        for program in (YIELD, debug_build("src")):
            for procs in (1, 2, 8):
                out = self.follow(program, procs, "python FUNCTIONS, TIMES = ['fmt_Printf', 'runtime_Gosched'], %d" % times,
                                  "source tests/gdb/finish.py")
                self.assertEqual(re.findall(r"(?m)^wrong.*|.*Error(?! removing).*", out), [], "%s on %d" % (program, procs))
                self.assertEqual(re.findall(r"(?m)^(\w+): (\d+) of \d+ came", out),
                                 [("fmt_Printf", str(times)), ("runtime_Gosched", str(times))], out[-2000:])

    def test_a_function_that_calls_itself_is_left_once(self):
        for command in ("gfinish", "gnext"):
            out = self.follow(self.deep, 2, "tbreak down if n == %d && $on(2)" % (2 if command == "gfinish" else 3), "run",
                              *["gnext"] * 2 * (command == "gnext"), "echo ---\\n", command, "print $g().goid", "bt")
            said = out.split("---\n")[-1]
            self.assertIn("$1 = 2\n", said, out)
            self.assertEqual(len(re.findall(r"(?m)^#\d+ .*\bdown \(", said[said.index("$1"):])), 1, out)

    def test_gfinish_passes_over_the_frames_of_tail_calls(self):
        out = self.follow(self.deep, 2, "python FUNCTIONS, TIMES = ['leaf'], 4", "disassemble tail", "tbreak leaf", "run", "bt",
                          "source tests/gdb/finish.py")
        self.assertRegex(out, r"jmp +0x\w+ <leaf>")
        self.assertRegex(out, r"(?m)^#1 .* in tail \(")
        self.assertIn("leaf: 4 of 4 came back", out)

    def test_gnext_goes_from_line_to_line_of_one_goroutine(self):
        out = self.follow(debug_build("src"), 2, "tbreak count if $on(3)", "run", *["gnext"] * 3, "print $g().goid",
                          *["gnext"] * 3, "print $g().goid")
        lines = re.findall(r"(?m)^(\d+)\t", out)
        self.assertEqual(lines, ["10", "11", "12", "13", "11", "12", "13"], out)
        self.assertEqual(re.findall(r"= (\d+)", out)[-2:], ["3", "3"])

    def test_a_parked_goroutine_that_is_selected_can_be_stepped(self):
        out = self.follow(YIELD, 1, "tbreak count if $on(3)", "run", "tbreak runtime_Gosched", "continue", "delete", "goroutine 1", "gnext", "print $g().goid", "gnext", "print $g().goid")
        self.assertNotIn("not in list", out)
        self.assertEqual(re.findall(r"(?m)^\$\d = (\d)", out), ["1", "1"], out)

    def test_gstep_goes_into_what_a_line_calls_also_through_a_register(self):
        out = self.follow(debug_build("src"), 2, "tbreak main_main", "run", "gnext 2", "gstep", "gfinish", "tbreak doInit1",
                          "run", "gnext 2", "gstep")
        self.assertRegex(out, r"(?m)^#0 +go \(.*\n(.*\n)*#0 .* main_main \(\)")
        self.assertRegex(out, r"t->fn\(\);\n(a call through a register:\n.*\n)?.*_init \(\)")

    def test_one_who_ends_on_the_way_says_so_and_so_does_the_program(self):
        out = self.follow(YIELD, 2, "tbreak count if $on(3)", "run", "guntil main_main", "gnext 99")
        self.assertRegex(out, r"goroutine 3 ends here\n#0 +goexit1")
        self.assertIn("goroutine 3 has ended\n", out)
        out = self.follow(YIELD, 2, "tbreak main_main", "run", "guntil count", "print $g().goid", "gfinish")
        self.assertIn("the program ends, before goroutine 1 has got there\n", out)
        self.assertRegex(out, r"(?m)^\$1 = 1\n")
        self.assertIn("goroutine 1 has not got there: the program has ended\n", out)

    def test_another_breakpoint_ends_a_journey(self):
        out = self.follow(YIELD, 1, "tbreak count if $on(3)", "run", "guntil runtime_Gosched", "tbreak count if $on(2)", "gfinish",
                          "python print([p.number for p in gdb.breakpoints()])")
        self.assertRegex(out, r"hit Temporary breakpoint \d+, count .*\n.*\ngoroutine 3 has not got there\n\[\]")

    def test_a_goroutine_that_is_selected_is_the_one_that_is_followed(self):
        out = self.follow(built(YIELD_ALONE), 1, "tbreak count if $g().goid == 3", "run", "goroutine 2", "gfinish", "print $g().goid",
                          "goroutine 3", "guntil fmt_Printf", "print $g().goid")
        self.assertEqual(re.findall(r"(?m)^\$\d = (\d)", out), ["2", "3"], out)

    def test_a_breakpoint_can_belong_to_a_goroutine(self):
        out = self.follow(YIELD, 2, "break main_main", "run", "goroutine 3 break fmt_Printf", "goroutine 2 tbreak count if 1",
                          "goroutine 4 break nonsense", "gbreak runtime_NumGoroutine",
                          "info breakpoints", "continue", "print $g().goid")
        self.assertIn("stop only if $on(3)\n", out)
        self.assertIn("stop only if $on(2) && (1)\n", out)
        self.assertIn("stop only if $on(1)\n", out)
        self.assertIn('Function "nonsense" not defined.', out)

    def test_before_there_is_a_goroutine_they_are_those_of_gdb(self):
        out = self.follow(YIELD, 1, "gnext", "gbreak main_main", "starti", "gnext", "gstep", "gbreak main_main",
                          "guntil check", "gfinish")
        self.assertEqual(out.count("the program has not started; say starti or run\n"), 2, out)
        self.assertIn("_rt0_amd64 ()", out)
        self.assertRegex(out, r"(?m)^check \(\)(.*\n)+#0 .*rt0_go \(\)")
        self.assertIn("no goroutine yet; say break\n", out)

    def test_while_the_program_runs_a_look_says_how_to_stop_it(self):
        said = answers(self.deep, ("break dive", "run", "delete", "set var stay = 1", "continue &"),
                       "print $g()", "goroutine 1 bt", "info sched", "context", "gnext", "gbreak down",
                       "python gdb.flush(); os._exit(0)")[:-1]        # and the kernel ends the program
        self.assertEqual([re.sub(r"\[New .*\n", "", one) for one in said], ["the program is running; say interrupt\n"] * 6)

    def test_an_interrupt_ends_a_journey(self):
        out = self.follow(self.deep, 1, "break dive", "run", "delete",
                          "python import threading, os, signal; p = gdb.selected_inferior().pid; "
                          "threading.Timer(0.3, lambda: os.kill(p, signal.SIGINT)).start()", "set var stay = 1", "gfinish", "kill")
        self.assertRegex(out, r"received signal SIGINT(.*\n)+goroutine \d has not got there\n")


class Stops(unittest.TestCase):
    """What is said at a stop: the context, and that GDB's next has come to another goroutine."""

    BAD = re.compile(r"(?m)^.*(?:Exception|Traceback|Error |error:).*")

    def typed(self, program, *lines, procs=1):
        """What GDB says to these lines at its prompt."""
        argv = ["gdb", "-nx", "-q", "-iex", "set may-call-functions off", "-x", "gdb/rt0.py", program]
        for command in QUIET[::-1]:
            argv[3:3] = ["-iex", command]
        env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "TERM": "dumb", "GOMAXPROCS": str(procs)}
        return subprocess.run(argv, cwd=TOP, env=env, input="\n".join(lines) + "\n", timeout=60, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True).stdout

    def test_the_context_names_the_stack_at_each_instruction_of_a_switch(self):
        check = ("python\nbad, seen = [], set()\n"
                 "for _ in range(160):\n"
                 "    sp, line = int(gdb.newest_frame().read_register('rsp')), whereabouts()\n"
                 "    on = ['G%d' % int(g['goid']) for g in allgs() if int(g['stack']['lo']) < sp <= int(g['stack']['hi'])]\n"
                 "    if not line.endswith(', on the stack of ' + (on + ['g0'])[0]): bad.append(line)\n"
                 "    seen.add(line)\n"
                 "    gdb.execute('stepi', to_string=True)\n"
                 "print(bad, sorted(seen))")
        out = gdb(YIELD, "tbreak runtime_Gosched", "run", check)
        self.assertIn("[] [", out)
        for line in ("M0 P0 G1 -> G4, on the stack of G1", "M0 P0 G1 -> G4, on the stack of G4", "M0 P0 G4, on the stack of G4"):
            self.assertIn("'%s'" % line, out)
        out = gdb(built(YIELD_ALONE), "tbreak runtime_Gosched", "run", check)
        for line in ("M0 P0 G1 -> g0, on the stack of g0", "M0 P0 g0 -> G2, on the stack of g0", "M0 P0 g0 -> G2, on the stack of G2"):
            self.assertIn("'%s'" % line, out)
        self.assertNotIn("'M0 P0 G1, on the stack of g0'", out)

    def test_a_context_has_six_lines_at_most_and_is_never_an_error(self):
        every = "python\nfor _ in range(%d):\n    n = len(context_lines())\n    assert n <= 6, n\n    gdb.execute('%s', to_string=True)"
        for program, commands in ((YIELD, ["starti", every % (150, "stepi"), "tbreak main_main", "continue", every % (100, "stepi")]),
                                  ("/bin/true", ["starti", every % (9, "stepi")])):
            out = gdb(program, "context", *commands, "context", "kill", "context", "core-file /none", "context maybe")
            self.assertEqual(self.BAD.findall(out), [])
            if program == YIELD:
                self.assertIn("the program has not started; say starti or run\n", out)
                self.assertIn("the program has ended; say run\n", out)
            self.assertIn("say context, context on or context off\n", out)
        with tempfile.TemporaryDirectory() as tmp:
            out = gdb(YIELD, "break *main_main", "run", "gcore %s/core" % tmp, "echo ---\\n", "context")
            dead = gdb(YIELD, "echo ---\\n", "context", core=tmp + "/core")
            self.assertIn("M0 ", out.split("---\n")[1])
            self.assertEqual(self.BAD.findall(dead), [])

    def test_the_context_is_said_at_the_prompt_when_it_is_on(self):
        out = self.typed(built(YIELD_ALONE), "tbreak count", "run", "context on", "stepi", "next", "context off", "stepi", "context on", "print 1")
        self.assertEqual(out.count("M0 P0 G2, on the stack of G2\n"), 2, out)
        self.assertRegex(out, r"=> 0x\w+ <count\+\d+>:.*\n.*\n.*\nP0  running  M0  runq: G3 G4 G1\n(.*\n)+rbx 0x1  rbp 0x\w+  rsp 0x\w+\nP0 ")
        self.assertNotIn("on the stack", gdb(built(YIELD_ALONE), "context on", "tbreak count", "run", "stepi"))

    def test_next_and_finish_say_whom_they_have_lost_and_what_would_not(self):
        out = self.typed(YIELD, "set scheduler-locking on", "tbreak goexit1", "run", "context on", "print $g().goid", "next", "next", "next",
                         "next", "next", "next", "delete", "finish", "finish", "kill")
        self.assertEqual(self.BAD.findall(out), [], out)
        self.assertEqual(len(re.findall(r"(?m)^\(gdb\) next waits for this thread; gnext waits for goroutine \d, on whatever thread$", out)), 1, out)
        self.assertRegex(out, r"next began in goroutine \d, and (this is (goroutine \d|another stack)|the program has ended); gnext stays with a goroutine\n")
        out = self.typed(YIELD, "tbreak main_main", "run", "finish", "finish", "finish")
        self.assertIn("finish began in goroutine 1, and the program has ended; gfinish stays with a goroutine\n", out)

    def test_finish_is_refused_where_nothing_returns_and_g0_has_its_name(self):
        out = self.typed(built(YIELD_ALONE), "tbreak gogo", "run", "context on", "finish", "gfinish", "up", "finish", "up", "finish",
                         "gfinish 77", "stepi 12", "tbreak gogo", "run", "up 3", "finish")
        for function in ("gogo", "gogo", "execute", "schedule"):
            self.assertIn("(gdb) %s does not return\n" % function, out)
            out = out[out.index("%s does not return" % function) + 1:]
        self.assertIn("(gdb) gfinish takes no argument, and so not 77\n", out)
        self.assertIn("stepi began in g0, and this is goroutine 1\n", out)
        self.assertIn("finish began in g0, and the program has ended\n", out)

    def test_no_argument_is_shown_that_a_switch_has_overwritten(self):
        steps = ("python\nfor _ in range(30):\n    print('step', gdb.parameter('print frame-arguments'))\n"
                 "    for c in 'stepi', 'bt', 'goroutine 1 bt': gdb.execute(c)")
        out = gdb(YIELD, "set print frame-arguments scalars", "tbreak runtime_Gosched", "run", "tbreak gswitch", "continue",
                  steps, "tbreak count", "continue", "show print frame-arguments")
        inside = [step for step in out.split("step ") if re.search(r"(?m)^#0 .*gswitch \(", step)]
        self.assertGreater(len(inside), 10, out[-2000:])
        for step in inside:
            self.assertNotRegex(step, r"\b(to|from|gp|arg|unlockf)=(?!<optimized out>)")
            self.assertRegex(step, r"(?m)^#0 .* gswitch \(\.\.\.\)")
        self.assertRegex("".join(inside), r"(?m)^#\d +gswitch \(switch.h:\d+\)  \.\.\.$")
        self.assertRegex(out, r"\bcount \(name=0x")
        self.assertTrue(out.endswith('"scalars".\n'), out[-200:])

    def test_a_goroutine_that_no_thread_runs_cannot_be_stepped_by_gdb(self):
        out = self.typed(built(YIELD_ALONE), "tbreak count if $g().goid == 3", "run", "goroutine 2", "stepi", "finish", "print $g().goid",
                         "goroutine", "stepi", "print $g().goid")
        self.assertIn("goroutine 2 is selected, and no thread is on it; say gnext, or goroutine alone to go back to the thread\n", out)
        self.assertIn("say gfinish, or", out)
        self.assertEqual(re.findall(r"\$\d = (\d)", out), ["2", "3"], out)


class SeveralThreads(unittest.TestCase):
    """tests/gdb/threads.c has two threads and all that a scheduler has."""

    AT = ("set print thread-events off", "break checkpoint", "run")
    MEET = ("set print thread-events off", "starti", "meet")

    @classmethod
    def setUpClass(cls):
        cls.tmp = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.tmp.cleanup)
        cls.new = cls.build("new")
        cls.old = cls.build("old", "-DOLD")

    @classmethod
    def build(cls, name, *flags):
        path = os.path.join(cls.tmp.name, name)
        subprocess.run(["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror",
                        "-O1", "-g", "-ffreestanding", "-fno-pie", "-static",
                        "-no-pie", "-nostdlib", "-fno-stack-protector",
                        "-fcf-protection=none", *flags, "-o", path,
                        "tests/gdb/threads.c"], cwd=TOP, check=True)
        return path

    def test_each_running_goroutine_is_found_on_its_own_thread(self):
        for program in (self.new, self.old):
            for selected, first, second in (("thread 1", r"\*", " "), ("thread 2", " ", r"\*")):
                out = gdb(program, *self.AT, selected, "info goroutines")
                for line in (first + r"    1  running   checkpoint \(.*\), began in main_main \[M0\]",
                             r"     2  waiting   reader \(threads.c:\d+\)",
                             r"     3  (runnable  not started, will run|in flight about to begin) worker",
                             second + r"    4  running   (spinner|turn) \(.*\[M1\]",
                             r"     5  runnable  not started, will run worker"):
                    self.assertRegex(out, "(?m)^%s" % line)

    def test_fields_of_later_chapters_are_shown_where_they_exist(self):
        out = gdb(self.new, *self.AT, "info goroutines", "info sched",
                  "print $p(0)")
        self.assertRegex(out, r"2  waiting   reader \(.*\) \[chan receive\]")
        for line in ("P0   running  M0  next: G3  runq: G5",
                     "P1   running  M1  next: -  runq:", "sched runq: G6",
                     "M2 no P g0  next: P1  idle  no thread",
                     "M1 P1 G4  spinning  thread 2", "M0 P0 G1  thread 1",
                     "$1 = P0 running = {next[0] = G3 runnable worker, "
                     "runq[0] = G5 runnable worker}"):
            self.assertIn(line + "\n", out)

    def test_fields_that_do_not_exist_are_not_missed(self):
        out = gdb(self.old, *self.AT, "info goroutines", "info sched",
                  "print $p(0)")
        self.assertNotIn("chan receive", out)
        for line in ("P0   running  M0  runq: G5", "P1   running  M1  runq:",
                     "M2 no P g0  no thread", "M1 P1 G4  thread 2",
                     "$1 = P0 running = {runq[0] = G5 runnable worker}"):
            self.assertIn(line + "\n", out)

    def test_every_stack_of_either_thread_is_shown(self):
        out = gdb(self.new, *self.AT, "goroutine all bt")
        stacks = out[out.index("goroutine 1 ["):].split("\ngoroutine ")
        self.assertEqual(len(stacks), 6)
        for stack, root in zip(stacks, ("goexit", "goexit", "worker", "goexit",
                                        "goexit", "goexit")):
            self.assertIn(root, stack.strip().splitlines()[-1])
        self.assertRegex(stacks[1], r"2 \[waiting\] \[chan receive\]:\n#\d   gopark")
        self.assertIn("4 [running] [M1]:\n", stacks[3])

    def test_a_goroutine_without_a_stack_is_told_in_one_line(self):
        out = gdb(self.new, *self.AT, "echo ---\\n", "goroutine 3 bt",
                  "goroutine 3 info locals").split("---\n")[1]
        self.assertEqual(
            out.splitlines(),
            ["#0   worker (not started, without a stack until it runs)",
             "goroutine 3 has not started: it gets its stack when it first "
             "runs worker"])

    def test_a_core_file_of_two_threads_shows_the_same(self):
        look = ("echo ---\\n", "info goroutines", "info sched",
                "goroutine all bt", "goroutine 4 print $m()",
                "goroutine 2 print $g()", "print $g()")
        core = os.path.join(self.tmp.name, "core")
        live = gdb(self.new, *self.AT, "gcore " + core, *look)
        dead = gdb(self.new, *look, core=core)
        # With AMX GDB 16 does not know the size of what it has written itself; it shows the registers all the same.
        dead = re.sub(r"(?m)^warning: Unexpected size of section `\.reg-xstate/\d+' in core file\.\n", "", dead)
        self.assertEqual(live.split("---\n")[1], dead.split("---\n")[1])
        self.assertIn("$1 = M1 P1 G4\n$2 = G2 waiting reader\n"
                      "$3 = G1 running main_main\n", dead)

    def test_a_newborn_thread_does_not_pass_for_its_parent(self):
        out = gdb(self.new, *self.MEET, "info goroutines", "info sched",
                  "thread 2", "print $g()")
        self.assertRegex(out, r"(?m)^\*    1  running   main_main \(threads.c:\d+\) \[M0\]$")
        self.assertIn("M0 P0 G1  thread 1\n", out)
        self.assertIn("M1 no P g0  spinning  no thread\n", out)
        self.assertIn("no g yet: this thread still has the thread pointer of "
                      "M0; continue past settls\n", out)

    def test_broken_data_costs_one_line_and_not_the_others(self):
        out = gdb(self.new, *self.AT,
                  "set var gs[2].waitreason = (char *)8",
                  "set var p0.runqhead = 7",
                  "set var p0.runnext = (struct g *)16",
                  "set var m1.procid = 1",
                  "set var gs[5].sched.sp = 0", "set var gs[5].sched.pc = 9",
                  "info goroutines", "info sched", "goroutine 5 bt",
                  "print gs[5].sched.sp")
        self.assertIn(" [no memory at 0x8]\n", out)
        self.assertIn("P0   running  M0  next: G?0x10  runq: "
                      "(the ring is corrupt: head 7, tail 0)\n", out)
        self.assertIn("M1 P1 G4  spinning  thread 2\n", out)
        self.assertRegex(out, r"(?m)^     6  runnable  not started, will run worker")
        self.assertIn("$1 = 0\n", out)
        self.assertNotIn("Traceback", out)

    def test_the_log_says_which_m_it_was(self):
        out = gdb(self.new, *self.AT[:2], "rt0-trace on", "run")
        self.assertIn("[rt0] watching clone stopm\n", out)
        self.assertIn("[rt0] G1 makes a thread\n", out)
        self.assertIn("[rt0] M1: has nothing to do\n", out)

    def test_the_window_shows_what_fits_into_it(self):
        fake = ("python\nclass W:\n width, height = 30, 7\n"
                " def is_valid(self): return True\n"
                " def erase(self): print('---')\n"
                " def write(self, s): print(s, end='')\n"
                "SchedWindow(W()).render()")
        out = gdb(self.new, *self.AT, "up", fake,
                  "python print(gdb.selected_frame().level())")
        rows = out.split("---\n")[1].splitlines()
        self.assertEqual(rows[0], "P0   running  M0  next: G3  r")
        self.assertEqual(len(rows), 8)
        self.assertEqual(rows[-1], "1")

    def test_two_threads_that_meet_print_the_same_forty_times(self):
        script = self.MEET + (
            "info goroutines", "thread 2", "break spinner", "continue",
            "info goroutines", "info sched", "goroutine all bt", "delete",
            "tbreak turn", "continue", "finish", "thread 1",
            "break checkpoint", "continue", "info goroutines", "print turns",
            "set scheduler-locking off", "delete", "kill")
        runs = gdb(self.new, "python\nfor _ in range(40):\n    print('====')\n    for c in %r: gdb.execute(c)" % (script,)
                   ).split("====\n")[1:]
        self.assertEqual(len(runs), 40, runs[-1])
        runs = {re.sub(r"(LWP|process|[Bb]reakpoint) \d+|\$\d+(?= =)|(?m:^(?:warning: )?4\t.*\n)", r"\1 N", run) for run in runs}
        self.assertEqual(len(runs), 1, "\n====\n".join(sorted(runs)[:2]))
        run = runs.pop()
        self.assertIn("thread 1 and its new thread 2 stand behind the system "
                      "call in clone\n", run)
        self.assertIn(" N = 1\n[Inferior 1 (process N) killed]", run)

    def test_meet_fails_in_one_line(self):
        alone = answers(built(YIELD_ALONE), ("starti",), "meet", "meet main_main", "meet Syscall6")
        new, _, _, reader, *_, ended = answers(self.new, (), "meet", "starti", "break reader", "meet", "kill", "delete", *self.AT,
                                               "thread 1", "set var turns = 0", "delete", "set scheduler-locking off", "meet")
        for out, says in zip(alone + [new, reader, ended], (
                "no function clone: this program makes no threads; say meet FUNCTION if it has another name",
                "no system call in main_main", "Syscall6 made no thread: rax is ",
                "the program has not started; say starti or run", "stopped at reader (threads.c:",
                "the program ended before it made a thread")):
            self.assertTrue(out.strip().splitlines()[-1].startswith(says), out)


class Book(unittest.TestCase):
    def test_breakpoints_by_chunk_work_in_c_and_in_assembly(self):
        debug_build("chapter")
        for program in (YIELD, "build/debug/chapter/examples/yield"):
            for chunk in ("load the callee-saved registers", "take the arguments"):
                out = gdb(program, "break-chunk " + chunk, "run", "chunk")
                self.assertIn("<%s>" % chunk, out, program)

    def test_a_program_of_a_chapter_has_the_chunks_of_that_chapter(self):
        """The same file has other lines after a later chapter, so each state has maps of its own."""
        out = gdb("build/chapters/%s/busy" % number("stealing"), "chunk ringget", "chunk findrunnable", "chunk newproc")
        origins = [int(n) for n in re.findall(r"^chunk (\d+)\.", out, re.MULTILINE)]
        self.assertEqual(len(origins), 3, out)
        self.assertLessEqual(max(origins), int(number("stealing")), out)

    def test_a_misspelt_chunk_gets_a_hint(self):
        misspelt, none, chapter = answers(YIELD, (), "break-chunk find a varaible", "break-chunk <<replace: take the steps>>=",
                                          "break-chunk 6")
        self.assertIn("did you mean <find a variable>?", misspelt)
        self.assertRegex(none, r"^the book has no chunk <take the steps>.*\n$")
        self.assertEqual(chapter, "the book has no chunk <6>; did you mean <6.1>?\n")

    def test_a_chunk_may_be_copied_from_the_screen_and_a_function_is_one_too(self):
        copied, function, name, point = answers(YIELD, (), "break-chunk <<replace: find a goroutine to run>>=", "break-chunk gogo",
                                                "chunk <go from stack to stack>", "break-chunk go from stack to stack")
        self.assertRegex(copied, r"^Breakpoint 1 at 0x\w+: file .*\n$")
        self.assertRegex(function, r"^Breakpoint 2 at 0x\w+: file .*switch_amd64.S, line \d+.\n$")
        number = re.search(r"^chunk (\S+) <go from stack to stack>, book/\d\d-\S+:\d+\n$", name)[1]
        by_number, same = answers(YIELD, (), "chunk " + number, "break-chunk " + number)
        self.assertEqual(by_number, name)
        self.assertEqual(same.split(" at ")[1], point.split(" at ")[1].replace("Note: breakpoint 2 also set", ""))

    def test_an_m_has_a_number(self):
        looked = at_green(YIELD)
        self.assertRegex(looked["print $m(0)"], r"= M0 P0 G3\n")
        self.assertEqual(looked["print $m(77)"], "no M77; see info sched\n")
        self.assertRegex(looked['print $m("x")'], r" is no number\n")

    def test_book_names_section_and_page_that_exist(self):
        place, name = answers(YIELD, (), "book gogo", "book go from stack to stack")
        self.assertEqual(place.split("\n")[1:], name.split("\n")[1:])     # they begin in different lines of one chunk
        page, anchor = re.search(r"page: (\S+)#(\S+)", place).groups()
        self.assertRegex(place, r"(?m)^section: \S+")
        with open(os.path.join(TOP, page)) as f:
            self.assertIn('id="%s"' % anchor, f.read())


    def test_a_frame_filter_names_the_chunks_of_a_backtrace(self):
        out = gdb(YIELD, "break gogo", "run", "backtrace 1",
                  "enable frame-filter global rt0-chunks", "backtrace 1")
        plain, named = re.findall(r"(?m)^#0 .*", out)
        self.assertIn("switch_amd64.S", plain)
        self.assertIn("<go from stack to stack>", named)

    def test_the_frame_filter_also_holds_for_goroutines(self):
        out = gdb(YIELD, "break gogo", "run",
                  "enable frame-filter global rt0-chunks", "goroutine 1 bt")
        self.assertRegex(out, r"(?m)^#\d   goexit "
                         r"\(<end the goroutine whose function has returned>:\d+\)$")

    def test_the_program_names_the_extension_for_those_who_ask(self):
        with tempfile.TemporaryDirectory() as tmp:
            obj = os.path.join(tmp, "asm.o")
            for flag, count in (("-DNOTHING", 0), ("-DGDB_SCRIPTS", 1)):
                subprocess.run(["gcc", "@src/cflags", "-Isrc", flag, "-c", "-o", obj,
                                "src/boot/asm_amd64.S"], cwd=TOP, check=True)
                sections = subprocess.run(
                    ["readelf", "-SW", obj], check=True, text=True,
                    stdout=subprocess.PIPE).stdout
                self.assertEqual(sections.count(".debug_gdb_scripts"), count)


class Prose(unittest.TestCase):
    """What a chapter says must not change what a debugger shows."""

    def test_a_paragraph_more_in_each_chapter_changes_no_tangled_file(self):
        with tempfile.TemporaryDirectory() as tmp:
            shutil.copytree(os.path.join(TOP, "book"),
                            os.path.join(tmp, "book"))
            chapters = sorted(
                "book/" + name for name in os.listdir(tmp + "/book")
                if re.match(r"\d\d-.*\.nw$", name))
            for name in chapters:
                with open(os.path.join(tmp, name)) as f:
                    text = f.read()
                with open(os.path.join(tmp, name), "w") as f:
                    f.write(text.replace("\n## ", "\nA paragraph more.\n\n"
                                         "And another one.\n\n## "))
            subprocess.run(["book/tools/tangle.sh", "out"] + chapters,
                           cwd=tmp, check=True)
            out = pathlib.Path(tmp, "out")
            for path in out.rglob("*"):
                if path.is_file() and not path.name.startswith("tangled."):
                    path = path.relative_to(out)
                    self.assertEqual((out / path).read_text(), pathlib.Path(TOP, path).read_text(), path)

    def test_no_debugger_session_shows_a_line_of_a_chapter(self):
        sys.path.insert(0, os.path.join(TOP, "tests"))
        import transcripts
        blocks = transcripts.find_blocks(pathlib.Path(TOP))
        shown = [(block.where, line) for block in blocks
                 if block.kind == "gdb" for line in block.text]
        self.assertGreater(len(shown), 100)
        self.assertEqual([(where, line) for where, line in shown
                          if re.search(r"\.nw\W+(line )?\d", line)], [])


class Tour(unittest.TestCase):
    def test_the_tour_passes_every_stage_up_to_main(self):
        out = gdb("build/examples/hello", script="gdb/tour.py")
        stages = re.findall(r"(?m)^ ?(\d+)\. (\w+)", out)
        self.assertEqual([int(n) for n, _ in stages],
                         list(range(1, len(stages) + 1)))
        self.assertEqual(stages[-1][1], "main_main")
        self.assertIn("hello, world", out)

    CLAIMS = (      # stage, what its sentence says, and that as GDB can see it there
        ("_rt0_amd64_linux", "Nothing of ours has run", "$fs_base == 0 && g0.stack.hi == 0"),
        ("_rt0_amd64_linux", "argc is on top of the stack", "*(long *)$rsp == 1"),
        ("rt0_go", "argc and argv are in registers", "$rdi == 1 && $rsi == $rsp + 8"),
        ("settls", "g0 has bounds", "$rsp > g0.stack.lo && $rsp < g0.stack.hi && $fs_base == 0"),
        ("check", "%fs:-8 is g0", "*(long *)($fs_base - 8) == (long)&g0"),
        ("check", "g0 and m0 know each other", "g0.m == &m0 && m0.g0 == &g0"),
        ("args", "follow one another up the stack", "$rdi == 1 && ((long *)$rsi)[1] == 0 && $rsi > $rsp"),
        ("osinit", "osinit finds out", "ncpu == 0 && physHugePageSize == 0"),
        ("schedinit", "at the end one P for each processor", "ncpu > 0 && allp == 0"),
        ("newproc", "m0 has P0", "m0.p == allp[0] && allp[0]->m == &m0 && gomaxprocs <= ncpu"),
        ("newproc", "is about to be made", "allgs == 0"),
        ("newproc", "to run runtime_main", "$rdi == (long)runtime_main"),
        ("mstart", "Goroutine 1 waits", "allgs->goid == 1 && allgs->stack.hi == 0"),
        ("mstart", "on the pile of P0", "allp[0]->piled[0] == allgs && allgs->atomicstatus == Grunnable"),
        ("mstart", "on the stack of g0", "$rsp > g0.stack.lo && $rsp < g0.stack.hi"),
        ("gogo", "has given goroutine 1 a stack", "((struct gobuf *)$rdi)->g == allgs && allgs->stack.hi > allgs->stack.lo"),
        ("gogo", "jump into goexit", "((struct gobuf *)$rdi)->pc == (long)goexit + 1"),
        ("runtime_main", "goexit has called it", "*(long *)$rsp > (long)goexit && *(long *)$rsp < (long)goexit + 20"),
        ("runtime_main", "on goroutine 1's own stack", "$rsp > allgs->stack.lo && $rsp < allgs->stack.hi"),
        ("doInit", "first the runtime's own", "$rdi == (long)runtime_inittasks"),
        ("main_main", "still on goroutine 1", "(*(struct g **)($fs_base - 8))->goid == 1"),
    )

    def test_what_the_tour_claims_of_a_stage_is_in_memory_there(self):
        with open(os.path.join(TOP, "gdb", "tour.py")) as f:
            tour = next(ast.literal_eval(a.value) for a in ast.parse(f.read()).body
                        if isinstance(a, ast.Assign) and a.targets[0].id == "STAGES")
        sentences, commands = {function: sentence for function, _, sentence in tour}, []
        for function in sentences:
            commands += ["tbreak *" + function, "continue" if commands else "run"]
            commands += ['printf "claim %d %%d\\n", %s' % (n, e) for n, (at, _, e) in enumerate(self.CLAIMS) if at == function]
        out = gdb("build/examples/hello", *commands, script=None)
        held = dict(re.findall(r"(?m)^claim (\d+) (.*)$", out))
        self.assertEqual({at for at, _, _ in self.CLAIMS}, set(sentences))
        for n, (at, words, expression) in enumerate(self.CLAIMS):
            self.assertIn(words, sentences[at])
            self.assertEqual(held.get(str(n)), "1", "%s: %s (%s)\n%s" % (at, words, expression, out[-600:]))

    def test_the_tour_names_the_chapters_that_the_table_of_the_boot_names(self):
        with open(os.path.join(TOP, "book", number("the-main-goroutine") + "-the-main-goroutine.nw"), encoding="utf-8") as f:
            rows = re.findall(r"(?m)^\| (\[\[.*?) \|.*?\| (?:\[\]\(#([a-z0-9-]+)\)[^|]*|this one) \|", f.read())
        built = {name: str(int(number(chapter or "the-main-goroutine")))
                 for names, chapter in rows for name in re.findall(r"\[\[(\w+)\]\]", names)}
        self.assertGreater(len(built), 15)
        out = gdb("build/examples/hello", script="gdb/tour.py")
        stages = re.findall(r"(?m)^ ?\d+\. (\w+)  chapter (\d+)", out)
        self.assertEqual([(name, built[name]) for name, _ in stages], stages)

    def test_a_program_that_cannot_run_is_one_line(self):
        with tempfile.TemporaryDirectory() as tmp:
            out = gdb(os.path.join(tmp, "none"), script="gdb/tour.py")
        lines = out.splitlines()
        self.assertEqual(lines[-1], 'tour: No symbol table is loaded.  Use the "file" command.')
        self.assertEqual([line for line in lines[:-1] if "none: No such file" not in line and "No symbol table" not in line],
                         [], "GDB itself says two lines")


def stage_scripts():
    """(path, program, arguments) of each stage script, by its usage line."""
    for name in sorted(os.listdir(os.path.join(TOP, "gdb"))):
        if name.endswith(".gdb"):
            with open(os.path.join(TOP, "gdb", name)) as f:
                usage = re.search(r"(?m)^#\s+gdb -x (\S+)\s+(?:--args )?"
                                  r"(\S+)[ \t]*(.*)$", f.read())
            yield name, usage and usage.groups()


class Calls(unittest.TestCase):
    """A debugger calls no function of the program: GDB 13 cannot do so where registers need 11 KB.

    It saves and restores all of them around the call. Every GDB that a test starts is told to refuse,
    so that a call fails here as it does on a processor with AMX. Chapter 5 shows how to do without.
    """

    def test_every_gdb_that_a_test_starts_refuses_to_call_a_function(self):
        started = 0
        for folder, _, names in os.walk(os.path.join(TOP, "tests")):
            for name in names:
                if name.endswith(".py") or name == "run":
                    with open(os.path.join(folder, name), encoding="utf-8") as f:
                        for number, line in enumerate(f, 1):
                            if re.search(r'"gdb", +"-', line):
                                started += 1
                                self.assertIn('"-iex", "set may-call-functions off"', line, "%s:%d" % (name, number))
        self.assertGreater(started, 10)

    def test_so_does_every_gdb_of_a_benchmark(self):
        lines = [line for path in pathlib.Path(TOP, "bench").iterdir() if path.is_file()
                 for line in path.read_text(encoding="utf-8").splitlines() if re.search(r"\bgdb -nx", line) and line[0] != "#"]
        self.assertEqual([line for line in lines if "set may-call-functions off" not in line], [])
        self.assertGreater(len(lines), 2)

    def test_a_walk_that_calls_a_function_fails_on_every_machine(self):
        sys.path.insert(0, os.path.join(TOP, "tests"))
        import transcripts
        with tempfile.TemporaryDirectory() as tmp:
            for command in ("print nanotime()", "call nanotime()", "python gdb.parse_and_eval('nanotime()')",
                            "break runtime_Gosched if nanotime() > 0\ncontinue"):
                with open(os.path.join(tmp, "walk.gdb"), "w") as f:
                    f.write("break *main_main\nrun\n%s\n" % command)
                try:
                    said = str(transcripts.run_gdb(pathlib.Path(TOP), pathlib.Path(tmp, "walk.gdb"), YIELD, ""))
                except transcripts.Failure as failure:
                    said = str(failure)
                self.assertIn("may-call-functions is off", said, command)

    def test_a_shell_session_with_gdb_calls_no_function(self):
        sys.path.insert(0, os.path.join(TOP, "tests"))
        import transcripts
        names = subprocess.run(["nm", "build/librt0-all.a"], cwd=TOP, check=True, text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL).stdout
        functions = set(re.findall(r" [tT] (\w+)$", names, re.M))
        sessions = [(block.where, entry.command) for block in transcripts.find_blocks(pathlib.Path(TOP))
                    if block.kind == "console" for entry in block.entries if "gdb -" in entry.command]
        self.assertGreater(len(sessions), 1)
        for place, command in sessions:
            self.assertEqual([name for name in re.findall(r"(?<![$\w])(\w+)\(", command) if name in functions], [], place)


class Stages(unittest.TestCase):
    def test_every_script_says_how_to_run_it(self):
        for name, usage in stage_scripts():
            self.assertIsNotNone(usage, name)
            self.assertEqual(usage[0], "gdb/" + name)

    def test_every_chapter_of_the_boot_has_a_script(self):
        have = {name[:2] for name, _ in stage_scripts()}
        self.assertLessEqual({"%02d" % n for n in range(1, int(number("the-main-goroutine")) + 1)}, have)

    def test_every_script_runs_to_its_end(self):
        for name, (script, program, words) in stage_scripts():
            if program.startswith("build/go/"):
                continue
            # one file, since a command behind a file that failed is executed
            with tempfile.NamedTemporaryFile("w", suffix=".gdb") as both:
                both.write("source %s\necho the end\\n\n" % script)
                both.flush()
                out = gdb(program, "set args " + words, "source " + both.name, script=None)
            self.assertTrue(out.rstrip().endswith("the end"), "%s on %s:\n%s" % (name, program, out[-500:]))

    def test_every_walk_goes_to_its_end_in_the_build_for_stepping(self):
        for name, (_, program, _) in stage_scripts():
            chapter = re.match(r"build/chapters/(\d\d)/", program)
            if not chapter:
                continue
            built(program.replace("build/chapters", "build/debug/src-chapters"),
                  "debug-chapter-" + chapter.group(1), "VIEW=src")
            out = gdb(program, "stage " + name[:-4], "echo the end\\n", *self.tries(name), "echo tried\\n",
                      stages="build/debug/src-chapters")
            self.assertIn("the end\n", out, "%s:\n%s" % (name, out[-500:]))
            out, tried = out.split("the end\n")
            self.assertTrue(tried.endswith("tried\n"), name)
            self.assertNotRegex(tried, "Undefined|No symbol|Exception|not being run|Traceback|^No ", name)
            self.assertNotIn("The walk ends here.", out, name)
            self.assertNotIn("has no value: ", out, name)
            self.answered(name, out)
            self.assertNotIn("Traceback", out, name)

    def tries(self, name):
        """The commands that the last comment of a script says to try."""
        with open(os.path.join(TOP, "gdb", name)) as f:
            comment = re.findall(r"(?m)(?:^#.*\n)+\Z", f.read())[0]
        text = " ".join(line[1:].strip() for line in comment.splitlines())
        hints = re.findall(r"(?:Try|Then) (?:say )?(.*?)(?:[:?]|\.(?:\s|$))", text)
        pieces = [re.sub(r"^say | (until|a few|again|with|so that)\b.*", "", piece) for hint in hints
                  for piece in re.split(r",? and then |, and |, | and ", hint)]
        commands = [piece for piece in pieces if piece.split()[0] not in ("a", "at", "look", "see", "so") and "as before" not in piece]
        self.assertTrue(commands, "%s tells nothing to try: %s" % (name, text))
        return commands

    def answered(self, name, out):
        """The numbers that a script has for answers are in what its commands print, or are how many frames there are."""
        with open(os.path.join(TOP, "gdb", name)) as f:
            questions = re.findall(r"(.{1,30}\?)(?:\n#)? \[(0x\w+|-?\d+)\]\n", f.read())
        for question, number in questions:
            shown = out[out.index(question):].split("\n\n#")[0]
            frames = re.findall(r"(?m)^#(\d+) ", shown)
            self.assertTrue(re.search(r"(?<![\d.])%s(?!\d)" % number, shown.split("?", 1)[1]) or
                            "0x" not in number and len(frames) == int(number), "%s: %s %s\n%s" % (name, question, number, shown))

    @unittest.skipUnless(os.path.exists(os.path.join(TOP, "build/go/hello")), "chapter 0 builds build/go/hello, if Go is here")
    def test_the_walks_of_chapter_0_go_through_a_program_of_go(self):
        out = gdb(YIELD, "stage 00")
        self.assertEqual(out.count("The walk ends here."), 0, out[-1000:])
        self.assertRegex(out, r"The walk 0\d-\S+ is over; the program (stands at|has ended)")
        for name, _ in stage_scripts():
            if int(name[:2]) == 0:
                self.assertIn("#   gdb -x gdb/" + name, out)

    def test_a_walk_ends_at_a_step_that_fails(self):
        out = gdb(YIELD, "python Stage.walk(None, ['print 1', 'python 1 / 0', 'print 2'])")
        self.assertIn("The walk ends here.", out)
        self.assertIn("$1 = 1", out)
        self.assertNotIn("$2 = 2", out)

    def test_an_unknown_stage_names_those_that_there_are(self):
        out = gdb(YIELD, "stage 56").strip()
        self.assertRegex(out, r"^no stage 56; there are .*\d\d-")
        self.assertEqual(out.count("\n"), 0)

    def test_a_walk_takes_the_scripts_in_the_order_of_the_chapter(self):
        out = gdb(YIELD, "stage 02")
        self.assertLess(out.index("gdb/02-rt0-go.gdb"),
                        out.index("gdb/02-old-processor.gdb"))

    def test_a_walk_shows_comments_and_commands(self):
        out = gdb(YIELD, "stage 90-goroutines")
        self.assertIn("(gdb) info goroutines", out)
        self.assertIn("# Goroutines", out)

    def at_a_terminal(self, stage, keys, first=()):
        """What GDB says to somebody who types the keys, one at each prompt."""
        keyboard, terminal = pty.openpty()
        walk = subprocess.Popen(
            ["gdb", "-nx", "-q", "-iex", "set may-call-functions off", "-iex", "set debuginfod enabled off",
             "-iex", "set height 0", "-x", "gdb/rt0.py", *first, "-ex", "stage " + stage, YIELD], cwd=TOP, stdin=terminal,
            stdout=terminal, stderr=terminal, start_new_session=True,
            env={"PATH": os.environ["PATH"], "TERM": "dumb",
                 "HOME": "/nonexistent"})
        os.close(terminal)
        said = b""
        try:
            for prompt, key in keys:
                said = self.until(keyboard, said, prompt.encode())
                os.write(keyboard, key.encode() + b"\n")
            said = self.until(keyboard, said, None)
        finally:
            walk.kill()
            walk.wait()
            os.close(keyboard)
        return said.decode().replace("\r", "")

    PAUSE = "[Enter] "

    def test_a_walk_at_a_terminal_waits_while_commands_are_typed(self):
        commands = ("up", "print 6 * 7", "blurb", "break goexit", "info frame", "")
        text = self.at_a_terminal("90-goroutines", [(self.PAUSE, key) for key in (
            "", *commands, "stepi", "", "q")] + [("yours.", "show print frame-info"), ("auto", ""), ("auto", "quit"), ("y or n", "y")])
        self.assertEqual(text.count("[Enter] goes on, q ends the walk, and any command"), 1, text)
        self.assertIn("# Goroutines, run queues and parked stacks.", text)
        self.assertNotIn("SPDX", text)
        self.assertIn("$1 = 42", text)
        self.assertIn('Undefined command: "blurb"', text)
        self.assertIn("Stack level 1", text)       # up has its effect until Enter
        self.assertEqual(text.count("You have moved the program"), 1, text)
        self.assertIn("27\t", text)                # a line of source, which the script hides
        self.assertIn("The walk 90-goroutines is over; the program stands at", text)
        self.assertIn("Next is make gdb STAGE=91, outside of GDB.", text)
        self.assertIn('Printing of frame information is "auto"', text)
        self.assertEqual(text.count("# Goroutines, run queues"), 1, text)   # Enter at the prompt is no new walk
        self.assertNotIn("[answer]", text)
        self.assertNotIn('["yes"]', text)

    def predicted(self, *keys):
        """What the walk of the loop says to somebody who predicts."""
        return self.at_a_terminal(number("the-main-goroutine") + "-loop", keys, ("-ex", "predict on"))

    def test_a_prediction_is_compared_with_what_happens(self):
        ask = "[answer] "
        text = self.predicted((ask, "info line go"), (ask, "2"), (ask, "in the middle"), (ask, "7"),
                              ("yours.", "predict maybe"), ("predict off", "quit"), ("y or n", "y"))
        self.assertIn("starts at address", text)        # a command works there
        self.assertIn("You expected 2. Right.", text)
        self.assertIn("You expected in the middle. It is at its beginning.", text)
        self.assertIn("You expected 7. It is 1.", text)
        self.assertLess(text.index("goroutine 2\r\n" if "\r" in text else "goroutine 2\n"), text.index("You expected 2."))
        self.assertNotIn("Traceback", text)

    def test_who_does_not_predict_is_not_judged(self):
        ask = "[answer] "
        self.assertNotIn("You expected", self.predicted((ask, ""), (ask, ""), (ask, ""), ("yours.", "quit"), ("y or n", "y")))
        text = self.predicted((ask, ""), (ask, "\x04"), ("yours.", "quit"), ("y or n", "y"))
        self.assertIn("The walk %s-loop is over" % number("the-main-goroutine"), text)
        self.assertNotIn("is loaded", text)             # the end of the input ends the walk
        self.assertNotIn("Traceback", text)

    def test_answers_are_numbers_or_words(self):
        out = gdb(YIELD, "break main_main", "run", "python for a, t in (('8 bytes', '8'), ('0x123', '291'), ('eight', '8'), "
                  "('1,024', '4 * 256'), ('-11', '-11'), ('', '0'), ('it is RUNNING', 'allgs->atomicstatus'), "
                  "('waiting', 'allgs->atomicstatus'), ('into GOEXIT', '\"goexit\"'), ('0x10', '17'), ('G2', '2'), ('G4, G1, G2', '\"4 1 2\"'), ('g0', '\"g0\"'), ('y', '\"yes\"'), ('y', '\"no\"'), "
                  "('unknown', '\"no\"'), ('no, it is not', '\"no\"')): "
                  "print('ok', *agree(a, gdb.parse_and_eval(t)))")
        self.assertEqual(re.findall("(?m)^ok (.*)$", out), [
            "True 8", "True 0x123", "False 8", "True 1024", "True -11", "False 0", "True Grunning", "False Grunning",
            "True goexit", "False 0x11", "True 2", "True 4 1 2", "True g0", "True yes", "False no", "False no", "True no"])

    def test_a_word_that_is_only_short_for_a_command_is_an_answer(self):
        out = gdb(YIELD, "python for line, truth in (('no', ''), ('queue', ''), ('main', ''), ('running', ''), ('8', ''), ('-11', ''), "
                  "('n', '\"yes\"'), ('y', '\"no\"'), ('goexit', ''), ('n', ''), ('bt', ''), ('info reg', ''), ('x/i $pc', ''), "
                  "('print 1', ''), ('!true', ''), ('i sched', ''), ('c', '8')): print('line', is_command(line, truth))")
        self.assertEqual(re.findall("(?m)^line (.*)$", out), ["False"] * 9 + ["True"] * 8)

    def test_without_a_terminal_no_prediction_is_asked_for(self):
        out = gdb(YIELD, "predict on", "stage 91-reverse", "predict", "predict off")
        self.assertNotIn("[answer]", out)
        self.assertIn("say predict on or predict off", out)
        self.assertIn("How many frames are there now?\n", out)
        self.assertNotIn("[2]", out)
        make = subprocess.run(["make", "-n", "gdb", "STAGE=01", "PREDICT=1"], cwd=TOP, stdout=subprocess.PIPE, text=True).stdout
        self.assertRegex(make, r"gdb/rt0.py -ex 'predict on' .*-ex 'stage 01' -ex 'context on'\n")

    def test_a_breakpoint_of_a_person_does_not_shift_those_of_a_walk(self):
        out = gdb(YIELD, "break count", "python Stage.walk(None, ['break main_main', 'break go', 'delete 1', "
                  "'info breakpoints'])")
        self.assertRegex(out, r"(?m)^1 .*count")
        self.assertNotRegex(out, r"(?m)^2 ")
        self.assertRegex(out, r"(?m)^3 .*go")

    def test_a_walk_puts_back_what_it_has_set_and_shows_the_source(self):
        out = gdb(YIELD, "set pagination on", "python Stage.walk(None, ['set print frame-info short-location', "
                  "'set print thread-events off', 'set width 77', 'tbreak main_main', 'run'])", "show pagination",
                  "show print thread-events", "show width")
        self.assertIn("State of pagination is on.", out)
        self.assertIn("Printing of thread events is on.", out)
        self.assertNotIn("77.", out)
        self.assertRegex(out, r"main_main \(\) at .*:\d+\n\d+\t")

    def test_every_walk_pauses_for_ideas_asks_and_says_what_to_try(self):
        out = gdb(YIELD, "python for n in sorted(os.listdir('gdb')):\n if n.endswith('.gdb'):\n"
                  "  s = list(steps(open('gdb/' + n).read().splitlines())); w = [Pause(c) for c in s if is_comment(c)]\n"
                  "  print('walk', n, sum(p.waits for p in w), sum(p.truth is not None for p in w), bool(re.search('Try.', s[-1], re.S)) and is_comment(s[-1]))")
        walks = re.findall(r"(?m)^walk (\S+) (\d+) (\d+) (\w+)$", out)
        self.assertEqual(len(walks), len(list(stage_scripts())), out)
        for name, pauses, questions, tries in walks:
            self.assertTrue(2 <= int(pauses) <= 20, "%s pauses %s times" % (name, pauses))
            self.assertGreater(int(questions), 0, name + " asks nothing")
            self.assertEqual(tries, "True", name + " does not end with a comment that says what to try")

    def test_no_walk_prints_a_bare_truth_value(self):
        for name, _ in stage_scripts():
            with open(os.path.join(TOP, "gdb", name)) as f:
                self.assertEqual(re.findall(r"(?m)^print .*(?:[=!<>]=|&&| [<>] ).*$", f.read()), [], name)

    def test_the_walk_of_two_threads_leaves_the_command_meet(self):
        stage = number("two-threads")
        out = gdb(YIELD, "stage " + stage, "kill", "help meet", "meet", timeout=60)
        self.assertIn("The walk %s-threads is over" % stage, out)
        self.assertIn("Parent and child then stand behind its system call", out)
        self.assertTrue(out.endswith("\nthe program has ended; say run\n"), out[-200:])

    def test_a_walk_whose_program_is_missing_says_what_builds_it(self):
        self.assertEqual(gdb(YIELD, "stage 02", stages="build/no-chapters"),
                         "build/no-chapters/02/rt0 is missing; leave GDB and say make gdb STAGE=02\n")
        self.assertIn("build/go/none is missing; leave GDB and say go build -o build/go/none bench/go/none.go",
                      gdb(YIELD, "python start_afresh(['#   gdb -x gdb/00-go.gdb --args build/go/none one'])"))

    def test_an_instruction_is_found_by_what_it_looks_like(self):
        out = gdb(YIELD, "break-insn nowhere|gogo mov +\\(%rdi\\),%rsp", "run", "x/i $pc", "break-insn gogo nonsense",
                  "break-insn gogo", "break-insn gogo (")
        self.assertRegex(out, r"=> 0x\w+ <gogo\+\d+>:\tmov +\(%rdi\),%rsp\n")
        self.assertTrue(out.split("%rsp\n")[-1].startswith(
            "no instruction of gogo fits nonsense\nsay break-insn FUNCTION PATTERN\n"), out)
        self.assertNotIn("Traceback", out)

    def until(self, terminal, said, prompt):
        """Read on until the prompt comes a further time, or to the end."""
        had = said.count(prompt) if prompt else 0
        while not prompt or said.count(prompt) == had:
            if not select.select([terminal], [], [], 30)[0]:
                self.fail("the walk hangs after: %s" % said.decode())
            try:
                part = os.read(terminal, 4096)
            except OSError:  # the other side has closed it
                part = b""
            if not part:
                self.assertIsNone(prompt, said.decode())
                return said
            said += part
        return said

    def test_a_core_of_another_build_is_refused(self):
        with tempfile.TemporaryDirectory() as tmp:
            core = os.path.join(tmp, "core")
            gdb(YIELD, "break main_main", "run", "gcore " + core)
            for out in answers("build/examples/inits", (), "info goroutines", "info sched", "goroutine all bt", core=core):
                self.assertRegex(out, "^.* is from another build: .*\n$")


def audit(program, enough=0):
    """What the audit of a program's call-frame information prints; with so many faults it ends."""
    return gdb(program, script="tests/cfi_audit.py",
               first="python SOURCES, ENOUGH = 'src', %d" % enough, timeout=120)


audit_of_hello = functools.lru_cache(None)(lambda: audit("build/examples/hello"))


class CallFrameInformation(unittest.TestCase):
    """At every instruction the stack unwinds to a root."""

    def test_the_stack_unwinds_at_every_instruction(self):
        out = audit_of_hello()
        self.assertEqual(re.findall(r"broken at.*|cfi_audit:.*", out), [])
        self.assertGreater(int(re.search(r"audited (\d+)", out).group(1)),
                           1000)

    def test_the_audit_reaches_every_routine_in_assembly(self):
        out = audit_of_hello()
        audited = set(re.search(r"instructions in: (.*)", out).group(1)
                      .split())
        routines = set()
        for path in sources.files(os.path.join(TOP, "src"), ".S"):
            text = path.read_text()
            routines.update(re.findall(r"\.type\s+(\w+), @function", text))
            routines.update(re.findall(r"(?m)^function (\w+)$", text))
        self.assertIn("mcall", routines)
        self.assertEqual(routines - audited - {"memcpy"}, set())

    def test_the_audit_notices_each_directive_that_is_missing(self):
        directives = self.directives()
        self.assertGreaterEqual(len(directives), 12)
        with tempfile.TemporaryDirectory() as tmp:
            self.compile(tmp, "examples/hello.c", *sources.files(os.path.join(TOP, "src"), ".S"))
            for path, line in directives:
                out = self.audit_without(tmp, path, line)
                self.assertTrue(re.search("broken at", out), "%s without line %d" % (path, line + 1))

    def test_the_check_of_all_programs_steps_those_of_the_first_chapters_too(self):
        first = number("the-first-instruction") + "/rt0"
        built("build/chapters/" + first)
        done = subprocess.run(["tests/step_check.py", first], cwd=TOP, stdout=subprocess.PIPE, text=True)
        self.assertIn(first + "                 audited 5 instructions\n", done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout)
        with contextlib.redirect_stdout(io.StringIO()) as said:
            self.assertFalse(step_check.result("some/x", "broken at gogo + 4: ends in f\naudited 9 instructions", "audited 9"))
            self.assertFalse(step_check.result("some/y", "the debugger fell over", "audited 9"))
        self.assertRegex(said.getvalue(), r"some/x +WRONG\n    broken at gogo \+ 4: ends in f\nsome/y +WRONG\n    the debugger fell over\n")

    def directives(self):
        """The lines that mark a root, or say where a caller's frame is or
        one of its registers.

        Not those in front of a ret: GDB knows that instruction and does
        without them.  Of the registers that gogo loads only the first: the
        others are like it.  Not those on the way to an error message, which a
        boot does not take.  Not that of a new thread, which the audit does
        not follow; tests/test_many_threads.py looks at a thread's first frame.
        """
        found = []
        for path in sources.files(os.path.join(TOP, "src"), ".S"):
            lines = path.read_text().splitlines()
            found += [
                (path, n) for n, line in enumerate(lines)
                if re.search(r"\.cfi_(undefined r(ip|bx)|def_cfa_register)", line) and
                ".Lchild:" not in lines[n - 1] or
                re.search(r"\.cfi_(adjust_cfa_offset 8|offset)", line) and
                "pushq" in lines[n - 1] or
                ".cfi_rel_offset" in line and "pushq" in lines[n - 2]]
        return found

    def compile(self, place, *files):
        # with level 1 cpuid runs on one leaf and leaves rbx as it was
        subprocess.run(["gcc", "@%s/src/cflags" % TOP, "-O2", "-DGOAMD64=2", "-I%s/src" % TOP, "-c",
                        *[os.path.join(TOP, file) for file in files]], cwd=place, check=True)

    def audit_without(self, tmp, path, line):
        """The program from the objects in tmp, but one made again without a line of its source."""
        place, lines = os.path.join(tmp, "without"), path.read_text().splitlines(True)
        os.mkdir(place)
        source = os.path.join(place, path.name)
        with open(source, "w") as f:
            f.writelines(lines[:line] + lines[line + 1:])
        self.compile(place, source)
        binary, new = os.path.join(place, "hello"), os.path.join(place, path.stem + ".o")
        subprocess.run(["gcc", "-o", binary, new, *[old for old in sorted(glob.glob(tmp + "/*.o"))
                        if os.path.basename(old) != path.stem + ".o"], "@src/ldflags", "build/librt0-all.a"], cwd=TOP, check=True)
        try:
            return audit(binary, enough=1)
        finally:
            shutil.rmtree(place)


if __name__ == "__main__":
    unittest.main()
