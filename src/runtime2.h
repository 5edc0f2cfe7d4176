/* SPDX-License-Identifier: MIT */
/* Tangled from book/02-rt0-go.nw; edit that, not this file. */
/*
 * The types of the runtime: G, M and, from chapter 5, P.
 *
 * gp, mp and pp point to them everywhere.  Fields that assembly touches
 * come first and have their offsets in go_asm.h.
 */
#ifndef RUNTIME2_H
#define RUNTIME2_H

#include <stddef.h>
#include <stdint.h>

/* constants of the runtime */
#include "rt0.h"

/* A lock: 0 free, 1 held, 2 held and somebody may sleep for it. */
struct mutex {
	uint32_t key;
};

/* Something that happens once: 0 not yet, 1 it has. */
struct note {
	uint32_t key;
};

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
};

enum { TLSSLOTS = 16 };	/* 8 bytes each: %fs:-8 up to %fs:0x70 */

/* A thread of the operating system. */
struct m {
	struct g *g0;		/* the g whose stack the scheduler uses */
	uintptr_t tls[TLSSLOTS];	/* tls[0] is %fs:-8, the current g */
	/* fields of an m */
	int64_t id;
	struct p *p;		/* held, or NULL */
	struct m *alllink;	/* the next in allm */
	uint64_t rand;		/* state of cheaprand, never 0 */
	struct g *curg;		/* the goroutine that runs here, or NULL */
	int32_t locks;		/* how many mutexes this thread holds */
	int32_t procid;		/* the kernel's number; 0 for m0 */
	struct p *nextp;	/* for an M that wakes up: the P it gets */
	struct note park;	/* where an M without work sleeps */
	struct m *schedlink;	/* the next in sched.midle */
	int (*waitunlockf)(struct g *gp, void *lock);	/* for park_m */
	void *waitlock;
	int spinning;		/* it has a P and looks for work; counted below */
	struct g *left;		/* the goroutine that gswitch has just left */
	void (*mstartfn)(void);	/* for an M that never has a P: what it does */
	struct p *oldp;		/* in a system call: the P that we had */
};

/* types of the scheduler */
enum { RUNQSIZE = 256, MAXPROCS = 1024 };

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
	/* who runs before the ring */
	uint64_t pile;		/* below, how many, and how often taken; see runq.c */
	struct g *piled[RUNQSIZE];
	uint32_t schedtick;	/* goroutines that were run, for the fair turns */
	int64_t nstarted;	/* goroutines that began here */
	int64_t nended;		/* and that ended here */
	int64_t goidcache;	/* the ids from goidcache + 1 ... */
	int64_t goidcacheend;	/* ... to this one are ours to give */
	int32_t nstacks;	/* the length of stackcache */
	struct freestack *stackcache;	/* stacks that nobody uses */
	uint32_t fairtick;	/* schedtick when last it was a fair turn */
	int fairlist;		/* that was one for the list, not for the ring */
	uint32_t fairturns;	/* fair turns so far, for the oldest of the pile */
	uint32_t syscalltick;	/* counts the system calls that have ended */
	uint32_t sysmontick;	/* sysmon's: what syscalltick was ... */
	int64_t sysmonwhen;	/* ... and when that was */
	uint32_t turntick;	/* sysmon's: what schedtick was ... */
	int64_t turnwhen;	/* ... and when that was; 0: not known */
	uint32_t longturn;	/* the schedtick of a turn that is long enough */
};

/* A list of goroutines, linked through schedlink. */
struct gqueue {
	struct g *head;
	struct g *tail;
};

/* What belongs to no thread and no P. */
struct schedt {
	struct p *pidle;	/* Ps that nobody holds */
	int32_t npidle;
	struct gqueue runq;	/* what did not fit into a P's ring */
	int32_t runqsize;
	int64_t mnext;		/* the id of the next M */
	/* fields of sched */
	/* count goroutines */
	int64_t goidgen;	/* the last goid given out */
	struct mutex lock;	/* for all of the above and midle, nmidle, allgs */
	struct m *midle;	/* Ms without work, asleep */
	int32_t nmidle;
	int32_t maxmcount;	/* so many Ms there may be */
	int mainStarted;	/* the main goroutine runs; there may be more Ms */
	struct g *gFree;	/* the dead that are too many for their P */
	int32_t nmspinning;	/* Ms that are spinning, or are being woken to */
	int32_t needspinning;	/* there is work that no idle P could be had for */
	int32_t nmsys;		/* Ms that never have a P; nmidle counts them, too */
	int sysmonstarted;
	int sysmonwait;		/* sysmon: 0 awake, 1 sleeps long, 2 until woken */
	struct note sysmonnote;	/* where it sleeps */
};

/* A goroutine in a list of those who wait.  It lies on its own stack. */
struct sudog {
	struct g *g;
	uint32_t *addr;		/* the semaphore */
	struct sudog *waitlink;	/* who came next to the same semaphore */
	struct sudog *last;	/* of the first there: the last there */
	struct sudog *next;	/* of the first there: another semaphore */
};

enum { FAIRTURN = 61, GOIDBATCH = 16 };

/* What can happen, and what arg then is. */
enum eventkind {
	GoCreate = 1,		/* the goroutine that was made */
	GoStart,		/* 0 */
	GoYield,		/* 0 */
	GoBlock,		/* 0 */
	GoUnblock,		/* the goroutine that can go on */
	GoEnd,			/* 0 */
	ProcStart,		/* the M */
	ProcStop,		/* the M */
	Steal,			/* the P that was robbed; goid will run */
};

/* Something that happened on a P. */
struct event {
	int64_t when;		/* ns, as nanotime tells; seeded: a count */
	int64_t goid;		/* the goroutine that it happened to, or 0 */
	uint32_t arg;
	uint32_t kind;
};

enum { TRACERING = 1 << 16 };	/* events of a P that are kept */

/* The events of one P: event i lies in ring[i % TRACERING]. */
struct tracebuf {
	uint64_t n;		/* that were ever written */
	struct event ring[TRACERING];
};

/* The file of a trace. */
struct tracefile {
	char magic[8];		/* "rt0trc1", written when the rest is there */
	uint32_t nprocs;	/* tracebufs that follow ... */
	uint32_t ring;		/* ... and events in each */
	int64_t seed;		/* RT0_SEED, or -1: when is a time */
	uint64_t pad[5];
	struct tracebuf buf[];
};

/* variables of the runtime */
extern struct g g0;	/* the g0 of m0; its stack is the kernel's */
extern struct m m0;	/* the thread that the kernel started */
extern uint32_t processorVersionInfo;	/* CPUID leaf 1, eax */
extern uint8_t isIntel;	/* CPUID leaf 0 says GenuineIntel */

extern long argc;	/* as the kernel gave them */
extern char **argv;
extern char **envp;

extern size_t physPageSize;	/* AT_PAGESZ, bytes */
extern const uint8_t *startupRand;	/* AT_RANDOM: 16 bytes */
extern int secureMode;	/* AT_SECURE: do not trust the environment */

extern int32_t ncpu;	/* processors that this process may run on */
extern size_t physHugePageSize;	/* bytes, or 0: none, or not known */

extern struct schedt sched;
extern struct p **allp;	/* gomaxprocs of them */
extern int32_t gomaxprocs;
extern struct m *allm;	/* linked through alllink */

/* What RT0DEBUG switched on. */
extern struct debugvars {
	int32_t boot;		/* print bootreport */
	/* more debug variables */
	int32_t inittrace;	/* print a line for each init task */
	int32_t schedtrace;	/* print a line about the scheduler every so many ms */
	int32_t scheddetail;	/* and one for each P, M and G */
} debug;

extern struct g *allgs;	/* every g ever made, linked through alllink */

extern int64_t runtimeInitTime;	/* when the main goroutine began */
extern struct inittask *runtime_inittasks[2];
extern struct inittask *__start_inittasks[];	/* by the linker: the */
extern struct inittask *__stop_inittasks[];	/* section inittasks */

extern struct tracefile *trace;	/* NULL: nobody wants a trace */

extern int seeded;		/* RT0_SEED makes the schedule */
extern int32_t scheduleseed;	/* the number in it */

#endif
