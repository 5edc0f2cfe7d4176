/* SPDX-License-Identifier: MIT */
/* Tangled from book/03-check-and-args.nw; edit that, not this file. */
/*
 * The system calls that the runtime makes, one inline function each.  They
 * return the kernel's answer: a result or a negative errno.  None of them
 * retries.
 */
#ifndef SYS_LINUX_H
#define SYS_LINUX_H

#include <stddef.h>
#include <stdint.h>

#include "os/go_asm.h"

/* numbers of errors */
enum {
	EPERM = 1, ENOENT = 2, EINTR = 4, EIO = 5, EBADF = 9, EAGAIN = 11,
	ENOMEM = 12, EACCES = 13, EINVAL = 22, EMFILE = 24, ENOSYS = 38,
};

long Syscall6(long nr, long a1, long a2, long a3, long a4, long a5, long a6);

/* the two calls of this chapter */
static inline long
sys_write(int fd, const void *p, size_t n)
{
	return Syscall6(SYS_write, fd, (long)p, (long)n, 0, 0, 0);
}

static inline _Noreturn void
sys_exit_group(int status)
{
	Syscall6(SYS_exit_group, status, 0, 0, 0, 0, 0);
	__builtin_trap();
}

/* more system calls */
enum { POLLOUT = 4 };

static inline long
sys_poll(void *fds, size_t n, int milliseconds)
{
	return Syscall6(SYS_poll, (long)fds, (long)n, milliseconds, 0, 0, 0);
}

enum { O_RDONLY = 0, O_CLOEXEC = 02000000 };

static inline long
sys_open(const char *path, int flags)
{
	return Syscall6(SYS_open, (long)path, flags, 0, 0, 0, 0);
}

static inline long
sys_read(int fd, void *p, size_t n)
{
	return Syscall6(SYS_read, fd, (long)p, (long)n, 0, 0, 0);
}

static inline long
sys_close(int fd)
{
	return Syscall6(SYS_close, fd, 0, 0, 0, 0, 0);
}

static inline long
sys_sched_getaffinity(int pid, size_t n, uint64_t *mask)
{
	return Syscall6(SYS_sched_getaffinity, pid, (long)n, (long)mask,
	    0, 0, 0);
}

static inline long
sys_clock_gettime(int clock, void *ts)
{
	return Syscall6(SYS_clock_gettime, clock, (long)ts, 0, 0, 0, 0);
}

enum { PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2 };
enum { MAP_PRIVATE = 2, MAP_ANON = 0x20 };

static inline long
sys_mmap(void *addr, size_t n, int prot, int flags)
{
	return Syscall6(SYS_mmap, (long)addr, (long)n, prot, flags, -1, 0);
}

enum { F_GETFD = 1 };
enum { O_RDWR = 2 };

static inline long
sys_fcntl(int fd, int cmd)
{
	return Syscall6(SYS_fcntl, fd, cmd, 0, 0, 0, 0);
}

enum { SIG_DFL = 0, SIG_IGN = 1, SIGPIPE = 13 };

static inline long
sys_rt_sigaction(int sig, const uintptr_t act[4])
{
	return Syscall6(SYS_rt_sigaction, sig, (long)act, 0, 8, 0, 0);
}

static inline long
sys_mprotect(void *addr, size_t n, int prot)
{
	return Syscall6(SYS_mprotect, (long)addr, (long)n, prot, 0, 0, 0);
}

enum {
	CLONE_VM = 0x100, CLONE_FS = 0x200, CLONE_FILES = 0x400,
	CLONE_SIGHAND = 0x800, CLONE_THREAD = 0x10000,
	CLONE_SYSVSEM = 0x40000, CLONE_SETTLS = 0x80000,
	CLONE_PARENT_SETTID = 0x100000,
};

long clone(unsigned long flags, void *stack, int32_t *tid, void *tls,
    void (*fn)(void));

static inline long
sys_nanosleep(const void *want, void *left)
{
	return Syscall6(SYS_nanosleep, (long)want, (long)left, 0, 0, 0, 0);
}

enum { FUTEX_WAIT_PRIVATE = 128, FUTEX_WAKE_PRIVATE = 129 };
enum { ETIMEDOUT = 110 };

static inline long
sys_futex(uint32_t *addr, int op, uint32_t val, const void *timeout)
{
	return Syscall6(SYS_futex, (long)addr, op, val, (long)timeout, 0, 0);
}

static inline void
sys_sched_yield(void)
{
	Syscall6(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
}

enum { MADV_GUARD_INSTALL = 102 };

static inline long
sys_madvise(void *addr, size_t n, int advice)
{
	return Syscall6(SYS_madvise, (long)addr, (long)n, advice, 0, 0, 0);
}

enum { EFAULT = 14 };

/* turn.c: what these calls are while threads take turns */
long turnfutex(uint32_t *addr, int op, uint32_t val, const void *timeout);
long turnnap(const void *want);

#define sys_futex(addr, op, val, timeout)				\
	(turns ? turnfutex(addr, op, val, timeout) :			\
	    (sys_futex)(addr, op, val, timeout))
#define sys_nanosleep(want, left)					\
	(turns ? turnnap(want) : (sys_nanosleep)(want, left))
#define sys_sched_yield()						\
	(turns ? turnpoint() : (sys_sched_yield)())

extern void (*atend)(int status);	/* called at the end, or NULL */

#define sys_exit_group(status)						\
	(atend != NULL ? atend(status) : (void)0, (sys_exit_group)(status))

enum { O_CREAT = 0100, O_TRUNC = 01000, MAP_SHARED = 1 };
enum { LIMIT_FSIZE = 1 };		/* RLIMIT_FSIZE */
enum { EISDIR = 21, EFBIG = 27, ENOSPC = 28, EDQUOT = 122 };

static inline long
sys_creat(const char *path, int mode)
{
	return Syscall6(SYS_open, (long)path, O_RDWR | O_CREAT | O_TRUNC |
	    O_CLOEXEC, mode, 0, 0, 0);
}

static inline long
sys_ftruncate(int fd, long n)
{
	return Syscall6(SYS_ftruncate, fd, n, 0, 0, 0, 0);
}

static inline long
sys_fallocate(int fd, long n)
{
	return Syscall6(SYS_fallocate, fd, 0, 0, n, 0, 0);
}

static inline long
sys_getrlimit(int what, uint64_t *limit)
{
	return Syscall6(SYS_getrlimit, what, (long)limit, 0, 0, 0, 0);
}

enum {
	MEMBARRIER_CMD_PRIVATE_EXPEDITED = 1 << 3,
	MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED = 1 << 4,
};

static inline long
sys_membarrier(int cmd)
{
	return Syscall6(SYS_membarrier, cmd, 0, 0, 0, 0, 0);
}

enum { EPIPE = 32 };

#endif
