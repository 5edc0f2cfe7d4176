/*
 * watch: run a program in a cage and write down what it does.
 *
 *	watch [-c CPU] [-w WALL] [-m MB] [-e EVENTS] [-o OUT] [-s LO:HI]
 *	      [-d LO:HI] [-g LO:HI] [-p ADDRESS] [-f ADDRESS]... [-h ADDRESS]...
 *	      [-k LO:HI] [-r] [-t] [-1] [-n ADDRESS]... [-v NAME=VALUE]...
 *	      PROGRAM [ARGUMENT...]
 *
 * The program runs under ptrace.  Where it executes the int3 at one of the
 * ADDRESSes (note.h plants them), watch prints a line on standard output:
 *
 *	note TEXT RSI RDX RCX RSP G	TEXT: up to 8 bytes at %rdi
 *
 * With -d, the code from LO to HI is the driver's, and only a thread that is
 * in the driver may note something.  Each step into the driver and out of it
 * is watched: the driver calls others by a gate (-g: from LO to HI, 16 bytes
 * each; the last is for coming back), and they call those functions of it at
 * -f whose address a gate has let through, and those at -h.  Whoever comes
 * in by another way is a "foreign", and notes nothing.  While a function of
 * the driver waits for a call, its stack frame and the registers that a call
 * preserves must not change, nor the variables from LO to HI (-k) while no
 * thread is in the driver.  With -r, whose subject is registers, they may
 * change where the code is single-stepped (-s); elsewhere the driver gets its
 * own back.
 *
 * With -t the program starts no thread.  With -1 it has one processor, and so
 * have we: to go from one to the other and back takes half as long.  Which
 * one changes from run to run.
 *
 * Its environment is what -v says, and after that GOMAXPROCS=1.
 *
 * With -s, the code from LO to HI is single-stepped from each int3 in it
 * until it is left, and every instruction gives a line.  A note "step" does
 * that for all code, until the next note:
 *
 *	step RIP RSP RBX RBP R12 R13 R14 R15 G
 *
 * G is the word at %fs:-8, numbers are hexadecimal.  The last line is
 * "end" and how the run ended: "exit N", "signal N RIP", "syscall N",
 * "cpu", "wall", "output", "events", "trap RIP", "foreign ADDRESS",
 * "called ARGUMENT" (a function of the driver), "returned RSP" (to it),
 * "changed WHAT".
 * What the program prints goes to the file OUT.  The status is 0, or 1 with a
 * message if the program could not be run.
 *
 * The program cannot reach the descriptor of these lines.  A seccomp filter
 * lets it make the system calls of the runtime, with harmless arguments; any
 * other ends the run.  So it can neither open a file nor a socket, start no
 * process and send no signal, and that needs no root and no namespace.  There
 * are limits of processor time (-c, seconds), time (-w; that in which we have
 * to wait for a processor does not count), memory (-m), events (-e) and output
 * (64 KB).
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOTES = 16, VARIABLES = 4, OUTPUT = 64 << 10, RULES = 256, NOBODY = 65534,
	GATE = 16, ENTRIES = 128, THREADS = 256, FRAMES = 1 << 14, OWN = 1 << 16 };

typedef unsigned long word;

static long cpu = 2, wall = 20, megabytes = 512, most = 200000;
static const char *out = "/dev/null";
static char *environment[VARIABLES + 2];
static word notes[NOTES], lo, hi, fault, driver, driverend;
static word gates, gatesend, gogate, own, ownend;
static int strict = 1, threadless, together;
static int count, every;	/* every: step all code */
static long doors;
static pid_t child;
static volatile sig_atomic_t late;

__attribute__((noreturn)) static void
fail(const char *what)
{
	fprintf(stderr, "watch: %s: %s\n", what, strerror(errno));
	exit(1);		/* PTRACE_O_EXITKILL ends the program */
}

/* -- the cage -------------------------------------------------------------- */

static struct sock_filter rules[RULES];
static unsigned short nrules;

static void
rule(unsigned short code, unsigned k, unsigned char yes, unsigned char no)
{
	rules[nrules++] = (struct sock_filter)BPF_JUMP(code, k, yes, no);
}

static void
load(size_t offset)
{
	rule(BPF_LD | BPF_W | BPF_ABS, (unsigned)offset, 0, 0);
}

/* Allow a system call. */
static void
allow(unsigned nr)
{
	rule(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1);
	rule(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

/* Answer a system call as if there were no files. */
static void
nothing(unsigned nr)
{
	allow(nr);
	rules[nrules - 1].k = SECCOMP_RET_ERRNO | ENOENT;
}

/* Allow a system call if (argument & mask) == value; otherwise it is refused. */
static void
allowif(unsigned nr, int argument, unsigned mask, unsigned value)
{
	rule(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 5);
	load(offsetof(struct seccomp_data, args) + 8 * (size_t)argument);
	rule(BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
	rule(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
	rule(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	rule(BPF_RET | BPF_K, SECCOMP_RET_TRAP, 0, 0);
}

/* The same for calls about memory: nothing becomes code, and what has been
   loaded, below 4 GB, stays as it is.  With anywhere, address 0 stands for any
   that is free, unless the fourth argument says MAP_FIXED. */
static void
allowmemory(unsigned nr, int prot, int anywhere)
{
	unsigned char n = (unsigned char)(4 + 2 * prot + 4 * anywhere);

	rule(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, n);
	if (prot) {
		load(offsetof(struct seccomp_data, args[2]));
		rule(BPF_JMP | BPF_JSET | BPF_K, 4, (unsigned char)(n - 3), 0);	/* PROT_EXEC */
	}
	load(offsetof(struct seccomp_data, args[0]) + 4);
	if (anywhere) {
		rule(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 4);
		load(offsetof(struct seccomp_data, args[0]));
		rule(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3);
		load(offsetof(struct seccomp_data, args[3]));
		rule(BPF_JMP | BPF_JSET | BPF_K, MAP_FIXED, 1, 0);
	} else {
		rule(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
	}
	rule(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	rule(BPF_RET | BPF_K, SECCOMP_RET_TRAP, 0, 0);
}

/* Let through what the runtime of the book calls, with harmless arguments. */
static void
cage(int program)
{
	static const unsigned harmless[] = {
		SYS_read, SYS_exit, SYS_exit_group,
		SYS_arch_prctl, SYS_set_tid_address, SYS_sched_getaffinity,
		SYS_sched_yield, SYS_clock_gettime, SYS_nanosleep, SYS_futex,
		SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn,
		SYS_sigaltstack, SYS_fcntl, SYS_close, SYS_getpid, SYS_gettid,
		SYS_getrandom, SYS_timer_create, SYS_timer_settime,
		SYS_timer_delete, SYS_restart_syscall,
	};
	struct sock_fprog filter = { .filter = rules };

	load(offsetof(struct seccomp_data, arch));
	rule(BPF_JMP | BPF_JEQ | BPF_K, 0xc000003e, 1, 0);	/* x86-64 */
	rule(BPF_RET | BPF_K, SECCOMP_RET_TRAP, 0, 0);
	load(offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
		allow(harmless[i]);
	allowif(SYS_write, 0, ~3u, 0);			/* fd 0 to 3 */
	nothing(SYS_open);
	nothing(SYS_openat);
	allowmemory(SYS_mmap, 1, 1);
	allowmemory(SYS_mprotect, 1, 0);
	allowmemory(SYS_munmap, 0, 0);
	allowmemory(SYS_madvise, 0, 0);
	if (!threadless)
		allowif(SYS_clone, 0, CLONE_THREAD, CLONE_THREAD);
	allowif(SYS_tgkill, 0, ~0u, (unsigned)getpid());
	allowif(SYS_execveat, 0, ~0u, (unsigned)program); /* once: CLOEXEC */
	rule(BPF_RET | BPF_K, SECCOMP_RET_TRAP, 0, 0);
	filter.len = nrules;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
		_exit(125);
}

static void
limit(int what, rlim_t soft, rlim_t hard)
{
	struct rlimit r = { soft, hard };

	setrlimit(what, &r);
}

/* Root becomes nobody; 1 if that is not possible.  So does watch itself, as
   in a container even root may read the memory of its own kind only. */
static int
becomenobody(void)
{
	return geteuid() == 0 && (setgroups(0, NULL) != 0 ||
	    setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) != 0);
}

/* Keep us, and the child to come, to one of the processors that we may use. */
static void
oneprocessor(void)
{
	cpu_set_t all, one;
	int n, i;

	if (sched_getaffinity(0, sizeof all, &all) != 0)
		return;
	n = getpid() % CPU_COUNT(&all);
	for (i = 0; !CPU_ISSET(i, &all) || n-- > 0; i++)
		;
	CPU_ZERO(&one);
	CPU_SET(i, &one);
	sched_setaffinity(0, sizeof one, &one);
}

/* In the child: go into the cage and become the program. */
static void
become(char **command)
{
	int program = open(command[0], O_RDONLY | O_CLOEXEC);
	int text = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	int nothing = open("/dev/null", O_RDONLY);

	if (program < 0 || text < 0 || nothing < 0)
		_exit(127);
	program = fcntl(program, F_DUPFD_CLOEXEC, 100);
	dup2(nothing, 0);
	dup2(text, 1);
	dup2(text, 2);
	close_range(3, 99, 0);
	setsid();
	personality(ADDR_NO_RANDOMIZE);
	if (becomenobody())
		_exit(125);
	limit(RLIMIT_CPU, (rlim_t)cpu, (rlim_t)cpu + 1);
	limit(RLIMIT_AS, (rlim_t)megabytes << 20, (rlim_t)megabytes << 20);
	limit(RLIMIT_FSIZE, OUTPUT, OUTPUT);
	limit(RLIMIT_CORE, 0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
		_exit(126);
	cage(program);
	syscall(SYS_execveat, program, "", command,
	    environment, AT_EMPTY_PATH);
	_exit(127);
}

/* -- the watching ------------------------------------------------------------ */

__attribute__((noreturn, format(printf, 1, 2))) static void
end(const char *format, ...)
{
	va_list ap;

	printf("end ");
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	printf("\n");
	if (child != 0)
		kill(child, SIGKILL);	/* all of its threads; it has no children */
	exit(0);
}

static word
peek(pid_t t, word address)
{
	errno = 0;
	return (word)ptrace(PTRACE_PEEKDATA, t, (void *)address, NULL);
}

static jmp_buf gone;	/* to stopped() */

/* Memory cannot be reached: the thread is dead, or its registers are wrong. */
static void
unreached(pid_t t, word address)
{
	struct user_regs_struct r;

	if (ptrace(PTRACE_GETREGS, t, NULL, &r) != 0)
		longjmp(gone, 1);
	end("foreign %lx", address);
}

/* The current g; 0 before there is one. */
static word
current(pid_t t, struct user_regs_struct *r)
{
	word g = r->fs_base == 0 ? 0 : peek(t, r->fs_base - 8);

	return errno == 0 ? g : 0;
}

/* 1 if the text is "step". */
static int
tellnote(pid_t t, struct user_regs_struct *r)
{
	word text[2] = { peek(t, r->rdi), 0 };

	if (errno != 0)
		unreached(t, r->rdi);

	for (char *c = (char *)text; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~')
			*c = '?';
	printf("note %s %llx %llx %llx %llx %lx\n", (char *)text,
	    r->rsi, r->rdx, r->rcx, r->rsp, current(t, r));
	return strcmp((char *)text, "step") == 0;
}

static void
tellstep(pid_t t, struct user_regs_struct *r)
{
	printf("step %llx %llx %llx %llx %llx %llx %llx %llx %lx\n", r->rip,
	    r->rsp, r->rbx, r->rbp, r->r12, r->r13, r->r14, r->r15,
	    current(t, r));
}

/* Whether the trap is one of ours. */
static int
planted(word address)
{
	for (int i = 0; i < count; i++)
		if (notes[i] == address)
			return 1;
	return 0;
}

static void
onalarm(int sig)
{
	(void)sig;
	late = 1;
}

/* Nanoseconds in which a thread has run, or could have if a processor had
   been free; 0 where the kernel does not say. */
static long
awake(const char *thread)
{
	char path[64];
	long run = 0, waits = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%.40s/schedstat", thread);
	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	if (fscanf(f, "%ld %ld", &run, &waits) != 2)
		run = waits = 0;
	fclose(f);
	return run + waits;
}

/* The time may be up: end the run, unless we or the program had no processor
   for that long.  On a busy machine a run may take ten times as long. */
static void
timeisup(void)
{
	static long seconds;
	char task[64];
	long used = awake("self");
	struct dirent *d;
	DIR *tasks;

	snprintf(task, sizeof task, "/proc/%d/task", child);
	tasks = child == 0 ? NULL : opendir(task);
	while (tasks != NULL && (d = readdir(tasks)) != NULL)
		if (d->d_name[0] != '.') {
			snprintf(task, sizeof task, "%d/task/%.20s", child, d->d_name);
			used += awake(task);
		}
	if (tasks != NULL)
		closedir(tasks);
	seconds += seconds == 0 ? wall : 1;
	if (seconds - used / 1e9 >= 0.9 * (double)wall || seconds >= 10 * wall)
		end("wall");
	late = 0;
	alarm(1);
}

static int
stepped(word address)
{
	return address >= lo && address < hi;
}

/* -- the driver's doors ------------------------------------------------------ */

/* A thread, and whether it is in the driver; base: where it came in. */
struct thread {
	pid_t t;
	int in;
	word base;
};

/* A return address that watch keeps while the one in memory is gatesend. */
struct frame {
	word sp, back;		/* where it stood, and what it was */
	enum { OVER, CALL, ENTRY } kind;
	word base, saved[6], sum;	/* of a CALL */
};

/* A function of the driver that others may call. */
struct entry {
	word at;
	int open;		/* to all; else to those who have been told */
	int planted;
};

/* A function that the driver has given away, with its argument by go. */
struct promise {
	word fn, arg;
	int any, kept;
};

static struct thread threads[THREADS];
static struct frame frames[FRAMES];
static struct entry entries[ENTRIES];
static struct promise *promises;
static int nthreads, nentries, in;	/* in: threads in the driver */
static long npromises, oldest;
static char copy[OWN];

static struct thread *
thread(pid_t t)
{
	for (int i = 0; i < nthreads; i++)
		if (threads[i].t == t)
			return &threads[i];
	if (nthreads == THREADS)
		end("events");
	threads[nthreads].t = t;
	return &threads[nthreads++];
}

static struct frame *
frame(word sp)
{
	word i = sp * 0x9e3779b97f4a7c15 >> 50;		/* 14 bits */

	for (int n = 0; n < FRAMES; n++, i = (i + 1) % FRAMES)
		if (frames[i].sp == sp || frames[i].sp == 0) {
			frames[i].sp = sp;
			return &frames[i];
		}
	end("events");
}

static void
poke(pid_t t, word address, word value)
{
	if (ptrace(PTRACE_POKEDATA, t, (void *)address, (void *)value) != 0)
		unreached(t, address);
}

static void
fetch(pid_t t, word from, void *to, size_t n)
{
	struct iovec here = { to, n }, there = { (void *)from, n };

	if (n != 0 && process_vm_readv(t, &here, 1, &there, 1, 0) != (ssize_t)n)
		unreached(t, from);
}

/* The return address on the top of the stack. */
static word
returnaddress(struct thread *w, struct user_regs_struct *r)
{
	word back = 0;

	fetch(w->t, r->rsp, &back, sizeof back);
	return back;
}

/* A sum over the frames of a thread in the driver, from sp to base. */
static word
sum(pid_t t, word sp, word base)
{
	static word frames[OWN / sizeof(word)];
	size_t n = (base - sp) / sizeof(word);
	word sum = n;

	if (base < sp || n > OWN / sizeof(word))
		end("foreign %lx", sp);
	fetch(t, sp, frames, n * sizeof(word));
	for (size_t i = 0; i < n; i++)
		sum = (sum ^ frames[i]) * 0x9e3779b97f4a7c15 + (sum >> 29);
	return sum;
}

static void
goout(struct thread *w)
{
	w->in = 0;
	if (--in == 0)
		fetch(w->t, own, copy, ownend - own);
}

static void
comein(struct thread *w, word base)
{
	static char now[OWN];

	w->in = 1;
	w->base = base;
	if (in++ != 0)
		return;
	fetch(w->t, own, now, ownend - own);
	if (memcmp(now, copy, ownend - own) != 0)
		end("changed variables");
}

/* Let a byte of the code, a nop, be an int3. */
static int
plant(pid_t t, word at)
{
	word code = peek(t, at);

	if ((code & 0xff) == 0x90)
		poke(t, at, (code & ~0xfful) | 0xcc);
	return (code & 0xff) == 0x90;
}

/* The driver calls a function with these arguments, and one is its own. */
static void
promise(pid_t t, word fn, word arg, int any)
{
	for (int i = 0; i < nentries; i++) {
		if (entries[i].at != fn || entries[i].open)
			continue;
		if (!entries[i].planted && !plant(t, fn))
			return;
		entries[i].planted = 1;
		promises = realloc(promises, (size_t)(npromises + 1) * sizeof *promises);
		if (promises == NULL)
			fail("no memory");
		promises[npromises++] = (struct promise){ fn, arg, any, 0 };
		return;
	}
}

static int
promised(word fn, word arg)
{
	while (oldest < npromises && promises[oldest].kept)
		oldest++;
	for (long i = oldest; i < npromises; i++)
		if (!promises[i].kept && promises[i].fn == fn &&
		    (promises[i].any || promises[i].arg == arg))
			return promises[i].kept = 1;
	return 0;
}

static void
calls(struct thread *w, struct user_regs_struct *r)
{
	struct frame *f = frame(r->rsp);
	word saved[] = { r->rbx, r->rbp, r->r12, r->r13, r->r14, r->r15 };

	if (!w->in)
		end("foreign %llx", r->rip - 1);
	f->kind = CALL;
	f->back = returnaddress(w, r);
	f->base = w->base;
	f->sum = sum(w->t, r->rsp + 8, w->base);
	memcpy(f->saved, saved, sizeof saved);
	if (r->rdi >= driver && r->rdi < driverend)
		promise(w->t, r->rdi, r->rsi, r->rip - 1 != gogate);
	poke(w->t, r->rsp, gatesend);
	goout(w);
}

static void
restore(struct user_regs_struct *r, const word *saved)
{
	r->rbx = saved[0];
	r->rbp = saved[1];
	r->r12 = saved[2];
	r->r13 = saved[3];
	r->r14 = saved[4];
	r->r15 = saved[5];
}

static void
returns(struct thread *w, struct user_regs_struct *r)
{
	struct frame *f = frame(r->rsp - 8);
	word saved[] = { r->rbx, r->rbp, r->r12, r->r13, r->r14, r->r15 };

	if (f->kind == OVER || w->in != (f->kind == ENTRY))
		end("returned %llx", r->rsp);
	if (f->kind == ENTRY) {
		goout(w);
	} else {
		if (strict && memcmp(saved, f->saved, sizeof saved) != 0)
			end("changed registers");
		if (!stepped(f->back))
			restore(r, f->saved);
		if (sum(w->t, r->rsp, f->base) != f->sum)
			end("changed frame");
		comein(w, f->base);
	}
	f->kind = OVER;
	r->rip = f->back;
	ptrace(PTRACE_SETREGS, w->t, NULL, r);
}

static void
enters(struct thread *w, struct user_regs_struct *r, struct entry *e)
{
	struct frame *f;

	if (w->in)
		return;
	if (!e->open && !promised(e->at, r->rdi))
		end("called %llx", r->rdi);
	f = frame(r->rsp);
	f->kind = ENTRY;
	f->back = returnaddress(w, r);
	poke(w->t, r->rsp, gatesend);
	comein(w, r->rsp);
}

/* Whether the int3 at this address was one of the doors. */
static int
door(struct thread *w, struct user_regs_struct *r)
{
	word at = r->rip - 1;

	if (at >= gates && at < gatesend && (at - gates) % GATE == 0) {
		calls(w, r);
		return 1;
	}
	if (at == gatesend && gatesend != 0) {
		returns(w, r);
		return 1;
	}
	for (int i = 0; i < nentries; i++)
		if (entries[i].at == at && entries[i].planted) {
			enters(w, r, &entries[i]);
			return 1;
		}
	return 0;
}

/* The program has been loaded and has not begun. */
static void
plantall(void)
{
	for (word at = gates; at <= gatesend && gatesend != 0; at += GATE)
		if (!plant(child, at))
			end("trap %lx", at);
	for (int i = 0; i < nentries; i++)
		if (entries[i].open)
			entries[i].planted = plant(child, entries[i].at);
	fetch(child, own, copy, ownend - own);
}

/* -- the stops ----------------------------------------------------------------- */

enum { STEP = -1 };

/* Tell why a thread has stopped; the signal to go on with, or STEP. */
static int
stopped(pid_t t, int status)
{
	struct user_regs_struct r;
	siginfo_t info;
	int sig = WSTOPSIG(status);

	if (status >> 16 != 0 || setjmp(gone) != 0 ||
	    ptrace(PTRACE_GETREGS, t, NULL, &r) != 0)
		return 0;
	switch (sig) {
	case SIGSTOP:			/* a new thread */
		return 0;
	case SIGXCPU:
		end("cpu");
	case SIGXFSZ:
		end("output");
	case SIGSYS:
		ptrace(PTRACE_GETSIGINFO, t, NULL, &info);
		end("syscall %d", info.si_syscall);
	case SIGTRAP:
		ptrace(PTRACE_GETSIGINFO, t, NULL, &info);
		if (planted(r.rip - 1)) {
			if (driverend != 0 && !thread(t)->in)
				end("foreign %lx", peek(t, r.rsp));
			every = tellnote(t, &r);
			return every ? STEP : 0;
		}
		if (info.si_code == SI_KERNEL && door(thread(t), &r)) {
			doors++;
			return every ? STEP : 0;
		}
		if (info.si_code == SI_KERNEL && !stepped(r.rip - 1))
			end("trap %llx", r.rip - 1);
		if (!every && !stepped(r.rip))
			return 0;
		tellstep(t, &r);
		return STEP;
	case SIGSEGV: case SIGBUS: case SIGILL: case SIGFPE:
		fault = r.rip;
	}
	if (thread(t)->in)
		goout(thread(t));	/* a handler is not the driver's */
	return sig;
}

static void
watch(void)
{
	int status, sig;
	pid_t t;

	for (long n = 0; n <= most + doors && doors <= 16 * most; n++) {
		t = waitpid(-1, &status, __WALL);
		if (late)
			timeisup();
		if (t < 0 && errno == EINTR)
			continue;
		if (t < 0)
			fail("waitpid");
		if (WIFSTOPPED(status)) {
			sig = stopped(t, status);
			ptrace(sig == STEP ? PTRACE_SINGLESTEP : PTRACE_CONT,
			    t, NULL, (void *)(word)(sig == STEP ? 0 : sig));
		} else if (t == child) {
			child = 0;
			if (WIFEXITED(status))
				end("exit %d", WEXITSTATUS(status));
			end("signal %d %lx", WTERMSIG(status), fault);
		}
	}
	end("events");
}

/* The argument LO:HI of an option. */
static void
range(word *lo, word *hi)
{
	char *rest;

	*lo = strtoul(optarg, &rest, 16);
	*hi = strtoul(rest + 1, NULL, 16);
}

int
main(int argc, char **argv)
{
	static char text[1 << 16];
	int option, status, variables = 0;

	while ((option = getopt(argc, argv, "+c:w:m:e:o:s:d:g:p:f:h:k:rt1n:v:")) != -1)
		switch (option) {
		case 'c': cpu = atol(optarg); break;
		case 'w': wall = atol(optarg); break;
		case 'm': megabytes = atol(optarg); break;
		case 'e': most = atol(optarg); break;
		case 'o': out = optarg; break;
		case 's': range(&lo, &hi); break;
		case 'd': range(&driver, &driverend); break;
		case 'g': range(&gates, &gatesend); break;
		case 'k': range(&own, &ownend); break;
		case 'p': gogate = strtoul(optarg, NULL, 16); break;
		case 'r': strict = 0; break;
		case 't': threadless = 1; break;
		case '1': together = 1; break;
		case 'f': case 'h':
			if (nentries < ENTRIES)
				entries[nentries++] = (struct entry){
				    strtoul(optarg, NULL, 16), option == 'h', 0 };
			break;
		case 'n':
			if (count < NOTES)
				notes[count++] = strtoul(optarg, NULL, 16);
			break;
		case 'v':
			if (variables < VARIABLES)
				environment[variables++] = optarg;
			break;
		default:
			return 1;
		}
	environment[variables] = "GOMAXPROCS=1";
	if (optind == argc || ownend - own > OWN) {
		fprintf(stderr, "watch: no program, or -k is too much\n");
		return 1;
	}
	setvbuf(stdout, text, _IOFBF, sizeof text);
	if (together)
		oneprocessor();
	child = fork();
	if (child < 0)
		fail("fork");
	if (child == 0)
		become(argv + optind);
	if (becomenobody())
		fail("setresuid");
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = onalarm }, NULL);
	alarm((unsigned)wall);
	while (waitpid(child, &status, 0) != child)
		if (errno != EINTR)
			fail("waitpid");
	if (!WIFSTOPPED(status)) {
		fprintf(stderr, "watch: %s\n",
		    WIFEXITED(status) && WEXITSTATUS(status) == 126 ?
		    "this system does not allow ptrace; in Docker: "
		    "--cap-add=SYS_PTRACE" :
		    WIFEXITED(status) && WEXITSTATUS(status) == 125 ?
		    "this system does not allow seccomp" :
		    "the program does not start");
		return 1;
	}
	plantall();
	if (ptrace(PTRACE_SETOPTIONS, child, NULL,
	    PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE) != 0 ||
	    ptrace(PTRACE_CONT, child, NULL, NULL) != 0)
		fail("ptrace");
	watch();
}
