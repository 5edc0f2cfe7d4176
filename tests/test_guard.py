"""The page below each stack: no frame gets past it, and it is believed after a look."""
import re
import tempfile
import unittest

from chapters import state
from linked import TOP, Linked, run, written

FIRST = state("the-main-goroutine")     # the first with go
KB = range(72, 144, 4)
FRAME = """
__attribute__((noinline)) static void frame%d(void) { volatile char a[%d << 10]; put(a); }
"""
PROGRAM = """
static void put(volatile char *p) { *p = 1; }
""" + "".join(FRAME % (kb, kb) for kb in KB) + """
static void (*const frames[])(void) = { FRAMES };
static long size;
static char how;

__attribute__((noinline)) static void array(long n) { volatile char a[n]; put(a); }
__attribute__((noinline)) static void room(long n) { volatile char *a = __builtin_alloca(n); put(a); }

/* A frame of nearly a page, and an array on top of it. */
__attribute__((noinline)) static void both(long n)
{
	volatile char above[4000], a[n];

	put(a);
	put(above);
}

/* Frames of nearly a page, of which each is touched at its lower end only. */
__attribute__((noinline)) static long deep(long n)
{
	volatile char a[4000];

	a[0] = 1;
	return n > 0 ? deep(n - sizeof a) + a[0] : 0;
}

static void victim(void *arg)
{
	char here;

	(void)arg;
	fmt_Printf("%p\\n", &here);
	switch (how) {
	case 'f': frames[(size - 72) / 4](); break;
	case 'a': array(size); break;
	case 'r': room(size); break;
	case 'b': both(size); break;
	case 'd': deep(size); break;
	}
	fmt_Printf("survived\\n");
	os_Exit(0);
}

static void other(void *arg) { (void)arg; for (;;) runtime_Gosched(); }

void main_main(void)
{
	how = os_Args[1][0];
	for (char *s = os_Args[2]; *s != 0; s++)
		size = size * 10 + (*s - '0');
	go(victim, 0);
	for (int i = 0; i < 8; i++)
		go(other, 0);
	runtime_Gosched();
	runtime_Goexit();
}
""".replace("FRAMES", ", ".join("frame%d" % kb for kb in KB))


class Guard(Linked):
    def assertGuarded(self, state, *arguments, inject=()):
        """The goroutine dies in the page below its own stack; the lines of strace's log."""
        program = written("frames", PROGRAM, state)
        with tempfile.NamedTemporaryFile("r") as log:
            done = run("strace", "-f", "-qq", "-o", log.name, "-e", "trace=madvise,mprotect", *inject, program,
                       *arguments, procs=1)
            text = log.read()
        said = "%s %s:\n%s" % (program, " ".join(arguments), done.stdout)
        fault = re.search(r"SIGSEGV.*si_addr=(0x[0-9a-f]+)", text)
        self.assertTrue(fault, said)
        top = (int(done.stdout.split()[0], 16) + 4095) // 4096 * 4096
        self.assertEqual((top - 65536 - int(fault[1], 16) + 4095) // 4096, 1, said)
        return text.splitlines()

    def test_a_frame_of_any_size_dies_in_the_guard(self):
        for state in (FIRST, None):
            for kb in KB:
                self.assertGuarded(state, "frame", str(kb))

    def test_an_array_of_any_size_dies_in_the_guard(self):
        for state in (FIRST, None):
            for size in list(range(65536, 143360, 7919)) + [69631, 69632, 69633, 10000000]:
                for how in ("array", "room", "both"):
                    self.assertGuarded(state, how, str(size))

    def test_many_frames_of_nearly_a_page_die_in_the_guard(self):
        for state in (FIRST, None):
            self.assertGuarded(state, "deep", "1000000")

    def test_what_fits_is_left_alone(self):
        for state in (FIRST, None):
            program = written("frames", PROGRAM, state)
            for how, size in (("array", 60000), ("room", 60000), ("both", 56000), ("deep", 50000)):
                done = run(program, how, size, procs=1)
                self.assertEqual((done.returncode, done.stdout.splitlines()[1:]), (0, ["survived"]), (how, size))

    def test_whatever_madvise_refuses_is_done_by_mprotect(self):
        for error in ("EINVAL", "ENOSYS", "EPERM", "EACCES", "ENOMEM"):
            lines = self.assertGuarded(None, "deep", "1000000", inject=["-e", "inject=madvise:error=" + error])
            self.assertTrue(any("mprotect(" in line for line in lines), error)

    def test_a_guard_that_is_only_promised_is_not_believed(self):
        lines = self.assertGuarded(None, "deep", "1000000", inject=["-e", "inject=madvise:retval=0"])
        self.assertEqual(sum("madvise(" in line for line in lines), 1)
        self.assertGreaterEqual(sum("mprotect(" in line for line in lines), 16)

    def test_where_the_look_is_refused_mprotect_is_asked(self):
        for error in ("EPERM", "ENOSYS", "EACCES"):
            lines = self.assertGuarded(None, "deep", "1000000",
                                      inject=["-e", "inject=open:error=" + error, "-e", "trace=madvise,mprotect,open"])
            self.assertTrue(any("mprotect(" in line for line in lines), error)

    def test_a_guard_that_stands_is_looked_at_once(self):
        with tempfile.NamedTemporaryFile("r") as log:
            run("strace", "-f", "-qq", "-o", log.name, "-e", "trace=madvise,mprotect,open", TOP / "build/examples/crowd",
                1000, procs=1)
            text = log.read()
        self.assertEqual(len(re.findall(r" open\(0x[0-9a-f]+, O_RDONLY\) += -1 EFAULT", text)),
                         1 if "= 0" in text[text.index("madvise("):].splitlines()[0] else 0)
        self.assertEqual("mprotect(" in text, "EFAULT" not in text)


if __name__ == "__main__":
    unittest.main()
