/* SPDX-License-Identifier: MIT */
/* Tangled from book/03-check-and-args.nw; edit that, not this file. */
/*
 * Floor os: what a program has of the machine and of Linux.
 *
 * Offers: system calls by name (sys_linux.h), what the kernel tells at the
 * start, the clock, memory that is never given back, locks and notes for
 * threads, random numbers, the environment, messages, ways to end.
 * May use: nothing.  It blocks threads and knows no goroutine; of the
 * thread that it runs on it knows what is in struct mOS.
 *
 * Declarations are by file, and contracts stand with the code.
 */
#ifndef OS_H
#define OS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "os/go_asm.h"

/* memmove_amd64.S */
void *memset(void *dst, int c, size_t n);
void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
int memcmp(const void *a, const void *b, size_t n);

/* abort_amd64.S */
_Noreturn void abort(void);

/* 0 if two strings are equal; below or above 0 as a comes before b or after. */
static inline int
compare(const char *a, const char *b)
{
	while (*a != 0 && *a == *b)
		a++, b++;
	return (unsigned char)*a - (unsigned char)*b;
}

/* print.c */
long writeall(int fd, const char *p, size_t n);
long vfprint(int fd, const char *format, va_list ap);
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* panic.c */
_Noreturn void throw(const char *s);
void hint(long err);
_Noreturn void sysfail(const char *call, long err);

extern long argc;	/* as the kernel gave them */
extern char **argv;
extern char **envp;

/* os_linux.c */
void sysauxv(const uintptr_t *auxv);

extern size_t physPageSize;	/* AT_PAGESZ, bytes */
extern const uint8_t *startupRand;	/* AT_RANDOM: 16 bytes */
extern int secureMode;	/* AT_SECURE: do not trust the environment */

extern int32_t ncpu;	/* processors that this process may run on */
extern size_t physHugePageSize;	/* bytes, or 0: none, or not known */

/* os_linux.c */
void osinit(void);

/* vdso_linux.c */
void vdsoauxv(uintptr_t ehdr);
int64_t nanotime(void);
int vdsofound(void);

/* What RT0DEBUG switched on. */
extern struct debugvars {
	int32_t boot;		/* print bootreport */
	/* more debug variables */
	int32_t inittrace;	/* print a line for each init task */
	int32_t schedtrace;	/* print a line about the scheduler every so many ms */
	int32_t scheddetail;	/* and one for each P, M and G */
	int32_t nomembarrier;	/* do as if the kernel had no membarrier */
} debug;

/* What this floor keeps for a thread.  It is a field of the thread's M. */
struct mOS {
	/* fields of an mOS */
	uint64_t rand;		/* state of cheaprand, never 0 */
	int32_t locks;		/* how many mutexes this thread holds */
	uint32_t turn;		/* 1: the baton is ours */
	struct turner *turner;	/* if threads take turns: what we sleep for */
};

/* That of this thread. */
static inline struct mOS *
getmos(void)
{
	char *mp;

	__asm__ volatile("movq %%fs:-8, %0\n\tmovq %c1(%0), %0"
	    : "=r"(mp) : "i"(g_m));
	return (struct mOS *)(mp + m_os);
}

/* rand.c */
void randinit(void);
uint64_t bootrand(void);
uint32_t cheaprand(void);

/* os_linux.c */
void checkfds(void);
void setsig(int sig, uintptr_t how);
void initsig(void);

/* env.c */
const char *gogetenv(const char *name);
int parseint(const char *s, int32_t *v);
const char *knob(const char *name);
void parsedebugvars(void);

/* mem.c */
void *sysAlloc(size_t n);
void *persistentalloc(size_t n);

/* panic.c */
_Noreturn void outofmemory(size_t n, long err);

/* panic.c */
_Noreturn void fatal(const char *s);

/* os_linux.c */
void usleep(int64_t us);

/* A lock: 0 free, 1 held. */
struct mutex {
	uint32_t key;
	uint32_t sleepers;	/* threads that sleep for it, or are about to */
};

/* lock_futex.c */
void lock(struct mutex *l);
void unlock(struct mutex *l);

/* Something that happens once: 0 not yet, 1 it has. */
struct note {
	uint32_t key;
};

void noteclear(struct note *n);
void notewakeup(struct note *n);
void notesleep(struct note *n);

extern int turns;	/* threads take turns */

/* A thread that takes turns. */
struct turner {
	struct turner *next;	/* in the list of all */
	struct mOS *os;
	uint32_t *sleepsat;	/* the word that it sleeps at, or NULL ... */
	int64_t until;		/* ... or it is so late; INT64_MAX: never */
};

/* turn.c */
void turnpoint(void);
void taketurns(struct turner *t);
void turnadd(struct mOS *os, struct turner *t);
void turnwait(void);

/* vdso_linux.c */
void clockuse(int64_t (*clock)(void));

extern char *arena;	/* mem.c: where the next memory shall be, or NULL */

/* lock_futex.c */
void notetsleep(struct note *n, int64_t ns);

/* Whether the kernel sends barriers to other threads. */
extern struct asymmetric {
	int on;
} __attribute__((aligned(64))) asymmetric;

/* membarrier_linux.c */
void membarrierinit(void);
void heavyfence(void);

/* Its partner is heavyfence: see membarrier_linux.c. */
static inline void
lightfence(void)
{
	if (__builtin_expect(!asymmetric.on, 0))
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	else
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

#endif
