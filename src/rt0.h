/* SPDX-License-Identifier: MIT */
/* Tangled from book/07-the-main-goroutine.nw; edit that, not this file. */
/*
 * What a program may call.  Names are Go's: package, underscore, name.
 *
 * A program defines main_main, which is Go's func main.  When it returns,
 * the process ends with status 0, whatever other goroutines do.
 */
#ifndef RT0_H
#define RT0_H

#include <stddef.h>
#include <stdint.h>

void main_main(void);

/* Start fn(arg) as a goroutine.  Ends the process if memory is short. */
void go(void (*fn)(void *arg), void *arg);

/* Let the other goroutines that can run do so first. */
void runtime_Gosched(void);

/* End this goroutine.  In the main one, the others go on. */
_Noreturn void runtime_Goexit(void);

int64_t runtime_NumGoroutine(void);	/* goroutines that have not ended */
int runtime_NumCPU(void);		/* processors we may use */

/* Nanoseconds on a clock that never goes back. */
int64_t runtime_Nanotime(void);

/* the process */
extern long os_Argc;		/* os_Args[0] is the program */
extern char **os_Args;		/* ends with NULL */
extern char **os_Environ;	/* "NAME=value", ends with NULL */

/* The value of the environment variable called name, or NULL. */
const char *os_Getenv(const char *name);

/*
 * Write up to n bytes to fd.  Blocks this thread.  Returns the number of
 * bytes written or a negative errno.
 */
int64_t os_Write(int fd, const void *p, size_t n);

/* End the process at once; the kernel keeps the low 8 bits of status. */
_Noreturn void os_Exit(int status);

/*
 * Print to standard output, or to fd.  Verbs: %s %c %d %u %x %p %%, and
 * %ld %lu %lx.  A text of less than 256 bytes is one write.
 */
void fmt_Printf(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
void fmt_Fprintf(int fd, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A package with something to do before main. */
struct inittask {
	const char *name;
	void (*fn)(void);
	const char *const *deps;	/* names, ends with NULL */
	int state;			/* the rest is the runtime's */
	struct inittask *waits;
};

/*
 * INIT(log, "os", "fmt") { ... } is the init function of package log.  It
 * runs on the main goroutine, after those of the packages that it names
 * and before main_main.
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
