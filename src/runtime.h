/* SPDX-License-Identifier: MIT */
/* Tangled from book/03-check-and-args.nw; edit that, not this file. */
/*
 * The functions of the runtime, by file.  Contracts stand with the code.
 */
#ifndef RUNTIME_H
#define RUNTIME_H

#include <stdarg.h>

#include "runtime2.h"

/* memmove_amd64.S */
void *memset(void *dst, int c, size_t n);
void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
int memcmp(const void *a, const void *b, size_t n);

/* asm_amd64.S */
_Noreturn void abort(void);
void setg(struct g *gp);

/* print.c */
long writeall(int fd, const char *p, size_t n);
long vfprint(int fd, const char *format, va_list ap);
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* panic.c */
_Noreturn void throw(const char *s);
_Noreturn void sysfail(const char *call, long err);

/* runtime1.c */
void check(void);
void args(long c, char **v);

/* os_linux.c */
void sysauxv(const uintptr_t *auxv);

/* boot.c */
void bootreport(void);

void osinit(void);

/* vdso_linux.c */
void vdsoauxv(uintptr_t ehdr);
int64_t nanotime(void);
int vdsofound(void);

/* proc.c */
void schedinit(void);

/* mem.c */
void *sysAlloc(size_t n);
void *persistentalloc(size_t n);

_Noreturn void outofmemory(size_t n, long err);

/* rand.c */
void randinit(void);
uint64_t bootrand(void);
uint32_t cheaprand(void);

/* env.c */
const char *gogetenv(const char *name);
int parseint(const char *s, int32_t *v);
void parsedebugvars(void);
int32_t procsfromenv(void);

void checkfds(void);

void setsig(int sig, uintptr_t how);
void initsig(void);

/* runq.c */
void runqput(struct p *pp, struct g *gp);
struct g *runqget(struct p *pp);

_Noreturn void gogo(struct gobuf *buf);
void mcall(void (*fn)(struct g *gp));
void systemstack(void (*fn)(void *arg), void *arg);
_Noreturn void goexit(void);
_Noreturn void mstart(void);

/* stack.c */
struct stack stackalloc(void);

void newproc(void (*fn)(void *), void *arg);
_Noreturn void mstart1(void);
_Noreturn void goexit1(void);
void runtime_main(void *arg);

_Noreturn void fatal(const char *s);

/* inittask.c */
void doInit(struct inittask **ts, long n);
void sortinits(struct inittask **ts, long n);
void runconstructors(void);

/* lock_futex.c */
void lock(struct mutex *l);
void unlock(struct mutex *l);
void noteclear(struct note *n);
void notewakeup(struct note *n);
void notesleep(struct note *n);

void globrunqput(struct g *gp);
struct g *globrunqget(void);

void casgstatus(struct g *gp, enum gstatus from, enum gstatus to);
void acquirep(struct p *pp);
struct p *releasep(void);
void pidleput(struct p *pp);
struct p *pidleget(void);
void mcommoninit(struct m *mp);

/* thread.c */
void startm(struct p *pp);
void stopm(void);
void wakep(void);

void usleep(int64_t us);

void gopark(int (*unlockf)(struct g *, void *), void *lock,
    const char *reason);
void goparkunlock(struct mutex *l, const char *reason);
void goready(struct g *gp);

/* sema.c */
void semacquire(uint32_t *addr);
void semrelease(uint32_t *addr);

void runnextput(struct p *pp, struct g *gp);
struct g *runqfair(struct p *pp);
struct g *globrunqgetbatch(struct p *pp);

int64_t gcount(void);

struct stack stackget(struct p *pp);
void stackput(struct p *pp, struct stack st);

struct g *runqsteal(struct p *pp, struct p *victim, int takenext);
int runqempty(struct p *pp);

/* steal.c */
void stealinit(uint32_t n);
struct g *stealwork(struct p *pp);
struct p *lookagain(void);

void finishswitch(void);

/*
 * This M.  Its thread pointer points into it, so that we need not ask the
 * current goroutine.
 */
static inline struct m *
getm(void)
{
	uintptr_t fs;

	__asm__ volatile("movq %%fs:0, %0" : "=r"(fs));
	return (struct m *)(fs - offsetof(struct m, tls[1]));
}

/* Whether somebody of pp shall run out of turn. */
static inline int
fairturn(struct p *pp)
{
	return pp->schedtick - pp->fairtick >= FAIRTURN / 2;
}

void wakefenced(void);

/* trace.c */
void traceinit(void);
void traceevent(enum eventkind kind, int64_t goid, int64_t arg);

/* Note an event, if there is a trace. */
#define TRACE(kind, goid, arg) do {				\
	if (__builtin_expect(trace != NULL, 0))			\
		traceevent(kind, goid, arg);			\
} while (0)

void newsysm(void (*fn)(void));
uint32_t runqlen(struct p *pp);

/* schedtrace.c */
void schedtracer(void);

/* seed.c */
void seedinit(void);
int32_t seedprocs(int32_t n);
void seedplace(struct p *pp);
void seedyield(void);

/* syscall.c */
void entersyscall(void);
void exitsyscall(void);
void wantp(void);
void handoffp(struct p *pp);
void exitsyscall0(struct g *gp);

/* sysmon.c */
void sysmon(void);

void notetsleep(struct note *n, int64_t ns);
void incidle(int32_t v);
/* os.c */
int epipecheck(int fd, int64_t r);

/*
 * The current g.  One load, made anew each time: between two calls the same
 * C function may have moved to another thread.
 */
static inline struct g *
getg(void)
{
	struct g *gp;

	__asm__ volatile("movq %%fs:-8, %0" : "=r"(gp));
	return gp;
}

/* 0 if two strings are equal; below or above 0 as a comes before b or after. */
static inline int
compare(const char *a, const char *b)
{
	while (*a != 0 && *a == *b)
		a++, b++;
	return (unsigned char)*a - (unsigned char)*b;
}

#endif
