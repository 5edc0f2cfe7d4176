"""The program that stands after it, started kindly and unkindly."""
import errno
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

import sources
from chapters import state
from prefix import prefix

RT0 = state("check-and-args") / "rt0"
HINT = "runtime: a seccomp filter, a sandbox or an emulator refuses this call; allow it\n"


def setUpModule():
    prefix("check-and-args")


def run(command, **options):
    options.setdefault("env", {"PATH": os.environ.get("PATH", "/usr/bin:/bin")})
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True, timeout=60, **options)


def system_calls(log):
    """The names of the calls in strace's output, without the execve that starts it."""
    names = re.findall(r"^(\w+)\(", log, re.M)
    return [name for name in names if name != "execve"]


def gdb(*commands):
    """What GDB and the program print."""
    words = ["gdb", "-nx", "-q", "-batch", "-iex", "set may-call-functions off",
             "-iex", "set auto-load off", "-iex", "set startup-with-shell off"]
    for command in commands:
        words += ["-ex", command]
    done = run(words + ["--args", RT0, "one"])
    return done.stdout + done.stderr


class Report(unittest.TestCase):
    def test_the_report_shows_arguments_and_auxiliary_vector(self):
        done = run([RT0, "one", "two"])
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.splitlines(), [
            "args: argc 3, argv[0] %s" % RT0,
            "auxv: page size %d, 16 random bytes, not secure" % os.sysconf("SC_PAGE_SIZE")])

    def test_each_line_of_the_report_is_one_write(self):
        with tempfile.NamedTemporaryFile("r") as log:
            run(["strace", "-o", log.name, RT0])
            calls = system_calls(log.read())
        self.assertEqual(calls, ["arch_prctl", "write", "write", "exit_group"])

    def test_a_line_longer_than_the_buffer_arrives_whole(self):
        name = "x" * 5000
        with tempfile.TemporaryDirectory() as there:
            done = run(["bash", "-c", 'exec -a "$1" "$2"', "bash", name, RT0], cwd=there)
        self.assertEqual(done.stderr.splitlines()[0], "args: argc 1, argv[0] " + name)


class HostileStart(unittest.TestCase):
    def test_argc_zero_is_survived_whatever_the_kernel_makes_of_it(self):
        source = '#include <unistd.h>\nint main(int c, char **v)\n{ char *no[] = { 0 }; (void)c; ' \
                 'execve(v[1], no, no); return 1; }\n'
        with tempfile.TemporaryDirectory() as there:
            launcher = Path(there) / "launcher"
            subprocess.run(["gcc", "-x", "c", "-o", str(launcher), "-"], check=True,
                           input=source.encode())
            done = run([launcher, RT0])
        self.assertEqual(done.returncode, 0, done.stderr)
        # Linux 5.18 and later put one empty string where there was none.
        self.assertIn(done.stderr.splitlines()[0],
                      ("args: argc 0, argv[0] (null)", "args: argc 1, argv[0] "))
        self.assertIn("page size", done.stderr)

    def test_argc_zero_as_older_kernels_pass_it_is_reported_as_null(self):
        # The stack of "rt0 one" is argc, two arguments, NULL. The slot of "one" becomes argc.
        out = gdb("starti", "set $rsp = $rsp + 16", "set *(long *)$rsp = 0", "continue")
        self.assertIn("args: argc 0, argv[0] (null)", out)
        self.assertIn("page size", out)

    def test_an_empty_environment_is_survived(self):
        done = run([RT0], env={})
        self.assertEqual(done.returncode, 0)
        self.assertIn("page size", done.stderr)

    def test_ten_thousand_arguments_are_counted(self):
        done = run([RT0] + ["%d" % i for i in range(10000)])
        self.assertEqual(done.returncode, 0)
        self.assertIn("argc 10001,", done.stderr)
        self.assertIn("page size", done.stderr)

    def test_a_huge_environment_is_walked_through(self):
        environment = {"V%d" % i: "x" * 100 for i in range(5000)}
        done = run([RT0], env=environment)
        self.assertEqual(done.returncode, 0)
        self.assertIn("16 random bytes", done.stderr)

    def test_closed_standard_error_does_not_change_the_status(self):
        done = run(["sh", "-c", 'exec "$0" 2>&-', RT0])
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_full_device_as_standard_error_does_not_hang(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([str(RT0)], stderr=full, timeout=60)
        self.assertEqual(done.returncode, 0)

    def test_a_full_pipe_that_does_not_block_gets_the_whole_report(self):
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        try:
            while True:
                os.write(writer, b"x")
        except BlockingIOError:
            pass
        child = subprocess.Popen([str(RT0)], stderr=writer)
        os.close(writer)
        stat = Path("/proc/%d/stat" % child.pid)
        while stat.read_text().rsplit(")")[-1].split()[0] not in "SZ":
            pass                        # until it waits, or has ended
        with open(reader) as pipe:
            report = pipe.read().lstrip("x")
        self.assertEqual(child.wait(timeout=60), 0)
        self.assertEqual(report, run([RT0]).stderr)

    def test_a_set_user_id_start_is_called_secure(self):
        if os.getuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("needs root and setpriv")
        with tempfile.TemporaryDirectory() as there:
            os.chmod(there, 0o755)
            program = Path(there) / "rt0"
            shutil.copy(str(RT0), str(program))
            os.chmod(str(program), 0o4755)
            if os.statvfs(there).f_flag & os.ST_NOSUID:
                self.skipTest("temporary files are on a file system without set-user-id")
            done = run(["setpriv", "--reuid=65534", "--clear-groups", program])
        self.assertIn(", secure", done.stderr)


class Refusal(unittest.TestCase):
    def refused(self, error):
        return run(["strace", "-o", os.devnull, "-e", "inject=arch_prctl:error=" + error, RT0])

    def test_a_refused_thread_pointer_names_the_call_and_the_errno(self):
        done = self.refused("EPERM")
        self.assertEqual((done.returncode, done.stderr),
                         (2, "fatal error: arch_prctl(ARCH_SET_FS): EPERM (errno 1)\n" + HINT))

    def test_a_call_that_is_not_permitted_or_not_known_gets_a_hint_and_no_other(self):
        for name in ("EPERM", "EACCES", "ENOSYS"):
            self.assertTrue(self.refused(name).stderr.endswith("\n" + HINT), name)
        for name in ("EINVAL", "ENOMEM"):
            self.assertEqual(len(self.refused(name).stderr.splitlines()), 1, name)

    def test_a_refused_exit_ends_the_process_all_the_same(self):
        # strace ends as the program does; one that never ends is stopped after a second on the processor.
        done = run(["strace", "-o", os.devnull, "-e", "inject=arch_prctl,exit_group:error=EPERM", RT0],
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (1, 1)))
        self.assertEqual(done.returncode, -signal.SIGILL)

    def test_each_errno_of_the_list_is_printed_with_its_own_name(self):
        listed = re.search(r"\bEPERM = .*?}", sources.find(RT0.parent / "src", "sys_linux.h").read_text(), re.S).group(0)
        names = re.findall(r"\bE[A-Z0-9]+\b", listed)
        self.assertGreaterEqual(len(names), 10)
        for name in names:
            self.assertEqual(self.refused(name).stderr.splitlines()[0],
                             "fatal error: arch_prctl(ARCH_SET_FS): %s (errno %d)" % (name, getattr(errno, name)))

    def test_an_errno_without_a_name_is_printed_as_a_number(self):
        done = self.refused("EDOM")
        self.assertEqual((done.returncode, done.stderr),
                         (2, "fatal error: arch_prctl(ARCH_SET_FS): error (errno 33)\n"))

    def test_an_interrupted_write_is_repeated(self):
        done = run(["strace", "-o", os.devnull, "-e", "inject=write:error=EINTR:when=1", RT0])
        self.assertEqual(done.returncode, 0)
        self.assertEqual(len(done.stderr.splitlines()), 2)
        self.assertTrue(done.stderr.startswith("args: argc 1"))


class Check(unittest.TestCase):
    """check throws when a debugger spoils what it checks."""

    def thrown(self, *commands):
        out = gdb("break *check", "run", *commands, "continue")
        self.assertIn("exited with code 02", out)
        return re.search("^fatal error: (.*)$", out, re.M).group(1)

    def test_check_notices_a_stack_that_is_not_aligned(self):
        self.assertEqual(self.thrown("set $rsp = $rsp - 8"), "check: stack not aligned to 16 bytes")

    def test_check_notices_a_set_direction_flag(self):
        self.assertEqual(self.thrown("set $eflags = $eflags | 0x400"), "check: direction flag is set")

    def test_check_notices_a_stack_outside_of_g0(self):
        for bound in ("set g0.stack.hi = 0", "set g0.stack.lo = $rsp"):
            self.assertEqual(self.thrown(bound), "check: stack pointer outside of g0")

    def test_check_notices_a_thread_pointer_that_leads_elsewhere(self):
        message = "check: thread pointer does not lead to g0 and m0"
        self.assertEqual(self.thrown("set m0.tls[0] = 0"), message)
        self.assertEqual(self.thrown("set g0.m = (struct m *)&g0"), message)

    def test_sysfail_is_entered_on_an_aligned_stack(self):
        out = gdb("catch syscall 158", "run", "continue", "set $rax = -1", "break *sysfail", "continue",
                  'printf "off by %d\\n", ((long)$rsp + 8) & 15', "delete", "continue")
        self.assertIn("off by 0", out)
        self.assertIn("EPERM (errno 1)", out)


class Compiler(unittest.TestCase):
    def gcc(self, source, *options):
        """Compile with the flags of the chapter; (status, messages, undefined symbols)."""
        with tempfile.TemporaryDirectory() as there:
            made = Path(there) / "a.o"
            done = run(["gcc", "@src/cflags", "-Isrc"] + list(options) +
                       ["-x", "c", "-c", "-o", made, source], cwd=RT0.parent)
            names = run(["nm", "-u", made]).stdout.split() if done.returncode == 0 else []
        return done.returncode, done.stderr, [name for name in names if name != "U"]

    def test_gcc_calls_memcpy_and_memset_that_nobody_wrote(self):
        with tempfile.NamedTemporaryFile("w", suffix=".c") as file:
            file.write("struct big { char b[65536]; };\n"
                       "void copy(struct big *a, struct big *b) { *a = *b; }\n"
                       "void clear(struct big *a) { *a = (struct big){ {0} }; }\n")
            file.flush()
            self.assertEqual(self.gcc(file.name)[2], ["memcpy", "memset"])

    def test_the_current_g_is_loaded_anew_after_a_call(self):
        with tempfile.TemporaryDirectory() as there:
            source, made = Path(there) / "a.c", Path(there) / "a.o"
            source.write_text('#include "sched/sched.h"\nvoid f(void);\nint stays(void)\n'
                              '{ struct g *gp = getg(); f(); return gp == getg(); }\n')
            done = run(["gcc", "-O2", "@src/cflags", "-Isrc", "-c", "-o", made, source], cwd=RT0.parent)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            code = run(["objdump", "-d", "--no-show-raw-insn", made]).stdout
        loads = re.findall(r"%fs:0xfffffffffffffff8", code)
        self.assertEqual(len(loads), 2, code)

    def test_another_char_than_ours_does_not_compile(self):
        status, messages, _ = self.gcc(sources.find(RT0.parent / "src", "runtime1.c"), "-funsigned-char")
        self.assertNotEqual(status, 0)
        self.assertIn("odd signed integers", messages)

    def boot_with(self, *options):
        """(status, standard error) of a boot whose runtime1.c is compiled with more options."""
        with tempfile.TemporaryDirectory() as there:
            objects = [path for path in (RT0.parent / "obj").glob("*.o") if path.name != "runtime1.o"]
            made = Path(there) / "runtime1.o"
            done = run(["gcc", "-O2", "@src/cflags", "-Isrc", *options, "-c", "-o", made,
                        sources.find(RT0.parent / "src", "runtime1.c")], cwd=RT0.parent)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(run(["gcc", "@src/ldflags", "-o", Path(there) / "rt0", made] + objects,
                                 cwd=RT0.parent).returncode, 0)
            done = run([Path(there) / "rt0"])
        return done.returncode, done.stderr

    def test_check_notices_fast_math(self):
        self.assertEqual(self.boot_with("-ffast-math"), (2, "fatal error: check: NaN equals itself\n"))

    def test_check_notices_every_way_in_which_an_atomic_operation_can_be_wrong(self):
        cas, add, swap = ("__atomic_compare_exchange_n(p, o, n, ...)", "__atomic_fetch_add(p, n, m)",
                          "__atomic_exchange_n(p, n, m)")
        different, equal = "cas succeeded on a different value", "cas failed on an equal value"
        for macro, value, message in (
                (cas, "(*(p) = (n), 1)", different),                                # stores always
                (cas, "(*(p) == *(o) ? (*(p) = (n), 1) : (*(o) = *(p), *(p) = (n), 0))", different),
                (cas, "(*(p) == *(o) ? (*(p) = (n), 1) : 0)", different),           # says not what it found
                (cas, "(*(o) = *(p), 0)", equal),                                   # succeeds never
                (cas, "(*(p) == *(o) ? 1 : (*(o) = *(p), 0))", equal),              # stores never
                (add, "({ uint64_t w_ = *(p); *(p) = (uint32_t)(w_ + (n)); w_; })", "64-bit add"),
                (add, "(*(p) += (n))", "64-bit add"),                               # returns the sum
                (swap, "({ uint32_t w_ = (uint32_t)*(p); *(p) = (n); w_; })", "64-bit exchange"),
                (swap, "(*(p))", "64-bit exchange")):
            self.assertEqual(self.boot_with("-D%s=%s" % (macro, value)), (2, "fatal error: check: %s\n" % message),
                             value)


class Binary(unittest.TestCase):
    def test_memcpy_is_another_name_of_memmove(self):
        address = {line.split()[2]: line.split()[0] for line in run(["nm", RT0]).stdout.splitlines()}
        self.assertEqual(address["memcpy"], address["memmove"])

    def test_nothing_is_undefined_and_nothing_is_dynamic(self):
        self.assertEqual(run(["nm", "-u", RT0]).stdout, "")
        self.assertNotIn("DYNAMIC", run(["readelf", "-lW", RT0]).stdout)

    def test_the_gate_is_seven_moves_a_syscall_and_a_return(self):
        code = run(["objdump", "-d", "--no-show-raw-insn", "--disassemble=Syscall6", RT0]).stdout
        operations = re.findall(r"^ *[0-9a-f]+:\t(\w+)", code, re.M)
        self.assertEqual(operations[:9], ["mov"] * 7 + ["syscall", "ret"])

    def test_only_the_gate_and_the_boot_make_system_calls(self):
        code = run(["objdump", "-d", "--no-show-raw-insn", RT0]).stdout
        makers = {name for name, body in re.findall(r"^\S+ <(\w+)>:\n((?:.+\n)*)", code, re.M)
                  if re.search(r"\tsyscall", body)}
        self.assertEqual(makers, {"Syscall6", "settls", "bootfail", "rt0_go"})


if __name__ == "__main__":
    unittest.main()
