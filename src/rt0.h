/* SPDX-License-Identifier: MIT */
/* Tangled from book/07-the-main-goroutine.nw; edit that, not this file. */
/*
 * What a program may call.  Names are Go's: package, underscore, name.
 *
 * A program defines main_main, which is Go's func main.  When it returns,
 * the process ends with status 0, whatever other goroutines do.
 */
/*
 * There is no libc.  Headers of the host may be included for their constants
 * and types: <errno.h>, <fcntl.h>, <sys/syscall.h>, <netinet/in.h> and such.
 * Of the functions that they declare four are here, memcpy, memmove, memset
 * and memcmp; a program that calls another one, or errno, does not link.
 */
#ifndef RT0_H
#define RT0_H

#include <stddef.h>
#include <stdint.h>

void main_main(void);

/*
 * Start fn(arg) as a goroutine, which ends when fn returns.  Its stack has
 * 64 KB; below lies a page that kills, and no frame gets past it in a program
 * that is compiled with src/cflags (-fstack-clash-protection).  Returns at
 * once, before fn begins.  With no memory for a stack, or with fn NULL, the
 * process ends with a message and status 2.
 */
void go(void (*fn)(void *arg), void *arg);

/* Let the goroutines that can run do so first.  Alone, return at once. */
void runtime_Gosched(void);

/*
 * End this goroutine.  When the main one does, the others go on; when none
 * is left, the process ends with a message and status 2.
 */
_Noreturn void runtime_Goexit(void);

int64_t runtime_NumGoroutine(void);	/* that have not ended; 1 or more */
int runtime_NumCPU(void);		/* processors we may use; 1 or more */

/* Nanoseconds since some moment, on a clock that never goes back. */
int64_t runtime_Nanotime(void);

/*
 * A semaphore is any uint32_t whose value is the number of units that can
 * be taken.  Semacquire blocks this goroutine until there is one and
 * takes it; Semrelease adds one.  Units are taken in the order of arrival:
 * nobody gets one while another goroutine waits that came before.  What was
 * written before a Semrelease is seen after the Semacquire that took its unit.
 */
void runtime_Semacquire(uint32_t *addr);
void runtime_Semrelease(uint32_t *addr);

/* Write up to eight letters of what, and n, to the trace, if there is one. */
void trace_Log(const char *what, int64_t n);

/* the process */
extern long os_Argc;		/* os_Args[0] is the program */
extern char **os_Args;		/* ends with NULL */
extern char **os_Environ;	/* "NAME=value", ends with NULL */

/*
 * What follows "NAME=" in the environment, or NULL without such an entry.
 * It is not a copy: do not write to it, do not free it.
 */
const char *os_Getenv(const char *name);

/*
 * Read or write up to n bytes at p.  Blocks this goroutine only.  Returns
 * the number of bytes, which may be less than n (and is 0 at the end of what
 * there is to read), or a negative errno, but not -EINTR.  A peer that has
 * gone is -EPIPE; on standard output and error it ends the process by
 * SIGPIPE.
 *
 * With RT0_SEED in the environment a call blocks every goroutine: a program
 * that waits for itself, through a pipe say, then hangs without a word.
 */
int64_t os_Read(int fd, void *p, size_t n);
int64_t os_Write(int fd, const void *p, size_t n);

/*
 * Make the system call nr.  Blocks this goroutine only.  Returns what the
 * kernel returns: a result or a negative errno.
 */
long syscall_Syscall6(long nr, long a1, long a2, long a3, long a4, long a5,
    long a6);

/* End the process at once; the kernel keeps the low 8 bits of status. */
_Noreturn void os_Exit(int status);

/*
 * Print to standard output, or to fd, with the verbs, flags, widths and
 * sizes of C's printf.  Floating-point numbers, wide characters, %m, %n and
 * positions, %1$d, are not there: ./run refuses a program that asks for them
 * at a call.  In another format they print %!f(NOVERB) and so on, and from a
 * position on the format is printed as it stands.  A text of up to 256 bytes
 * is one write.  Returns as os_Write does, but the number is that of all
 * bytes.  Waits where a pipe is full; blocks this goroutine only.
 */
int64_t fmt_Printf(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
int64_t fmt_Fprintf(int fd, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A package with something to do before main; INIT makes one. */
struct inittask {
	const char *name;		/* of the package */
	void (*fn)(void);
	const char *const *deps;	/* names, ends with NULL */
	int state;			/* the rest is the runtime's */
	struct inittask *waits;
};

/*
 * INIT(log, "os", "config") { ... } is the init function of package log.
 * It runs once, on the main goroutine, after those of the packages that it
 * names and before main_main; of two that could be next, the first by name
 * is.  A second package log does not link.  A name that no package has and
 * a circle of names end the process with status 2 before any package of the
 * program runs; constructors have run by then.
 */
#define INIT(pkg, ...)							\
	static void pkg##_init(void);					\
	static const char *const pkg##_deps[] = {			\
		__VA_ARGS__ __VA_OPT__(,) NULL				\
	};								\
	struct inittask pkg##_inittask = {				\
		#pkg, pkg##_init, pkg##_deps, 0, NULL			\
	};								\
	static struct inittask *pkg##_inittaskp				\
	    __attribute__((section("inittasks"), used)) =		\
	    &pkg##_inittask;						\
	static void pkg##_init(void)

#endif
