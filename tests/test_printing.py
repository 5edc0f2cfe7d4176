"""What becomes of text: pipes that are full, disks that are full, readers that have gone."""
import fcntl
import os
import re
import signal
import socket
import subprocess
import time
import unittest
from pathlib import Path

from chapters import state
from linked import TOP, Linked, run, written

FIRST = state("the-main-goroutine")     # the first with fmt and os_Write
F_SETPIPE_SZ = 1031
LINES = 10000
COUNT = """
void main_main(void) {
	for (int i = 0; i < 10000; i++)
		fmt_Fprintf(FD, "line %d of ten thousand\\n", i);
}
"""
TELL = """
static int64_t told(void) { return WRITE; }
void main_main(void) { fmt_Fprintf(SAY, "%ld\\n", (long)told()); os_Exit(0); }
"""
WRITES = {"os_Write": 'os_Write(%d, "hello\\n", 6)', "fmt_Fprintf": 'fmt_Fprintf(%d, "%%s", "hello\\n")'}


def teller(state, name, fd, say=2):
    """A program that says on another descriptor what writing to fd has given."""
    return written("tell-%s-%d-%d" % (name, fd, say),
                   TELL.replace("WRITE", WRITES[name] % fd).replace("SAY", str(say)), state)


class Full(Linked):
    def slowly_read(self, program, fd, procs):
        """What comes out of a small pipe that does not block its writer, with pauses."""
        reader, writer = os.pipe()
        fcntl.fcntl(writer, F_SETPIPE_SZ, 4096)
        os.set_blocking(writer, False)
        child = subprocess.Popen([str(program)], stdin=subprocess.DEVNULL, env=dict(os.environ, GOMAXPROCS=str(procs)),
                                 **{"stdout" if fd == 1 else "stderr": writer})
        os.close(writer)
        parts, end = [], time.monotonic() + 60
        while True:
            part = os.read(reader, 1000)
            if not part or time.monotonic() > end:
                break
            parts.append(part)
            if len(parts) % 50 == 0:
                time.sleep(0.01)
        os.close(reader)
        return child.wait(timeout=60), b"".join(parts).decode()

    def test_ten_thousand_lines_through_a_pipe_that_does_not_block_all_arrive(self):
        expected = "".join("line %d of ten thousand\n" % i for i in range(LINES))
        for state in (FIRST, None):
            for fd in (1, 2):
                program = written("count%d" % fd, COUNT.replace("FD", str(fd)), state)
                status, text = self.slowly_read(program, fd, 1)
                self.assertEqual((status, text.count("\n"), text == expected), (0, LINES, True), (program, fd))

    def test_the_runtime_s_own_message_waits_for_a_full_pipe(self):
        program = written("longcomplaint", "void main_main(void) {}\n")
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        try:
            while True:
                os.write(writer, b"." * 4096)
        except BlockingIOError:
            pass
        child = subprocess.Popen([str(program)], stdin=subprocess.DEVNULL, env=dict(os.environ, GOMAXPROCS="many"), stderr=writer)
        os.close(writer)
        stat = Path("/proc/%d/stat" % child.pid)
        while stat.read_text().rsplit(")")[-1].split()[0] not in "SZ":
            pass                        # until it waits, or has ended
        with open(reader) as pipe:
            self.assertRegex(pipe.read(), r"^\.+runtime: GOMAXPROCS=many is not a number from 1 to 1024; using \d+\n$")
        self.assertEqual(child.wait(timeout=60), 0)

    def test_a_full_disk_is_told_to_the_caller(self):
        for state in (FIRST, None):
            for name in WRITES:
                with open("/dev/full", "w") as full:
                    done = run(teller(state, name, 1), stdout=full)
                self.assertEqual((done.returncode, done.stderr), (0, "-28\n"), name)

    def test_what_is_written_is_counted(self):
        for state in (FIRST, None):
            for name in WRITES:
                self.assertRuns(teller(state, name, 1), out="hello\n", err="6\n")

    def test_with_one_P_a_printer_waits_for_a_reader_in_the_same_process(self):
        for number, call in enumerate(("fmt_Fprintf(fds[1], %s)", "fmt_Printf(%s)")):
            program = written("lent%d" % number, """
static int fds[2];
static void print(void *arg) {
	(void)arg;
	for (int i = 0; i < 1000; i++)
		CALL;
}
void main_main(void) {
	char buf[1000];
	long total = 0;
	syscall_Syscall6(22, (long)fds, 0, 0, 0, 0, 0);		/* pipe */
	syscall_Syscall6(33, fds[1], 1, 0, 0, 0, 0);		/* dup2 */
	go(print, 0);
	while (total < 101000)
		total += os_Read(fds[0], buf, sizeof buf);
	fmt_Fprintf(2, "%ld bytes\\n", total);
	os_Exit(0);
}
""".replace("CALL", call % '"%100d\\n", i'))
            for procs in (1, 2):
                try:
                    done = run(program, procs=procs, timeout=20)
                except subprocess.TimeoutExpired:
                    self.fail("%s keeps the P: the reader never runs" % call)
                self.assertEqual((done.returncode, done.stderr), (0, "101000 bytes\n"), call)


class Closed(Linked):
    def test_a_peer_that_closes_is_an_error_and_not_the_end(self):
        for state in (FIRST, None):
            for name in WRITES:
                reader, pipe = os.pipe()
                os.close(reader)
                left, right = socket.socketpair()
                right.close()
                for fd in (pipe, left.fileno()):
                    done = run(teller(state, name, fd), pass_fds=(fd,))
                    self.assertEqual((done.returncode, done.stderr), (0, "-32\n"), name)
                os.close(pipe)
                left.close()

    def test_a_reader_of_standard_output_or_error_that_has_gone_ends_the_process_by_SIGPIPE(self):
        for name in WRITES:
            for fd, key, say in ((1, "stdout", 2), (2, "stderr", 1)):
                reader, writer = os.pipe()
                os.close(reader)
                done = run(teller(None, name, fd, say), **{key: writer})
                os.close(writer)
                self.assertEqual((done.returncode, done.stdout or done.stderr or ""), (-signal.SIGPIPE, ""), name)

    def test_a_message_of_the_runtime_that_nobody_reads_leaves_the_status_as_it_is(self):
        program = written("alone", "void main_main(void) { runtime_Goexit(); }\n")
        reader, writer = os.pipe()
        os.close(reader)
        done = run(program, stderr=writer)
        os.close(writer)
        self.assertEqual(done.returncode, 2)

    def test_the_boot_ignores_SIGPIPE_and_nothing_else(self):
        for state in (FIRST, None):
            log = run("strace", "-f", "-e", "trace=rt_sigaction", TOP / "build/examples/hello" if state is None
                      else state / "hello").stderr
            self.assertEqual(re.findall(r"rt_sigaction\((.*)\)", log),
                             ["SIGPIPE, {sa_handler=SIG_IGN, sa_mask=[], sa_flags=0}, NULL, 8"])


class Formats(unittest.TestCase):
    def test_a_verb_is_refused_before_the_program_runs_or_it_is_there(self):
        formats = ["%" + size + letter for letter in "diuoxXcspnmaAeEfFgGCSbB%" for size in ("", "hh", "h", "l", "ll", "q", "j", "z", "Z", "t", "L")]
        formats += ["%-5d", "%+.3ld", "%#lx", "%05u", "%.1s", "%*d", "%.*s", "%'d", "%1$d", "%"]
        text = '#pragma GCC diagnostic ignored "-Wformat"\n#pragma GCC diagnostic ignored "-Wformat-extra-args"\n#pragma GCC diagnostic ignored "-Wformat-overflow"\nvoid main_main(void) {\n%s}\n' \
            % "".join('fmt_Printf("%s", 0L, 0L); fmt_Fprintf(1, "\\n");\n' % f for f in formats)
        for state, few, promised in ((FIRST, "1", "%s %c %d %u %x %p %% %ld %lu %lx".split()), (None, "", None)):
            program = written("verbs" + few, text, state)
            printed = run(program).stdout.splitlines()
            self.assertEqual(len(printed), len(formats))
            there = [f for f, out in zip(formats, printed) if "NOVERB" not in out and out != f]
            said = run("gawk", "-v", "few=" + few, "-f", TOP / "book/tools/verbs.awk", program.parent / ("verbs%s.c" % few)).stderr
            refused = [line.split(" has no ")[1].split(";")[0] for line in said.splitlines()]
            if promised:
                self.assertLessEqual(set(promised), set(there))
            self.assertEqual(sorted(set(formats) - set(refused)), sorted(promised or there), state)
            self.assertEqual(set(there) & {"%d", "%f", "%-5d", "%n", "%s", "%m", "%1$d", "%"}, {"%d", "%s"} | (set() if few else {"%-5d"}))

    def test_the_runtime_prints_with_the_verbs_that_its_own_print_has(self):
        known = re.compile(r"%(l?[dux]|[scp%])")
        found = 0
        for path in sorted((TOP / "src").glob("**/*.c")):
            if path.name == "fmt.c":
                continue
            for call in re.findall(r'\bprint\(((?:\s*"(?:[^"\\]|\\.)*")+)', path.read_text()):
                text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', call))
                found += 1
                self.assertNotIn("%", known.sub("", text), "%s: %s" % (path.name, text))
        self.assertGreater(found, 20)


if __name__ == "__main__":
    unittest.main()
