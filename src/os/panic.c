/* SPDX-License-Identifier: MIT */
/* Tangled from book/03-check-and-args.nw; edit that, not this file. */
/*
 * How the runtime ends a program that it cannot help: a message and exit
 * status 2, as in Go.
 */
#include "os/os.h"
#include "os/sys_linux.h"

/* End the process: an invariant of the runtime is broken. */
_Noreturn void
throw(const char *s)
{
	print("fatal error: %s\n", s);
	sys_exit_group(2);
}

/* name an errno */
void (*atend)(int status);

/* The name of a positive errno, or "error" if it is not in our list. */
static const char *
errname(long err)
{
	static const char *const names[] = {
		[EPERM] = "EPERM", [ENOENT] = "ENOENT", [EINTR] = "EINTR",
		[EIO] = "EIO", [EBADF] = "EBADF", [EAGAIN] = "EAGAIN",
		[ENOMEM] = "ENOMEM", [EACCES] = "EACCES", [EINVAL] = "EINVAL",
		[EMFILE] = "EMFILE", [ENOSYS] = "ENOSYS",
	};
	const long n = sizeof names / sizeof names[0];

	return err < n && names[err] != NULL ? names[err] : "error";
}

/* Say what to do if err means that not the machine but a rule says no. */
void
hint(long err)
{
	if (err == EPERM || err == EACCES || err == ENOSYS)
		print("runtime: a seccomp filter, a sandbox or an emulator "
		    "refuses this call; allow it\n");
}

/* End the process: the kernel refused what the runtime cannot do without. */
_Noreturn void
sysfail(const char *call, long err)
{
	print("fatal error: %s: %s (errno %ld)\n", call, errname(err), err);
	hint(err);
	sys_exit_group(2);
}

/* End the process: mmap gave no n bytes.  The limit may be the user's. */
_Noreturn void
outofmemory(size_t n, long err)
{
	print("runtime: out of memory: cannot allocate %lu-byte block "
	    "(%s); see ulimit -a\n", n, errname(err));
	hint(err);
	throw("out of memory");
}

/* End the process: the program, not the runtime, has made a mistake. */
_Noreturn void
fatal(const char *s)
{
	print("fatal error: %s\n", s);
	sys_exit_group(2);
}
