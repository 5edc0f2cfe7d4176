/*
 * watch: run a program in a cage and write down what it does.
 *
 *	watch [-c CPU] [-w WALL] [-m MB] [-e EVENTS] [-o OUT] [-s LO:HI]
 *	      [-d LO:HI] [-n ADDRESS]... [-v NAME=VALUE]... PROGRAM [ARGUMENT...]
 *
 * The program runs under ptrace.  Where it executes the int3 at one of the
 * ADDRESSes (note.h plants them), watch prints a line on standard output:
 *
 *	note TEXT RSI RDX RCX RSP G	TEXT: up to 8 bytes at %rdi
 *
 * With -d, the code from LO to HI is the driver's, and a note whose return
 * address, the word at %rsp, is not in it ends the run.
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
 * "cpu", "wall", "output", "events", "trap RIP", "foreign RETURN-ADDRESS".
 * What the program prints goes to the file OUT.  The status is 0, or 1 with a
 * message if the program could not be run.
 *
 * The program cannot reach the descriptor of these lines.  A seccomp filter
 * lets it make the system calls of the runtime, with harmless arguments; any
 * other ends the run.  So it can neither open a file nor a socket, start no
 * process and send no signal, and that needs no root and no namespace.  There
 * are limits of processor time (-c, seconds), time (-w), memory (-m), events
 * (-e) and output (64 KB).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOTES = 16, VARIABLES = 4, OUTPUT = 64 << 10, RULES = 256, NOBODY = 65534 };

typedef unsigned long word;

static long cpu = 2, wall = 20, megabytes = 512, most = 200000;
static const char *out = "/dev/null";
static char *environment[VARIABLES + 2];
static word notes[NOTES], lo, hi, fault, driver, driverend;
static int count, every;	/* every: step all code */
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

/* Let through what the runtime of the book calls, with harmless arguments. */
static void
cage(int program)
{
	static const unsigned harmless[] = {
		SYS_read, SYS_munmap, SYS_madvise, SYS_exit, SYS_exit_group,
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
	allowif(SYS_mmap, 2, 4, 0);			/* no PROT_EXEC */
	allowif(SYS_mprotect, 2, 4, 0);
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
	if (geteuid() == 0 && (setgroups(0, NULL) != 0 ||
	    setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) != 0))
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

static word
peek(pid_t t, word address)
{
	errno = 0;
	return (word)ptrace(PTRACE_PEEKDATA, t, (void *)address, NULL);
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

static void
onalarm(int sig)
{
	(void)sig;
	late = 1;
	if (child > 0)
		kill(child, SIGKILL);
}

static int
inside(word address)
{
	return address >= lo && address < hi;
}

enum { STEP = -1 };

/* Tell why a thread has stopped; the signal to go on with, or STEP. */
static int
stopped(pid_t t, int status)
{
	struct user_regs_struct r;
	siginfo_t info;
	int sig = WSTOPSIG(status);
	word back;

	if (status >> 16 != 0 || ptrace(PTRACE_GETREGS, t, NULL, &r) != 0)
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
			back = peek(t, r.rsp);
			if (driverend != 0 && (back < driver || back >= driverend))
				end("foreign %lx", back);
			every = tellnote(t, &r);
			return every ? STEP : 0;
		}
		if (info.si_code == SI_KERNEL && !inside(r.rip - 1))
			end("trap %llx", r.rip - 1);
		if (!every && !inside(r.rip))
			return 0;
		tellstep(t, &r);
		return STEP;
	case SIGSEGV: case SIGBUS: case SIGILL: case SIGFPE:
		fault = r.rip;
	}
	return sig;
}

static void
watch(void)
{
	int status, sig;
	pid_t t;

	for (long n = 0; n <= most; n++) {
		t = waitpid(-1, &status, __WALL);
		if (late)
			end("wall");
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

int
main(int argc, char **argv)
{
	static char text[1 << 16];
	int option, status, variables = 0;
	char *rest;

	while ((option = getopt(argc, argv, "+c:w:m:e:o:s:d:n:v:")) != -1)
		switch (option) {
		case 'c': cpu = atol(optarg); break;
		case 'w': wall = atol(optarg); break;
		case 'm': megabytes = atol(optarg); break;
		case 'e': most = atol(optarg); break;
		case 'o': out = optarg; break;
		case 's':
			lo = strtoul(optarg, &rest, 16);
			hi = strtoul(rest + 1, NULL, 16);
			break;
		case 'd':
			driver = strtoul(optarg, &rest, 16);
			driverend = strtoul(rest + 1, NULL, 16);
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
	if (optind == argc) {
		fprintf(stderr, "watch: no program\n");
		return 1;
	}
	setvbuf(stdout, text, _IOFBF, sizeof text);
	child = fork();
	if (child < 0)
		fail("fork");
	if (child == 0)
		become(argv + optind);
	signal(SIGALRM, onalarm);
	alarm((unsigned)wall);
	if (waitpid(child, &status, 0) != child)
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
	if (ptrace(PTRACE_SETOPTIONS, child, NULL,
	    PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE) != 0 ||
	    ptrace(PTRACE_CONT, child, NULL, NULL) != 0)
		fail("ptrace");
	watch();
}
