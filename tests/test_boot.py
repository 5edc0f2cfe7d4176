"""The boot, from the first instruction to exit_group, in the state of the runtime after the main goroutine."""
import fcntl
import os
import re
import resource
import subprocess
import tempfile
import unittest
from pathlib import Path

from chapters import state
from test_go_names import go_source

TOP = Path(__file__).resolve().parent.parent
STATE = state("the-main-goroutine")
CHAPTER = TOP / "book" / (STATE.name + "-the-main-goroutine.nw")
HELLO = STATE / "hello"


def stale():
    """Whether a chapter or a tool has changed since the programs of the prefix were linked."""
    programs = [STATE / name for name in ("hello", "inits", "yield")]
    if not all(program.exists() for program in programs):
        return True
    sources = [path for path in (TOP / "book").glob("[0-9]?-*.nw") if path.name[:2] <= STATE.name]
    sources += [TOP / "build.mk", *(TOP / "book" / "tools").iterdir()]
    return max(path.stat().st_mtime for path in sources) > min(path.stat().st_mtime for path in programs)


def setUpModule():
    """tests/run has built chapters 1 to 7 before this; alone, build them if they are not current.

    A build in which only prose has changed writes no program, so others may be running them.
    """
    if not stale():
        return
    (TOP / "build").mkdir(exist_ok=True)
    with open(TOP / "build" / (".chapter-%s.lock" % STATE.name), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        env = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
        done = subprocess.run(["make", "-s", "chapter-" + STATE.name], cwd=TOP, env=env, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise AssertionError("make chapter-%s failed:\n%s" % (STATE.name, done.stdout))


def run(*command, **options):
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    return subprocess.run([str(c) for c in command], text=True, timeout=60, **options)


def table(identifier):
    """The rows of the first Markdown table after the heading {#identifier}."""
    text = CHAPTER.read_text(encoding="utf-8")
    found = re.search(r"^##.*\{#" + identifier + r"\}\n(?:(?!\||##).*\n)*((?:^\|.*\n)+)", text, re.M)
    assert found, "%s has no table {#%s}" % (CHAPTER.name, identifier)
    rows = found.group(1).splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def calls_of(*command):
    """The names of the system calls of a run, from the first after execve."""
    with tempfile.NamedTemporaryFile("r") as log:
        done = run("strace", "-f", "-o", log.name, *command)
        lines = log.read().splitlines()
    names = [re.match(r"(?:\d+ +)?(\w+)\(", line) for line in lines]
    return done, [m.group(1) for m in names if m][1:]


class Order(unittest.TestCase):
    """GDB stops at the first instruction of each function."""

    EXPECTED = [
        "_rt0_amd64_linux", "_rt0_amd64", "rt0_go", "settls", "check", "args", "osinit",
        "schedinit", "newproc", "newproc1", "mstart", "mstart1", "schedule", "gogo",
        "runtime_main", "doInit", "runtime_init", "os_init", "runconstructors", "sortinits",
        "main_main", "runtime_Gosched", "goschedImpl", "hello", "goexit", "goexit1", "goexit0",
    ]

    def trace(self, program, functions, extra=()):
        """[(function, where it will return to or None)] in the order of first arrival."""
        script = ["set pagination off", "set language c"]
        for name in functions:
            # newproc plants goexit+1, so nobody arrives at goexit's first byte.
            place = "*goexit+1" if name == "goexit" else "*" + name
            script += ["tbreak " + place, "commands", "silent", 'printf "AT "', "output/a $pc",
                       'printf " FROM "', "output/a *(long *)$rsp - 1", 'printf "\\n"', "continue", "end"]
        script += list(extra) + ["run >/dev/null"]
        with tempfile.NamedTemporaryFile("w", suffix=".gdb") as file:
            file.write("\n".join(script) + "\n")
            file.flush()
            done = run("gdb", "-nx", "-batch", "-iex", "set may-call-functions off", "-x", file.name, program)
        found = re.findall(r"^AT \S+ <(\w+)(?:\+1)?> FROM 0x[0-9a-f]+(?: <(\w+)(?:\+\d+)?>)?$", done.stdout, re.M)
        self.assertTrue(found, done.stdout + done.stderr)
        return found, done.stdout

    def test_the_functions_of_the_boot_run_in_the_order_of_go(self):
        found, output = self.trace(HELLO, self.EXPECTED)
        self.assertEqual([name for name, _ in found], self.EXPECTED)
        self.assertIn("exited normally", output)

    def test_the_callers_are_the_ones_that_the_book_names(self):
        found, _ = self.trace(HELLO, self.EXPECTED)
        caller = dict(found)
        for name in ("settls", "check", "args", "osinit", "schedinit", "newproc", "mstart"):
            self.assertEqual(caller[name], "rt0_go", name)
        self.assertEqual(caller["_rt0_amd64_linux"], "")
        self.assertEqual(caller["mstart1"], "mstart")
        self.assertEqual(caller["goschedImpl"], "mcall")
        self.assertEqual(caller["goexit0"], "mcall")
        self.assertEqual(caller["main_main"], "runtime_main")

    def test_a_goroutine_looks_as_if_goexit_had_called_it(self):
        found, _ = self.trace(HELLO, ["runtime_main", "hello"])
        self.assertEqual(found, [("runtime_main", "goexit"), ("hello", "goexit")])

    def test_packages_and_constructors_run_between_schedule_and_main(self):
        found, _ = self.trace(STATE / "inits", ["gogo", "runtime_init", "os_init", "early", "log_init",
                                                 "config_init", "server_init", "main_main"])
        self.assertEqual([name for name, _ in found],
                         ["gogo", "runtime_init", "os_init", "early", "log_init", "config_init",
                          "server_init", "main_main"])


class Queue(unittest.TestCase):
    def test_a_goroutine_in_the_queue_belongs_to_no_thread_and_is_runnable(self):
        script = """set pagination off
set language c
break *runqput
commands
silent
printf "G %d %d %d\\n", ((struct g *)$rsi)->goid, ((struct g *)$rsi)->m != 0, ((struct g *)$rsi)->atomicstatus == Grunnable
continue
end
break *gogo
commands
silent
set $i = m0.p->runqhead
while $i != m0.p->runqtail
printf "G %d %d %d\\n", m0.p->runq[$i % 256]->goid, m0.p->runq[$i % 256]->m != 0, m0.p->runq[$i % 256]->atomicstatus == Grunnable
set $i = $i + 1
end
continue
end
run >/dev/null
"""
        with tempfile.NamedTemporaryFile("w", suffix=".gdb") as file:
            file.write(script)
            file.flush()
            done = run("gdb", "-nx", "-batch", "-iex", "set may-call-functions off", "-x", file.name, STATE / "yield")
        seen = re.findall(r"^G (\d+) (\d) (\d)$", done.stdout, re.M)
        self.assertEqual({goid for goid, _, _ in seen}, {"1", "2", "3", "4"}, done.stdout + done.stderr)
        self.assertEqual([row for row in seen if row[1:] != ("0", "1")], [])


    def test_every_round_begins_at_the_mark_on_the_stack_of_g0(self):
        script = ["set pagination off", "set language c"]
        for name in ("goschedImpl", "goexit0"):
            script += ["break *" + name, "commands", "silent",
                       'printf "%s %%ld\\n", g0.sched.sp - (unsigned long)$rsp' % name, "continue", "end"]
        with tempfile.NamedTemporaryFile("w", suffix=".gdb") as file:
            file.write("\n".join(script + ["run >/dev/null"]) + "\n")
            file.flush()
            done = run("gdb", "-nx", "-batch", "-iex", "set may-call-functions off", "-x", file.name, STATE / "yield")
        rounds = re.findall(r"^(goschedImpl|goexit0) (-?\d+)$", done.stdout, re.M)
        self.assertEqual({name for name, _ in rounds}, {"goschedImpl", "goexit0"}, done.stdout + done.stderr)
        # the return address that the call in mcall pushes, and nothing else
        self.assertEqual({below for _, below in rounds}, {"8"})


class SystemCalls(unittest.TestCase):
    def test_hello_makes_the_system_calls_of_the_table_in_their_order(self):
        expected = []
        for row in table("tab-boot"):
            expected += re.findall(r"`(\w+)`", row[-1])
        done, calls = calls_of(HELLO)
        self.assertEqual((done.returncode, done.stdout), (0, "hello, world\n"))
        if not os.path.exists("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size"):
            expected = [c for c in expected if c not in ("read", "close")]
        # Where the vDSO has no clock, or its clock asks the kernel, nanotime is a system call.
        calls = [c for c in calls if c != "clock_gettime"]
        self.assertEqual(calls, expected)

    def test_the_table_names_functions_that_exist(self):
        symbols = set(re.findall(r" [tTdDbBrRV] (\w+)$", run("nm", HELLO).stdout, re.M))
        named = [name for row in table("tab-boot") for name in re.findall(r"\[\[(\w+)\]\]", row[0])]
        self.assertGreater(len(named), 15)
        self.assertEqual([name for name in named if name not in symbols], [])


class BootOfGo(unittest.TestCase):
    """The table of Go's boot: its first column names what the function in the second contains."""
    TOLD = """_rt0_amd64_linux rt0_go settls check args osinit schedinit mcache0 gsignal newproc minit mstartm0 initsig schedule
        maxstacksize sysmon lockOSThread runtime_inittasks gcenable main_init_done startTemplateThread firstmoduledata
        unlockOSThread islibrary main_main panicking runExitHooks newextram asminit racefini""".split()

    def test_the_table_of_the_boot_of_Go_has_all_its_steps(self):
        text = " ".join(" ".join(row[:2]) for row in table("tab-go-boot"))
        self.assertEqual([name for name in self.TOLD if not re.search(r"\b%s\b" % name, text)], [])

    def test_what_the_table_of_the_boot_of_Go_says_of_this_book_is_there(self):
        for step, _, ours in table("tab-go-boot"):
            chapter = re.search(r"\[\]\(#([a-z0-9-]+)\)", ours)
            if not chapter:
                self.assertRegex(ours, r"^no\b", step)
                continue
            found = [path for path in (TOP / "book").glob("*.nw") if path.stem[3:] == chapter.group(1)]
            self.assertEqual(len(found), 1, "%s: no chapter %s" % (step, chapter.group(1)))
            code = "\n".join(re.findall(r"^<<[^>]*>>=\n(.*?)^@", found[0].read_text(encoding="utf-8"), re.M | re.S))
            names = re.findall(r"\[\[(\w+)\]\]", ours)
            self.assertTrue(names, step)
            self.assertEqual([name for name in names if not re.search(r"\b%s\b" % name, code)], [], found[0].name + " has no such name")

    @unittest.skipUnless(go_source(), "needs the source of Go 1.23")
    def test_the_steps_of_the_boot_of_Go_are_in_its_functions_in_this_order(self):
        reached = {}
        for step, place, _ in table("tab-go-boot"):
            file, function = place.strip("`").split(":")
            text = (go_source() / "runtime" / file).read_text(encoding="utf-8")
            receiver, _, name = function.rpartition(".")
            method = r"\(\w+ \*%s\) " % receiver if receiver else ""
            begin = re.search(r"^(?:func %s%s\(|TEXT \S*%s\b)" % (method, name, name), text, re.M)
            self.assertIsNotNone(begin, place)
            body = re.split(r"^(?:}|TEXT)", text[begin.end():], 1, re.M)[0]
            body = re.sub(r"//.*", "", body)
            for name in re.findall(r"`([\w.()]+)`", step):
                at = re.compile(r"(?<!\w)%s(?!\w)" % re.escape(name)).search(body, reached.get(place, 0))
                self.assertIsNotNone(at, "%s: `%s` is not in it, or comes before the rows above" % (place, name))
                reached[place] = at.end()

    @unittest.skipUnless(go_source(), "needs the source of Go 1.23")
    def test_the_steps_of_schedinit_are_in_it_and_each_row_begins_where_the_table_has_it(self):
        text = next((TOP / "book").glob("[0-9]*-schedinit.nw")).read_text(encoding="utf-8")
        body = re.search(r"^func schedinit\(\) \{\n(.*?)^\}", (go_source() / "runtime/proc.go").read_text(encoding="utf-8"), re.M | re.S).group(1)
        body = re.sub(r"//.*", "", body)
        tables = re.findall(r"^\| Go \| what it does \|.*\n\|[:| -]+\n((?:\|.*\n)+)", text, re.M)
        self.assertEqual(len(tables), 2)
        for rows in tables:
            reached, before = -1, "the head of the table"
            for row in rows.splitlines():
                first = row.split("|")[1]
                at = [re.search(r"(?<!\w)%s(?!\w)" % re.escape(name), body) for name in re.findall(r"`([\w.]+)`", first)]
                self.assertTrue(at and all(at), "schedinit has no such step: " + first)
                self.assertGreater(at[0].start(), reached, "in Go%scomes before %s" % (first, before))
                reached, before = at[0].start(), first.strip()


class Binary(unittest.TestCase):
    def test_the_entry_point_is_rt0_amd64_linux(self):
        entry = re.search(r"Entry point address:\s+0x([0-9a-f]+)", run("readelf", "-h", HELLO).stdout)
        symbol = re.search(r"^0*([0-9a-f]+) T _rt0_amd64_linux$", run("nm", HELLO).stdout, re.M)
        self.assertEqual(entry.group(1), symbol.group(1))

    def test_the_file_is_static_and_its_stack_is_not_executable(self):
        headers = run("readelf", "-lW", HELLO).stdout
        self.assertIn("EXEC (Executable file)", headers)
        for kind in ("INTERP", "DYNAMIC", "TLS"):
            self.assertNotRegex(headers, r"^  %s " % kind)
        self.assertRegex(headers, r"GNU_STACK .* RW +0x")
        self.assertIn("There is no dynamic section", run("readelf", "-d", HELLO).stdout)
        self.assertNotRegex(headers, r"LOAD .* RWE ")

    def test_nothing_is_undefined(self):
        self.assertEqual(run("nm", "-u", HELLO).stdout, "")

    def test_every_symbol_is_ours_or_the_linkers(self):
        def names(*files):
            return set(re.findall(r" [A-Za-z] (\w+)", run("nm", "--defined-only", *files).stdout))
        ours = names(*sorted(STATE.glob("obj/*.o")), *sorted(STATE.glob("obj/examples/hello.o")))
        linker = {"_end", "_edata", "_etext", "__bss_start", "__init_array_start", "__init_array_end",
                  "__start_inittasks", "__stop_inittasks", "edata", "end", "etext", "__executable_start", "no_thread_locals"}
        self.assertEqual(names(HELLO) - ours - linker, set())

    def test_a_stripped_hello_is_smaller_than_64_KB(self):
        with tempfile.NamedTemporaryFile() as stripped:
            run("strip", "-o", stripped.name, HELLO)
            self.assertLess(os.path.getsize(stripped.name), 64 * 1024)


class HostileStarts(unittest.TestCase):
    def test_without_even_a_name_hello_says_hello(self):
        code = ("import ctypes, sys; n = ctypes.c_char_p * 1; "
                "ctypes.CDLL(None).execve(sys.argv[1].encode(), n(None), n(None))")
        done = run("python3", "-c", code, HELLO)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "hello, world\n", ""))

    def test_ten_thousand_arguments_arrive_in_their_order(self):
        words = ["-a"] + ["w%d" % i for i in range(9998)]
        done = run(HELLO, *words)
        self.assertEqual(done.returncode, 0)
        expected = "".join("argument %d: %s\n" % (i, w) for i, w in enumerate([str(HELLO)] + words))
        self.assertEqual(done.stdout, "hello, world\n" + expected)

    def test_the_environment_arrives_whole(self):
        done = run(HELLO, "-e", env={"A": "1", "EMPTY": "", "LONG": "x" * 1000})
        self.assertEqual(done.stdout.splitlines()[1:],
                         ["environment 0: A=1", "environment 1: EMPTY=", "environment 2: LONG=" + "x" * 1000])

    def test_with_descriptors_0_1_and_2_closed_hello_ends_well(self):
        done, calls = calls_of("sh", "-c", 'exec "$0" 0<&- 1>&- 2>&-', HELLO)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertEqual(calls[-1], "exit_group")

    def test_with_too_little_memory_for_a_stack_the_message_says_so(self):
        # How much the kernel itself needs to start a program differs: below that it kills. Above lie
        # more than 128 KB, the Ps and two stacks, in which our own mmap fails.
        ends = set()
        for kb in range(96, 1024, 64):
            limit = "ulimit -v %d && exec \"$0\"" % kb
            done = run("sh", "-c", limit, HELLO, cwd="/")
            if done.returncode == 2 and "fatal error: " in done.stderr:
                self.assertIn("out of memory", done.stderr)
                self.assertEqual(done.stdout, "")
                ends.add("message")
            elif done.returncode == 0:
                self.assertEqual(done.stdout, "hello, world\n")
                ends.add("hello")
        self.assertEqual(ends, {"message", "hello"})


if __name__ == "__main__":
    unittest.main()
