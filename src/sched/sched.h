/* SPDX-License-Identifier: MIT */
/* Tangled from book/02-rt0-go.nw; edit that, not this file. */
/*
 * Floor sched: goroutines (G), the threads that run them (M) and the right
 * to run them (P).
 *
 * Offers: newproc, gopark and goready, runtime_Gosched, goexit1, the way
 * into the kernel and back (entersyscall), the trace and the seeds.
 * May use: os.
 *
 * gp, mp and pp point to a G, an M and a P everywhere.  Fields that assembly
 * touches come first and have their offsets in os/go_asm.h.
 */
#ifndef SCHED_H
#define SCHED_H

/* headers of sched */
#include <stddef.h>
#include <stdint.h>

#include "os/os.h"
#include "sched/trace.h"

/* A stack: the addresses lo <= a < hi.  It grows from hi downwards. */
struct stack {
	uintptr_t lo;
	uintptr_t hi;
};

/* Where a goroutine goes on, and with which registers. */
struct gobuf {
	uintptr_t sp;
	uintptr_t pc;
	struct g *g;		/* whose it is */
	void *ctxt;		/* %rdi when it goes on: a new one's argument */
	uintptr_t bx, bp, r12, r13, r14, r15;
};

enum gstatus {
	Gidle = 0, Grunnable = 1, Grunning = 2, Gsyscall = 3, Gwaiting = 4,
	Gdead = 6,
};

/* A goroutine, or, as m.g0, the scheduler's own stack on a thread. */
struct g {
	struct stack stack;	/* the bounds of its stack */
	uintptr_t stackguard0;	/* below it, a function must not begin */
	struct m *m;		/* the thread that runs it, or NULL */
	/* fields of a g */
	struct g *schedlink;	/* the next in a gqueue */
	struct gobuf sched;	/* valid while it does not run */
	enum gstatus atomicstatus;
	int64_t goid;		/* 1 is the main goroutine; g0s have 0 */
	uintptr_t startpc;	/* the function it was started with */
	struct g *alllink;	/* the next in allgs */
	const char *waitreason;	/* while Gwaiting: what for, as Go says it */
	uint32_t *waitson;	/* the semaphore that it has waited for last */
};

enum { TLSSLOTS = 16 };	/* 8 bytes each: %fs:-8 up to %fs:0x70 */

/* A thread of the operating system. */
struct m {
	struct g *g0;		/* the g whose stack the scheduler uses */
	uintptr_t tls[TLSSLOTS];	/* tls[0] is %fs:-8, the current g */
	/* fields of an m */
	/* what each m gets */
	struct mOS os;		/* what the floor below keeps for the thread */
	int64_t id;
	struct m *alllink;	/* the next in allm */
	struct p *p;		/* held, or NULL */
	struct g *curg;		/* the goroutine that runs here, or NULL */
	int32_t procid;		/* the kernel's number; 0 for m0 */
	void (*mstartfn)(void);	/* for an M that never has a P: what it does */
	struct p *nextp;	/* for an M that wakes up: the P it gets */
	struct note park;	/* where an M without work sleeps */
	struct m *schedlink;	/* the next in sched.midle */
	int (*waitunlockf)(struct g *gp, void *lock);	/* for park_m */
	void *waitlock;
	int spinning;		/* it has a P and looks for work; counted below */
	struct g *left;		/* the goroutine that gswitch has just left */
	struct p *oldp;		/* in a system call: the P that we had */
};

/* types of the scheduler */
/* types of the run queue */
enum { RUNQSIZE = 256 };

/* A list of goroutines, linked through schedlink. */
struct gqueue {
	struct g *head;
	struct g *tail;
};

enum pstatus {
	Pidle, Prunning,
	/* more states of a p */
	Psyscall,		/* its M is in the kernel; who wants it may take it */
};

/* What a thread must hold to run goroutines. */
struct p {
	int32_t id;		/* its index in allp */
	enum pstatus status;
	struct p *link;		/* the next in sched.pidle */
	struct m *m;		/* the thread that holds it, or NULL */
	/* The run queue: runq[i % RUNQSIZE] for runqhead <= i < runqtail. */
	uint32_t runqhead;
	uint32_t runqtail;
	struct g *runq[RUNQSIZE];
	struct g *gFree;	/* dead goroutines with stacks, by schedlink */
	int32_t ngFree;		/* how many there are in gFree */
	/* The pile: piled[i % RUNQSIZE] for pilebottom <= i < piletop. */
	uint32_t pilebottom;
	uint32_t piletop;
	/* the lock of the queues */
	int taking;		/* the owner takes, and holds no lock */
	enum bias {
		Biased,		/* its owner takes without a lock */
		Revoking,	/* a thief waits until the owner has seen that */
		Shared,		/* owner and thieves take with runqlock */
	} bias;
	struct mutex runqlock;	/* of what leaves the queues, while Shared */
	uint32_t calm;		/* the owner's takes by the lock since a theft */
	struct g *piled[RUNQSIZE];
	uint32_t schedtick;	/* goroutines that were run, for the fair turns */
	int64_t nstarted;	/* goroutines that began here */
	int64_t nended;		/* and that ended here */
	int64_t goidcache;	/* the ids from goidcache + 1 ... */
	int64_t goidcacheend;	/* ... to this one are ours to give */
	int32_t nstacks;	/* the length of stackcache */
	struct freestack *stackcache;	/* stacks that nobody uses */
	uint32_t vainyields;	/* yields that found nobody else */
	uint32_t fairtick;	/* schedtick when last it was a fair turn */
	int fairlist;		/* that was one for the list, not for the ring */
	uint32_t fairturns;	/* fair turns so far, for the oldest of the pile */
	int from;	/* the enum origin of the next start */
	uint32_t syscalltick;	/* counts the system calls that have ended */
	uint32_t sysmontick;	/* sysmon's: what syscalltick was ... */
	int64_t sysmonwhen;	/* ... and when that was */
	uint32_t turntick;	/* sysmon's: what schedtick was ... */
	int64_t turnwhen;	/* ... and when that was; 0: not known */
	uint32_t longturn;	/* the schedtick of a turn that is long enough */
};

/* What belongs to no thread and no P. */
struct schedt {
	/* fields of sched */
	struct gqueue runq;	/* what did not fit into a P's ring */
	int32_t runqsize;
	struct p *pidle;	/* Ps that nobody holds */
	int32_t npidle;
	int64_t mnext;		/* the id of the next M */
	/* count goroutines */
	int64_t goidgen __attribute__((aligned(64)));	/* the last goid given out */
	struct mutex lock __attribute__((aligned(64)));	/* of queue, lists, mnext */
	int32_t maxmcount;	/* so many Ms there may be */
	struct m *midle;	/* Ms without work, asleep */
	int32_t nmidle;
	int mainStarted;	/* the main goroutine runs; there may be more Ms */
	struct g *gFree;	/* the dead that are too many for their P */
	int32_t nmspinning;	/* Ms that are spinning, or are being woken to */
	int32_t needspinning;	/* there is work that no idle P could be had for */
	int32_t nmsys;		/* Ms that never have a P; nmidle counts them, too */
	int sysmonstarted;
	int sysmonwait;		/* sysmon: 0 awake, 1 sleeps long, 2 until woken */
	struct note sysmonnote;	/* where it sleeps */
};

enum { MAXPROCS = 1024 };

enum { FAIRTURN = 61, GOIDBATCH = 16 };

/* declarations of sched */
extern struct g g0;	/* the g0 of m0; its stack is the kernel's */
extern struct m m0;	/* the thread that the kernel started */

/* switch_amd64.S */
void setg(struct g *gp);

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

extern struct schedt sched;

/* runq.c */
void runqput(struct p *pp, struct g *gp);
struct g *runqget(struct p *pp);

extern struct p **allp;		/* gomaxprocs of them */
extern int32_t gomaxprocs;

/* p.c */
int32_t procsfromenv(void);
void procresize(int32_t n);

extern struct m *allm;	/* linked through alllink */

/* proc.c */
void schedinit(void);

/* switch_amd64.S */
_Noreturn void gogo(struct gobuf *buf);
void mcall(void (*fn)(struct g *gp));
void systemstack(void (*fn)(void *arg), void *arg);
_Noreturn void goexit(void);
_Noreturn void mstart(void);

/* stack.c */
struct stack stackalloc(void);

extern struct g *allgs;	/* every g ever made, linked through alllink */

/* g.c */
void newproc(void (*fn)(void *), void *arg);
_Noreturn void goexit1(void);

/* proc.c */
_Noreturn void mstart1(void);
_Noreturn void schedule(void);
_Noreturn void execute(struct g *gp);

/* The status of gp, which another thread may be changing. */
static inline enum gstatus
readgstatus(struct g *gp)
{
	return __atomic_load_n(&gp->atomicstatus, __ATOMIC_RELAXED);
}

/* Change gp's status from one to another; it must have been the first. */
static inline void
casgstatus(struct g *gp, enum gstatus from, enum gstatus to)
{
	if (readgstatus(gp) != from)
		throw("casgstatus: bad incoming status");
	__atomic_store_n(&gp->atomicstatus, to, __ATOMIC_RELAXED);
}

/* gp no longer runs here. */
static inline void
dropg(struct g *gp)
{
	gp->m->curg = NULL;
	gp->m = NULL;
}

/* park.c */
void runtime_Gosched(void);

/* m.c */
void newsysm(void (*fn)(void));

/* proc.c */
void mcommoninit(struct m *mp);

/* the list, under sched.lock */
void globrunqput(struct g *gp);
struct g *globrunqget(void);

/* p.c */
void acquirep(struct p *pp);
struct p *releasep(void);
void pidleput(struct p *pp);
struct p *pidleget(void);

/* m.c */
void startm(struct p *pp);
void stopm(void);
void wakep(void);

/* park.c */
void gopark(int (*unlockf)(struct g *, void *), void *lock,
    const char *reason);
void goparkunlock(struct mutex *l, const char *reason);
void goready(struct g *gp);

/* g.c */
void setrunning(struct m *mp, struct g *gp);

/* runq.c */
void runnextput(struct p *pp, struct g *gp);
struct g *runqfair(struct p *pp);

/* globrunq.c */
struct g *globrunqgetbatch(struct p *pp);

/* g.c */
int64_t gcount(void);

/* stack.c */
struct stack stackget(struct p *pp);
void stackput(struct p *pp, struct stack st);

/* runq.c */
struct g *runqsteal(struct p *pp, struct p *victim, int takenext);
int runqempty(struct p *pp);

/* steal.c */
void stealinit(uint32_t n);
struct g *stealwork(struct p *pp);
struct p *lookagain(void);

/* g.c */
void finishswitch(void);

/* Whether somebody of pp shall run out of turn. */
static inline int
fairturn(struct p *pp)
{
	return pp->schedtick - pp->fairtick >= FAIRTURN / 2;
}

extern struct tracefile *trace;	/* NULL: nobody wants a trace */
extern int watched;		/* traceevent has something to do */

/* trace.c */
void traceinit(void);
void traceevent(enum eventkind kind, int64_t goid, uint64_t arg,
    uint64_t more);
void tracep(struct p *pp, enum eventkind kind, int64_t goid, uint64_t arg,
    uint64_t more);

/* Something happens: tell those who watch. */
#define TRACE(kind, goid, arg, more) do {				\
	if (__builtin_expect(watched, 0))				\
		traceevent(kind, goid, (uint64_t)(arg), (uint64_t)(more)); \
} while (0)

extern int seeded;		/* RT0_SEED makes the schedule */
extern int32_t scheduleseed;	/* the number in it, or -1 */

/* seed.c */
void seedinit(void);
int32_t seedprocs(int32_t n);
void seedplace(struct p *pp);
void seedyield(void);

/* runq.c */
uint32_t runqlen(struct p *pp);

/* schedtrace.c */
void schedtracer(void);

/* syscall.c */
void entersyscall(void);
void exitsyscall(void);
void wantp(void);
void handoffp(struct p *pp);
void exitsyscall0(struct g *gp);

/* sysmon.c */
void sysmon(void);

/* m.c */
void incidle(int32_t v);
#endif
