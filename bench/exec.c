/*
 * exec: what it costs to run a small program from execve to exit.
 *
 *	exec [-n RUNS] key=program ...
 *
 * Prints one line for each program, separated by tabs:
 *
 *	key		the text before the first =
 *	us		median of the wall time of RUNS runs, in microseconds,
 *			from before the process is made until it is reaped
 *	us_min		the shortest of them
 *	faults		median of the page faults that needed no disk
 *	instructions	executed in user space, counted by single-stepping one
 *			more run; a rep instruction counts once.  "-" for a
 *			program that starts a second thread
 *	cpuids		how many of these were cpuid
 *	bytes		the size of the file
 *
 * The programs take turns, so that a disturbance meets all of them.  In its
 * turn each runs twice, and the second run counts: the first one pays for what
 * the program before it has left behind.  They run without arguments and with
 * standard input, output and error on /dev/null.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS = 1001 };

extern char **environ;

/* A program and what was found out about it. */
struct program {
	char *key;
	char *path;
	long *ns;		/* of each run */
	long *faults;		/* of each run */
	long instructions;	/* -1: it has threads */
	long cpuids;
};

static void
fail(const char *what, const char *which)
{
	fprintf(stderr, "bench/exec: %s %s: %s\n", what, which,
	    strerror(errno));
	exit(1);
}

/* A run that did not end by itself, or ended with 126 or 127, is no run. */
static void
must_have_run(const struct program *p, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) < 126)
		return;
	fprintf(stderr, "bench/exec: %s: %s %d\n", p->path,
	    WIFSIGNALED(status) ? "killed by signal" : "exit status",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	exit(1);
}

/* Run it once and note time and faults in place i. */
static void
run(struct program *p, int i, posix_spawn_file_actions_t *quiet)
{
	char *argv[] = { p->path, NULL };
	struct timespec start, end;
	struct rusage usage;
	int status;
	pid_t pid;

	clock_gettime(CLOCK_MONOTONIC, &start);
	errno = posix_spawn(&pid, p->path, quiet, NULL, argv, environ);
	if (errno != 0)
		fail("run", p->path);
	if (wait4(pid, &status, 0, &usage) < 0)
		fail("wait for", p->path);
	clock_gettime(CLOCK_MONOTONIC, &end);
	must_have_run(p, status);
	p->ns[i] = (end.tv_sec - start.tv_sec) * 1000000000L
	    + (end.tv_nsec - start.tv_nsec);
	p->faults[i] = usage.ru_minflt;
}

/* In the child: let the parent trace us, and become the program. */
static void
become(struct program *p)
{
	char *argv[] = { p->path, NULL };
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	execve(p->path, argv, environ);
	_exit(127);
}

/*
 * Count what the stopped pid is about to execute.  Returns 0 if that is the
 * start of a thread: then stepping one thread would not be the whole truth.
 */
static int
count(struct program *p, pid_t pid, unsigned long *last)
{
	struct user_regs_struct r;
	unsigned long code;

	ptrace(PTRACE_GETREGS, pid, NULL, &r);
	code = (unsigned long)ptrace(PTRACE_PEEKTEXT, pid, r.rip, NULL);
	if ((code & 0xff) >= 0xf2 && (code & 0xff) <= 0xf3 && r.rip == *last)
		return 1;	/* one more round of the same rep */
	*last = r.rip;
	p->instructions++;
	if ((code & 0xffff) == 0xa20f)
		p->cpuids++;
	return !((code & 0xffff) == 0x050f &&
	    (r.rax == SYS_clone || r.rax == SYS_clone3));
}

/* Run it once more, an instruction at a time. */
static void
step(struct program *p)
{
	unsigned long last = 0;
	int status, deliver = 0;
	pid_t pid = fork();

	if (pid < 0)
		fail("fork for", p->path);
	if (pid == 0)
		become(p);
	if (waitpid(pid, &status, 0) < 0)
		fail("wait for", p->path);
	while (WIFSTOPPED(status)) {
		deliver = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
		if (!count(p, pid, &last)) {
			kill(pid, SIGKILL);
			p->instructions = p->cpuids = -1;
			waitpid(pid, &status, 0);
			return;
		}
		ptrace(PTRACE_SINGLESTEP, pid, NULL, deliver);
		if (waitpid(pid, &status, 0) < 0)
			fail("wait for", p->path);
	}
	must_have_run(p, status);
}

static int
ascending(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

static void
report(struct program *p, int runs)
{
	struct stat st;

	if (stat(p->path, &st) < 0)
		fail("look at", p->path);
	qsort(p->ns, (size_t)runs, sizeof *p->ns, ascending);
	qsort(p->faults, (size_t)runs, sizeof *p->faults, ascending);
	printf("%s\t%.0f\t%.0f\t%ld\t", p->key, p->ns[runs / 2] / 1e3,
	    p->ns[0] / 1e3, p->faults[runs / 2]);
	if (p->instructions < 0)
		printf("-\t-\t");
	else
		printf("%ld\t%ld\t", p->instructions, p->cpuids);
	printf("%ld\n", (long)st.st_size);
}

int
main(int argc, char **argv)
{
	int runs = RUNS, i = 1;

	if (argc > 2 && strcmp(argv[1], "-n") == 0) {
		runs = atoi(argv[2]);
		i = 3;
	}
	if (i >= argc || runs < 1) {
		fprintf(stderr, "usage: exec [-n RUNS] key=program ...\n");
		return 2;
	}

	int n = argc - i;
	struct program *all = calloc((size_t)n, sizeof *all);
	posix_spawn_file_actions_t quiet;

	posix_spawn_file_actions_init(&quiet);
	for (int fd = 0; fd < 3; fd++)
		posix_spawn_file_actions_addopen(&quiet, fd, "/dev/null",
		    O_RDWR, 0);
	for (int k = 0; k < n; k++) {
		char *equals = strchr(argv[i + k], '=');

		if (equals == NULL) {
			fprintf(stderr, "bench/exec: \"%s\" is not "
			    "key=program\n", argv[i + k]);
			return 2;
		}
		*equals = 0;
		all[k].key = argv[i + k];
		all[k].path = equals + 1;
		all[k].ns = calloc((size_t)runs, sizeof *all[k].ns);
		all[k].faults = calloc((size_t)runs, sizeof *all[k].faults);
	}
	for (int k = 0; k < n; k++)
		step(&all[k]);
	for (int r = 0; r < runs; r++)
		for (int k = 0; k < n; k++) {
			run(&all[k], r, &quiet);
			run(&all[k], r, &quiet);
		}
	for (int k = 0; k < n; k++)
		report(&all[k], runs);
	return 0;
}
