"""Schedinit, with knobs, limits and descriptors of all kinds."""
import itertools
import os
import re
import shutil
import tempfile
import unittest
from pathlib import Path

import states
from prefix import Prefix, gdb, run
from states import superseded

NO_MEMORY = ("runtime: out of memory: cannot allocate 262144-byte block (%s); see ulimit -a\n"
             "fatal error: out of memory\n")


class Chapter(Prefix):
    since = "schedinit"

    def calls(self, *command, **options):
        """What strace says of a run from the execve of this chapter's program on; (done, lines)."""
        with tempfile.NamedTemporaryFile("r") as log:
            done = run(["strace", "-qq", "-o", log.name] + list(command), **options)
            lines = log.read().splitlines()
        starts = [i for i, line in enumerate(lines) if line.startswith('execve("%s"' % self.rt0)]
        self.assertTrue(starts, "strace saw no execve of %s:\n%s" % (self.rt0, "\n".join(lines)))
        return done, lines[starts[-1] + 1:]


class Knobs(Chapter):
    def processors(self):
        return min(len(os.sched_getaffinity(0)), 1024)

    def schedinit_line(self, n):
        return "schedinit: GOMAXPROCS %d, P0 is running, %d idle" % (n, n - 1)

    def test_GOMAXPROCS_from_1_to_1024_is_obeyed(self):
        for n in (1, 2, 3, 255, 1024):
            done = run([self.rt0], env={"GOMAXPROCS": str(n), "RT0DEBUG": "boot=1"})
            self.assertEnds(done, "exit status 0")
            self.assertIn(self.schedinit_line(n), done.stderr.splitlines())

    def test_a_GOMAXPROCS_that_makes_no_sense_is_named_and_the_default_is_used(self):
        for value in ("abc", "0", "-1", "99999", "1025", "3x", "-", "18446744073709551617", "x" * 3000):
            n = self.processors()
            done = run([self.rt0], env={"GOMAXPROCS": value, "RT0DEBUG": "boot=1"})
            self.assertEnds(done, "exit status 0")
            self.assertEqual(done.stderr.splitlines()[0],
                             "runtime: GOMAXPROCS=%s is not a number from 1 to 1024; using %d" % (value, n))
            self.assertIn(self.schedinit_line(n), done.stderr.splitlines())

    def test_no_GOMAXPROCS_and_an_empty_one_are_the_number_of_processors(self):
        for env in ({}, {"GOMAXPROCS": ""}, {"GOMAXPROCSX": "7"}):
            done = run([self.rt0], env=dict(env, RT0DEBUG="boot=1"))
            self.assertIn(self.schedinit_line(self.processors()), done.stderr.splitlines())
            self.assertNotIn("runtime:", done.stderr)

    def test_an_unknown_RT0DEBUG_is_named_once_and_survived(self):
        done = run([self.rt0], env={"RT0DEBUG": "boot=1,,boto=1,"})
        self.assertEnds(done, "exit status 0")
        self.assertEqual(done.stderr.splitlines()[:2], ["runtime: RT0DEBUG: no setting boto=1; there are:", "\tboot=N"])
        self.assertEqual(done.stderr.count("RT0DEBUG"), 1)

    @superseded("the-main-goroutine", "hello says nothing of secure mode; unit/args.c, env.c and seeds.c go on")
    @unittest.skipUnless(os.getuid() == 0, "only root can make a set-user-id program of another user")
    def test_a_set_user_id_program_does_not_look_at_the_knobs(self):
        program = self.place / "setuid"
        shutil.copy(self.rt0, program)
        os.chmod(self.place, 0o755)
        os.chown(program, 65534, 65534)
        os.chmod(program, 0o4755)
        if os.statvfs(self.place).f_flag & os.ST_NOSUID:
            self.skipTest("the file system of %s is mounted nosuid" % self.place)
        done = run([program], env={"GOMAXPROCS": "abc", "RT0DEBUG": "abc"})
        self.assertIn(", secure\n", done.stderr)
        self.assertEnds(done, "exit status 0")
        self.assertNotIn("runtime:", done.stderr)


class Memory(Chapter):
    @superseded("the-main-goroutine", "the limits are those of the program of this chapter")
    def test_too_little_address_space_ends_in_a_message_and_status_2(self):
        for kilobytes in range(240, 400, 20):
            done = run(["sh", "-c", 'ulimit -v %d; exec "$0"' % kilobytes, self.rt0])
            self.assertEqual(done.stderr, NO_MEMORY % "ENOMEM", "ulimit -v %d" % kilobytes)
            self.assertEnds(done, "exit status 2")

    def test_whatever_mmap_refuses_is_named(self):
        for error in ("ENOMEM", "EPERM", "EAGAIN"):
            done, _ = self.calls("-e", "inject=mmap:error=" + error, self.rt0)
            first, last = (NO_MEMORY % error).splitlines(True)
            hint = "runtime: a seccomp filter, a sandbox or an emulator refuses this call; allow it\n"
            self.assertEqual(done.stderr, first + (hint if error == "EPERM" else "") + last)
            self.assertEnds(done, "exit status 2")

    @superseded("newproc", "goroutines and their stacks are mapped, too")
    def test_the_boot_takes_one_chunk_for_a_few_Ps_and_nine_for_1024(self):
        for n, chunks in ((1, 1), (100, 1), (256, 3), (1024, 9)):
            _, lines = self.calls("-e", "trace=execve,mmap", self.rt0, env={"GOMAXPROCS": str(n), "PATH": os.environ["PATH"]})
            self.assertEqual(len([line for line in lines if line.startswith("mmap(")]), chunks, "GOMAXPROCS=%d" % n)


class Descriptors(Chapter):
    def closed(self, fds, *options, env=None):
        shell = 'exec "$0" ' + " ".join("%d%s&-" % (fd, "<" if fd == 0 else ">") for fd in fds)
        return self.calls(*options, "sh", "-c", shell, self.rt0, env=env or dict(os.environ))

    def test_each_closed_descriptor_from_0_to_2_leads_to_dev_null(self):
        for count in range(4):
            for fds in itertools.combinations(range(3), count):
                done, lines = self.closed(fds, "-e", "trace=execve,open,fcntl")
                self.assertEnds(done, "exit status 0")
                opened = [int(fd) for line in lines for fd in re.findall(r'^open\("/dev/null", O_RDWR\) += (\d)', line)]
                self.assertEqual(opened, list(fds))
                self.assertEqual(len([line for line in lines if line.startswith("fcntl(")]), 3)

    def test_a_complaint_never_reaches_a_file_that_got_number_2(self):
        env = dict(os.environ, GOMAXPROCS="abc", RT0DEBUG="abc")
        _, lines = self.closed([2], "-e", "trace=execve,open,write", env=env)
        repaired = [i for i, line in enumerate(lines) if line.startswith('open("/dev/null"')]
        writes = [i for i, line in enumerate(lines) if line.startswith("write(2,")]
        self.assertEqual(len(repaired), 1, lines)
        self.assertGreaterEqual(len(writes), 3, lines)
        self.assertLess(repaired[0], writes[0], "something was printed before checkfds:\n" + "\n".join(lines))

    def test_without_dev_null_the_program_ends_with_status_2_and_says_so(self):
        done, _ = self.closed([0], "-e", "trace=execve,open", "-e", "inject=open:error=ENOENT:when=2")
        self.assertEqual(done.stderr, "fatal error: checkfds: open /dev/null: ENOENT (errno 2)\n")
        self.assertEnds(done, "exit status 2")

    def test_a_wrong_number_for_dev_null_ends_the_program(self):
        done, _ = self.closed([0], "-e", "trace=execve,open", "-e", "inject=open:retval=7:when=2")
        self.assertEqual(done.stderr, "fatal error: checkfds: /dev/null got a wrong number\n")
        self.assertEnds(done, "exit status 2")

    def test_an_error_of_fcntl_other_than_EBADF_opens_nothing(self):
        done, lines = self.calls("-e", "trace=execve,open,fcntl", "-e", "inject=fcntl:error=EPERM", self.rt0)
        self.assertEnds(done, "exit status 0")
        self.assertEqual([line for line in lines if "/dev/null" in line], [])

    def test_an_open_descriptor_is_left_alone(self):
        place = self.place / "out"
        with open(place, "w") as out:
            done = run(["sh", "-c", 'exec "$0" 2>&1', self.rt0], env=dict(os.environ, RT0DEBUG="boot=1"))
            out.write(done.stdout)
        self.assertIn("schedinit: ", place.read_text())


class Boot(Chapter):
    @superseded("newproc", "a goroutine needs a stack")
    def test_the_boot_makes_these_system_calls_and_no_other(self):
        _, lines = self.calls(self.rt0)
        names = [line.split("(")[0] for line in lines]
        huge = os.path.exists("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size")
        # Where the vDSO has no clock, or its clock asks the kernel, nanotime is a system call.
        self.assertEqual([name for name in names if name not in ("write", "clock_gettime")],
                         ["arch_prctl", "sched_getaffinity", "open"] + ["read", "close"] * huge +
                         ["fcntl", "fcntl", "fcntl", "rt_sigaction", "mmap", "exit_group"])

    def test_two_runs_have_two_seeds(self):
        script = "set environment RT0DEBUG boot=1\nbreak *bootreport\nrun\nprintf \"seed %lx\\n\", m0.os.rand\n"
        seeds = {re.search(r"^seed (\w+)$", gdb(self.rt0, script), re.M).group(1) for _ in range(2)}
        self.assertEqual(len(seeds), 2, "both runs had the seed %s" % seeds)

    def test_the_run_queue_lies_inside_the_P(self):
        script = "print sizeof(((struct p *)0)->runq)\nprint sizeof(struct p) > sizeof(((struct p *)0)->runq)\n"
        self.assertIn("$1 = 2048\n$2 = 1\n", gdb(self.rt0, script))


states.everywhere(globals())

if __name__ == "__main__":
    unittest.main()
