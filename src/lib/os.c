/* SPDX-License-Identifier: MIT */
/* Tangled from book/07-the-main-goroutine.nw; edit that, not this file. */
/*
 * Packages os and runtime as rt0.h declares them, which see for what each
 * function promises.
 */
#include "lib/lib.h"
#include "os/sys_linux.h"

long os_Argc;
char **os_Args;
char **os_Environ;

INIT(os, "runtime")
{
	os_Argc = argc;
	os_Args = argv;
	os_Environ = envp;
}

/* the functions of package os */
const char *
os_Getenv(const char *name)
{
	return gogetenv(name);
}

/* A system call during which others may have our P; again after EINTR. */
static long
blocking(long nr, long a1, long a2, long a3)
{
	long r;

	entersyscall();
	do
		r = Syscall6(nr, a1, a2, a3, 0, 0, 0);
	while (r == -EINTR);
	exitsyscall();
	return r;
}

/*
 * r is what writing to fd has given.  If the reader of standard output or
 * error has gone, let SIGPIPE end the process again and return 1: the caller
 * shall repeat the write, once.
 */
int
epipecheck(int fd, int64_t r)
{
	if (r != -EPIPE || (fd != 1 && fd != 2))
		return 0;
	setsig(SIGPIPE, SIG_DFL);
	return 1;
}

/* read, write and exit */
int64_t
os_Read(int fd, void *p, size_t n)
{
	return blocking(SYS_read, fd, (long)p, (long)n);
}

int64_t
os_Write(int fd, const void *p, size_t n)
{
	int64_t r = blocking(SYS_write, fd, (long)p, (long)n);

	/* look at what a write has given */
	if (epipecheck(fd, r))
		r = blocking(SYS_write, fd, (long)p, (long)n);
	return r;
}

_Noreturn void
os_Exit(int status)
{
	sys_exit_group(status);
}

/* any system call */
long
syscall_Syscall6(long nr, long a1, long a2, long a3, long a4, long a5, long a6)
{
	long r;

	entersyscall();
	r = Syscall6(nr, a1, a2, a3, a4, a5, a6);
	exitsyscall();
	return r;
}

/* the functions of package runtime */
void
go(void (*fn)(void *arg), void *arg)
{
	newproc(fn, arg);
}

int64_t
runtime_NumGoroutine(void)
{
	/* count the goroutines */
	return gcount();
}

int
runtime_NumCPU(void)
{
	return ncpu;
}

int64_t
runtime_Nanotime(void)
{
	return nanotime();
}

/* end this goroutine by a call */
_Noreturn void
runtime_Goexit(void)
{
	goexit1();
}

void
runtime_Semacquire(uint32_t *addr)
{
	semacquire(addr);
}

void
runtime_Semrelease(uint32_t *addr)
{
	semrelease(addr);
}

void
trace_Log(const char *what, int64_t n)
{
	char text[8] = "";
	uint64_t word;

	for (size_t i = 0; i < sizeof text && what[i] != 0; i++)
		text[i] = what[i];
	memcpy(&word, text, sizeof word);
	TRACE(GoLog, getg()->goid, word, n);
}
