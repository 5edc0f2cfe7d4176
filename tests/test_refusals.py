"""What a kernel, a filter or an emulator refuses: the table in book/refusals.md, row by row."""
import os
import re
import resource
import signal
import tempfile
import unittest

from linked import PROGRAMS, TOP, WORK, Linked, link, run, written
from test_printing import COUNT

ERRORS = ("EPERM", "EACCES", "ENOSYS", "EINVAL")
HINT = "a seccomp filter, a sandbox or an emulator refuses this call; allow it"
HELLO = (TOP / "build/examples/hello",)
BLOCKED = "the reader waits\nmain has taken 1000 turns and writes\nthe reader has got: hello\n"


def table():
    """(call, who asks for it, what a refusal does) of each row."""
    rows = re.findall(r"^\| `(\w+)` \| \[\[(\w+)\]\].*? \| (.*) \|$",
                      (TOP / "book/refusals.md").read_text(encoding="utf-8"), re.M)
    assert len(rows) > 20, rows
    return rows


WAITS = """static uint32_t never;

void
main_main(void)
{
	runtime_Semacquire(&never);
}
"""


class Scene:
    """A run in which a call is made: what to start, and what it prints if all is well. Refused is each call, the first that
    at stands in, or from number since of a thread on."""

    def __init__(self, *command, out="hello, world\n", err="", also=(), at=None, since=None, maybe=False, status=0, **options):
        self.command, self.out, self.err, self.also, self.at, self.since = command, out, err, also, at, since
        self.maybe, self.status, self.options = maybe, status, options


def bounded():
    """A program that never ends is stopped, also when strace no longer looks."""
    resource.setrlimit(resource.RLIMIT_CPU, (2, 2))


def full_pipe():
    """A pipe that does not block; its other end stays open."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    return writer


def silent():
    return os.pipe()[0]


def scenes():
    traced = dict(env=dict(os.environ, RT0TRACE=str(WORK / "refused.trace"), GOMAXPROCS="1"))
    blocked = Scene(TOP / "build/examples/blocked", out=BLOCKED, procs=1)
    crowd = Scene(TOP / "build/examples/crowd", 100, out="100 goroutines wait\n", procs=1)
    huge = os.path.exists("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size")
    return {
        ("arch_prctl", "settls"): Scene(*HELLO),
        ("sched_getaffinity", "getproccount"): Scene(*HELLO),
        ("open", "readnumber"): Scene(*HELLO, at="hpage_pmd_size"),
        ("read", "readnumber"): Scene(*HELLO, maybe=not huge),
        ("close", "readnumber"): Scene(*HELLO, maybe=not huge),
        ("fcntl", "checkfds"): Scene(*HELLO),
        ("open", "checkfds"): Scene("sh", "-c", 'exec "$0" 0<&-', *HELLO, at="/dev/null\", O_RDWR"),
        ("rt_sigaction", "initsig"): Scene(*HELLO, at="SIGPIPE"),
        ("mmap", "sysAlloc"): Scene(*HELLO, at="MAP_PRIVATE"),
        ("madvise", "guard"): crowd,
        ("open", "guard"): Scene(*HELLO, at="EFAULT", maybe=True),
        ("mprotect", "guard"): Scene(*HELLO, also=("madvise",)),
        ("clone", "newosproc"): blocked,
        ("futex", "futexsleep"): Scene(link(PROGRAMS / "all_wait.c"), out=None, stdin=silent, procs=1),
        ("sched_yield", "lock"): Scene(TOP / "build/examples/crowd", 1000, out="1000 goroutines wait\n", procs=4, maybe=True),
        ("membarrier", "membarrierinit"): Scene(*HELLO),
        # membarrierinit makes three
        ("membarrier", "heavyfence"): Scene(written("waits", WAITS), out=None, since=4, procs=2),
        ("nanosleep", "usleep"): blocked,
        ("write", "writeall"): Scene(*HELLO, out=""),
        ("poll", "waitwrite"): Scene(written("count", COUNT.replace("FD", "1")), out=None, stdout=full_pipe),
        ("getrlimit", "maptrace"): Scene(*HELLO, **traced),
        ("open", "maptrace"): Scene(*HELLO, at="refused.trace", **traced),
        ("ftruncate", "maptrace"): Scene(*HELLO, **traced),
        ("fallocate", "maptrace"): Scene(*HELLO, **traced),
        ("mmap", "maptrace"): Scene(*HELLO, at="MAP_SHARED", **traced),
        ("exit_group", "sys_exit_group"): Scene(*HELLO),
    }


class Refusals(Linked):
    def traced(self, scene, call, *options):
        """How a run under strace ended, and the lines of its log about a call from the last execve on."""
        kept = dict(scene.options)
        opened = [key for key in ("stdin", "stdout") if callable(kept.get(key))]
        for key in opened:
            kept[key] = kept[key]()
        env = kept.pop("env", None)
        before = ["env"] + ["%s=%s" % (key, env[key]) for key in ("RT0TRACE", "GOMAXPROCS")] if env else []
        with tempfile.NamedTemporaryFile("r") as log:
            done = run(*before, "strace", "-f", "-qq", "-o", log.name, "-e", "trace=" + ",".join(("execve", call) + scene.also),
                       *options,
                       *scene.command, timeout=60, preexec_fn=bounded, **kept)
            lines = log.read().splitlines()
        for key in opened:
            os.close(kept[key])
        last = max((i for i, line in enumerate(lines) if "execve(" in line), default=-1)
        return done, [line for line in lines[last + 1:] if re.search(r"\b%s\(" % call, line)]

    def refused(self, scene, call, error):
        """The same with the call refused: all of them, or the one that scene.at names."""
        which = ":when=%d+" % scene.since if scene.since else ""
        if scene.at:
            lines = self.traced(scene, call)[1]
            found = [i for i, line in enumerate(lines, 1) if scene.at in line]
            if not found:
                return None, []
            # strace counts from the first of its program, which may be a shell
            which = ":when=%d" % found[0]
        also = [word for name in scene.also for word in ("-e", "inject=%s:error=%s" % (name, error))]
        done, lines = self.traced(scene, call, "-e", "inject=%s:error=%s%s" % (call, error, which), *also)
        done.stderr = re.sub(r"(?m)^strace: Failed to tamper.*\n", "", done.stderr)
        return done, [line for line in lines if "(INJECTED)" in line]

    def test_every_refusal_does_what_the_table_says(self):
        made = scenes()
        for call, who, what in table():
            if (call, who) == ("clock_gettime", "nanotime"):
                # tests/unit/vdso.c takes the vDSO away
                self.assertIn("ends: `nanotime: clock_gettime`", what)
                continue
            scene = made.pop((call, who))
            for error in ERRORS:
                with self.subTest(call, who=who, error=error):
                    done, injected = self.refused(scene, call, error)
                    if not injected:
                        self.assertTrue(scene.maybe, "the call was not made")
                        continue
                    self.check(scene, what, error, done)
        self.assertEqual(made, {}, "the table lacks these")

    def check(self, scene, what, error, done):
        if what.startswith("goes on"):
            self.assertEqual(done.returncode, 0, done.stderr)
            if scene.out is not None:
                self.assertEqual(done.stdout, scene.out)
            self.assertEqual(done.stderr, scene.err)
        elif what == "ends by `SIGILL`":
            self.assertEqual(done.returncode, -signal.SIGILL)
        else:
            messages = re.findall("`([^`]*)`", what[len("ends: "):].split(";")[0])
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertRegex(done.stderr, "|".join(re.escape(message) for message in messages))
            # for a file of the user's EACCES may be the plain truth
            self.assertEqual(HINT in done.stderr, error != "EINVAL" and "RT0TRACE" not in what, done.stderr)

    def test_a_nap_that_is_refused_is_slept_all_the_same(self):
        with tempfile.NamedTemporaryFile("r") as log:
            run("strace", "-f", "-qq", "-o", log.name, "-e", "trace=nanosleep,futex", "-e",
                "inject=nanosleep:error=ENOSYS", TOP / "build/examples/blocked", procs=1, preexec_fn=bounded)
            lines = log.read().splitlines()
        for i, line in enumerate(lines):
            if "nanosleep(" in line and "(INJECTED)" in line:
                pid = line.split()[0]
                after = [other for other in lines[i + 1:] if other.split()[0] == pid]
                self.assertTrue(not after or re.search(r"futex\(.*FUTEX_WAIT_PRIVATE, 0, {tv_sec=0, tv_nsec=\d+}", after[0]),
                                after[:1])

    def test_the_table_has_the_calls_of_the_runtime_and_no_other(self):
        numbers = re.findall(r"#define SYS_(\w+)", "".join(p.read_text() for p in TOP.glob("src/**/go_asm.h")))
        self.assertEqual({call for call, _, _ in table()}, set(numbers))

    def test_the_table_names_functions_that_exist(self):
        source = "".join(p.read_text() for p in TOP.glob("src/**/*.[chS]"))
        for call, who, _ in table():
            self.assertRegex(source, r"(?m)^(static inline _Noreturn void\n)?%s(:|\()" % who, call)


if __name__ == "__main__":
    unittest.main()
