/* SPDX-License-Identifier: MIT */
/* Tangled from book/07-the-main-goroutine.nw; edit that, not this file. */
/*
 * Packages os and runtime as rt0.h declares them, which see for what each
 * function promises.
 */
#include "runtime.h"
#include "sys_linux.h"

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

int64_t
os_Write(int fd, const void *p, size_t n)
{
	long r;

	do
		r = sys_write(fd, p, n);
	while (r == -EINTR);
	return r;
}

_Noreturn void
os_Exit(int status)
{
	sys_exit_group(status);
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
