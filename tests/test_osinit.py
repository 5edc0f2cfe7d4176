"""Processors, huge pages and the clock, on this machine and on worse ones."""
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from chapters import state
from prefix import prefix

RT0 = state("osinit") / "rt0"
HUGE = Path("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size")


def setUpModule():
    prefix("osinit")


def run(*command):
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True, timeout=60)


def osinit(*before):
    """(processors, size of a huge page) as reported by a run that must succeed."""
    done = run(*before, RT0)
    found = re.search(r"^osinit: (\d+) processors?, huge page (\d+)$", done.stderr, re.M)
    if done.returncode != 0 or not found:
        raise AssertionError("exit status %d, printed:\n%s" % (done.returncode, done.stderr))
    return int(found.group(1)), int(found.group(2))


def injected(*faults):
    return osinit("strace", "-o", os.devnull, *[word for fault in faults for word in ("-e", "inject=" + fault)])


class Processors(unittest.TestCase):
    def test_the_processors_of_the_affinity_mask_are_counted(self):
        self.assertEqual(osinit()[0], len(os.sched_getaffinity(0)))

    def test_confined_to_any_one_processor_it_counts_one(self):
        for processor in sorted(os.sched_getaffinity(0))[:4]:
            self.assertEqual(osinit("taskset", "-c", processor)[0], 1)

    def test_confined_to_two_processors_it_counts_two(self):
        allowed = sorted(os.sched_getaffinity(0))
        if len(allowed) < 2:
            self.skipTest("this process may use one processor only")
        self.assertEqual(osinit("taskset", "-c", "%d,%d" % (allowed[0], allowed[-1]))[0], 2)

    def test_a_refused_mask_counts_as_one_processor(self):
        for error in ("EPERM", "EINVAL", "ENOSYS"):
            self.assertEqual(injected("sched_getaffinity:error=" + error)[0], 1)

    def test_one_processor_is_written_in_the_singular(self):
        done = run("strace", "-o", os.devnull, "-e", "inject=sched_getaffinity:error=EPERM", RT0)
        self.assertIn("osinit: 1 processor, ", done.stderr)


class HugePage(unittest.TestCase):
    def test_the_size_is_the_one_in_the_file(self):
        expected = int(HUGE.read_text()) if HUGE.exists() else 0
        self.assertEqual(osinit()[1], expected)

    def test_a_file_that_cannot_be_opened_means_not_known(self):
        for error in ("ENOENT", "EACCES", "EMFILE"):
            self.assertEqual(injected("open:error=" + error)[1], 0)

    def test_a_file_that_cannot_be_read_means_not_known(self):
        if not HUGE.exists():
            self.skipTest("this kernel has no huge pages")
        self.assertEqual(injected("read:error=EIO")[1], 0)

    def test_a_size_that_is_no_power_of_two_means_not_known(self):
        if not HUGE.exists():
            self.skipTest("this kernel has no huge pages")
        self.assertEqual(injected("read:poke_exit=@arg2=39")[1], 0)

    def test_a_file_full_of_letters_means_not_known(self):
        if not HUGE.exists():
            self.skipTest("this kernel has no huge pages")
        self.assertEqual(injected("read:poke_exit=@arg2=68756765")[1], 0)


class Clock(unittest.TestCase):
    def gdb(self, *commands):
        words = ["gdb", "-nx", "-q", "-batch", "-iex", "set may-call-functions off",
                 "-iex", "set auto-load off", "-iex",
                 "set startup-with-shell off"]
        for command in commands:
            words += ["-ex", command]
        done = run(*words, RT0)
        return done.stdout + done.stderr

    def test_the_clock_of_the_vdso_is_found_and_its_address_lies_in_the_vdso(self):
        out = self.gdb("break *osinit", "run", "info symbol vdsoClockGettime")
        self.assertRegex(out, "clock_gettime in section .text of system-supplied DSO")

    def test_without_a_vdso_the_clock_is_missing_and_nanotime_makes_the_call(self):
        # The debugger turns the tag AT_SYSINFO_EHDR into one that nobody knows.
        out = self.gdb("break *sysauxv", "run", "set $pair = (long *)$rdi",
                       "python while int(gdb.parse_and_eval('$pair[0]')) != 33: "
                       "gdb.execute('set $pair = $pair + 2')",
                       "set $pair[0] = 9999", "break *bootreport", "continue", "catch syscall 228",
                       # A call of nanotime: a return address on the stack, and its first instruction.
                       "set $here = $pc", "set $rsp = $rsp - 16", "set *(long *)$rsp = $here", "set $pc = nanotime",
                       "continue", "continue", "continue", "set $rsp = $rsp + 8", "delete", "continue")
        self.assertIn("vdso: clock missing", out)
        self.assertIn("(call to syscall clock_gettime)", out)

    def test_the_boot_never_asks_the_kernel_for_the_time(self):
        with tempfile.NamedTemporaryFile("r") as log:
            run("strace", "-o", log.name, RT0)
            calls = re.findall(r"^(\w+)\(", log.read(), re.M)
        # read and close are not made where the file does not exist.
        made = [call for call in calls if call not in ("read", "close")]
        self.assertEqual(made, ["execve", "arch_prctl", "sched_getaffinity", "open"] + ["write"] * 4 +
                         ["exit_group"])


if __name__ == "__main__":
    unittest.main()
