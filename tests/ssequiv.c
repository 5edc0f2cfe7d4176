/*
 * ssequiv: what a piece of code sees in its registers, one instruction at
 * a time.
 *
 *	ssequiv FIRST LAST PROGRAM [ARGUMENT...]
 *
 * Runs PROGRAM under ptrace and prints a line for every instruction from
 * address FIRST to address LAST (hexadecimal), until it comes to LAST; line
 * 1 names the columns.  An address in the goroutine's stack is written as its
 * distance from the upper end, "hi-28", so that the same code on another
 * stack prints the same.  g is "own" while the word at %fs:-8 is what it was
 * at the first instruction.
 *
 * The last line is "end" and how PROGRAM ended, in words.  What PROGRAM
 * prints goes to standard error.  The status is 0, or 1 with a message on
 * standard error if there was nothing to watch.
 *
 * Only this code is stepped.  While the program is elsewhere it runs at full
 * speed, and every byte from FIRST to LAST is an int3, so that it cannot come
 * back unseen.  It must stay on one thread.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
#include "os/go_asm.h"

enum { STEPS = 50000, SECONDS = 30, LONGEST = 4096, INT3 = 0xcc };

typedef unsigned long word;

static pid_t pid;
static word first, last;	/* the code: the addresses of two instructions */
static word lo, hi, own;	/* the goroutine: its stack and its g */

/* Say why there is no record, and end. */
__attribute__((noreturn, format(printf, 1, 2))) static void
fail(const char *format, ...)
{
	va_list ap;

	fprintf(stderr, "ssequiv: ");
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	exit(1);		/* and PTRACE_O_EXITKILL ends the program */
}

/* A ptrace request that has no reason to fail. */
static void
trace(int request, const char *name, word address, word data)
{
	if (ptrace(request, pid, (void *)address, (void *)data) != 0)
		fail("%s: %s", name, strerror(errno));
}

/* The word of the program at an address. */
static word
peek(word address)
{
	word value;

	errno = 0;
	value = (word)ptrace(PTRACE_PEEKDATA, pid, (void *)address, NULL);
	if (errno != 0)
		fail("there is no memory at %lx", address);
	return value;
}

static struct user_regs_struct
registers(void)
{
	struct user_regs_struct r;

	trace(PTRACE_GETREGS, "PTRACE_GETREGS", 0, (word)&r);
	return r;
}

/* Start the program, stopped before its first instruction. */
static void
start(char **command)
{
	int status;

	pid = fork();
	if (pid < 0)
		fail("fork: %s", strerror(errno));
	if (pid == 0) {
		dup2(2, 1);
		alarm(SECONDS);		/* a program that hangs ends, too */
		personality(ADDR_NO_RANDOMIZE);
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(126);
		execve(command[0], command, (char *[]){ "GOMAXPROCS=1", NULL });
		_exit(127);
	}
	waitpid(pid, &status, 0);
	if ((WIFEXITED(status) && WEXITSTATUS(status) == 126) ||
	    (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS))
		fail("this system does not allow ptrace");
	if (!WIFSTOPPED(status))
		fail("%s does not start", command[0]);
	trace(PTRACE_SETOPTIONS, "PTRACE_SETOPTIONS", 0, PTRACE_O_EXITKILL);
}

/* Fill the code with int3 or put it back. */
static void
arm(int on)
{
	static word text[LONGEST / sizeof(word)];	/* as it was */
	static int known;
	size_t n = (last - first) / sizeof(word) + 1;

	if (n > LONGEST / sizeof(word))
		fail("from %lx to %lx is too much code", first, last);
	for (size_t i = 0; i < n; i++) {
		word address = first + i * sizeof(word), traps;

		if (!known)
			text[i] = peek(address);
		traps = text[i];
		for (size_t k = 0; k < sizeof(word); k++)
			if (address + k <= last)
				((unsigned char *)&traps)[k] = INT3;
		trace(PTRACE_POKETEXT, "PTRACE_POKETEXT", address,
		    on ? traps : text[i]);
	}
	known = 1;
}

/* Run at full speed until the code is entered; the wait status. */
static int
enter(int sig)
{
	struct user_regs_struct r;
	int status;

	arm(1);
	do {
		trace(PTRACE_CONT, "PTRACE_CONT", 0, (word)sig);
		waitpid(pid, &status, 0);
		if (!WIFSTOPPED(status))
			return status;
		r = registers();
		sig = WSTOPSIG(status);
	} while (sig != SIGTRAP || r.rip - 1 < first || r.rip - 1 > last);
	r.rip--;
	trace(PTRACE_SETREGS, "PTRACE_SETREGS", 0, (word)&r);
	arm(0);
	return status;
}

/* Find out which goroutine runs. */
static void
meet(void)
{
	own = peek(registers().fs_base - 8);
	lo = peek(own + g_stack_lo);
	hi = peek(own + g_stack_hi);
}

/* Print a value; an address in the stack relative to its end. */
static void
column(word value)
{
	if (value >= lo && value <= hi)
		printf("hi-%lx ", hi - value);
	else
		printf("%lx ", value);
}

/* Print a line for the instruction that comes next; 1 if it is the last. */
static int
line(void)
{
	struct user_regs_struct r = registers();
	word v[] = { r.rip, r.rsp, r.rbx, r.rbp, r.r12, r.r13, r.r14, r.r15 };

	for (size_t i = 0; i < sizeof v / sizeof v[0]; i++)
		column(v[i]);
	printf("%s\n", peek(r.fs_base - 8) == own ? "own" : "other");
	return r.rip == last;
}

/* Print a line for each instruction of the code; the last wait status. */
static int
watch(int status)
{
	printf("rip rsp rbx rbp r12 r13 r14 r15 g\n");
	for (int steps = 0; WIFSTOPPED(status); steps++) {
		word rip;

		if (steps == STEPS) {
			printf("end is still running after %d steps\n", STEPS);
			exit(0);
		}
		if (line())
			return status;
		trace(PTRACE_SINGLESTEP, "PTRACE_SINGLESTEP", 0, 0);
		waitpid(pid, &status, 0);
		if (!WIFSTOPPED(status))
			break;
		rip = registers().rip;
		if (WSTOPSIG(status) != SIGTRAP)
			status = enter(WSTOPSIG(status));
		else if (rip < first || rip > last)
			status = enter(0);
	}
	return status;
}

/* Let the program run to its end; its wait status. */
static int
finish(int status)
{
	for (int sig = 0; WIFSTOPPED(status); sig = WSTOPSIG(status)) {
		trace(PTRACE_CONT, "PTRACE_CONT", 0, (word)sig);
		waitpid(pid, &status, 0);
	}
	return status;
}

int
main(int argc, char **argv)
{
	int status;

	if (argc < 4)
		fail("usage: ssequiv FIRST LAST PROGRAM [ARGUMENT...]");
	first = strtoul(argv[1], NULL, 16);
	last = strtoul(argv[2], NULL, 16);
	if (first > last)
		fail("%lx comes after %lx", first, last);
	start(argv + 3);
	status = enter(0);
	if (!WIFSTOPPED(status))
		fail("the program never came to %lx", first);
	meet();
	status = finish(watch(status));
	if (WIFSIGNALED(status))
		printf("end was killed by SIG%s\n",
		    sigabbrev_np(WTERMSIG(status)));
	else
		printf("end ended with status %d\n", WEXITSTATUS(status));
	return 0;
}
