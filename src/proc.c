/* SPDX-License-Identifier: MIT */
/* Tangled from book/05-schedinit.nw; edit that, not this file. */
/*
 * The scheduler.
 *
 * A G is a goroutine, an M a thread, a P the right to run Gs.  An M needs a
 * P to run a goroutine, and there are gomaxprocs Ps.
 */
#include "runtime.h"
#include "sys_linux.h"

struct schedt sched;
struct p **allp;
int32_t gomaxprocs;
struct m *allm;

/* Give mp its number and its random state, and put it on allm. */
void
mcommoninit(struct m *mp)
{
	lock(&sched.lock);
	mp->id = sched.mnext++;
	/* refuse one thread too many */
	if (sched.mnext > sched.maxmcount) {
		print("runtime: program exceeds %d-thread limit\n",
		    sched.maxmcount);
		throw("thread exhaustion");
	}
	mp->rand = bootrand() | 1;	/* the state must not be 0 */
	mp->alllink = allm;
	allm = mp;
	unlock(&sched.lock);
}

/* Make pp the P of this M. */
void
acquirep(struct p *pp)
{
	struct m *mp = getg()->m;

	if (mp->p != NULL || pp->m != NULL || pp->status != Pidle)
		throw("acquirep: already in use");
	mp->p = pp;
	pp->m = mp;
	__atomic_store_n(&pp->status, Prunning, __ATOMIC_RELAXED);
	/* note that the P is held */
	TRACE(ProcStart, 0, mp->id);
}

/* Take this M's P away from it and return it. */
struct p *
releasep(void)
{
	struct m *mp = getg()->m;
	struct p *pp = mp->p;

	if (pp == NULL || pp->m != mp || pp->status != Prunning)
		throw("releasep: invalid p state");
	/* note that the P is given up */
	TRACE(ProcStop, 0, mp->id);
	mp->p = NULL;
	pp->m = NULL;
	__atomic_store_n(&pp->status, Pidle, __ATOMIC_RELAXED);
	return pp;
}

/* Put pp, which nobody holds, on the list of idle Ps; sched.lock held. */
void
pidleput(struct p *pp)
{
	/* see that it has no goroutines */
	if (!runqempty(pp))
		throw("pidleput: P has goroutines to run");
	pp->link = sched.pidle;
	sched.pidle = pp;
	__atomic_store_n(&sched.npidle, sched.npidle + 1, __ATOMIC_RELAXED);
}

/* Take a P from the list of idle ones, or NULL; sched.lock held. */
struct p *
pidleget(void)
{
	struct p *pp = sched.pidle;

	if (pp != NULL) {
		sched.pidle = pp->link;
		__atomic_store_n(&sched.npidle, sched.npidle - 1,
		    __ATOMIC_RELAXED);
	}
	return pp;
}

/* Make n Ps, give the first one to this M and put the others on pidle. */
static void
procresize(int32_t n)
{
	allp = persistentalloc((size_t)n * sizeof allp[0]);
	gomaxprocs = n;
	/* prepare for so many Ps */
	stealinit((uint32_t)n);
	for (int32_t i = n - 1; i >= 0; i--) {
		struct p *pp = persistentalloc(sizeof *pp);

		pp->id = i;
		allp[i] = pp;
		if (i > 0)
			pidleput(pp);
		else
			acquirep(pp);
	}
}

/*
 * Bring up everything that the first goroutine needs.  The order matters:
 * a step may use what those above it have made.
 */
void
schedinit(void)
{
	sched.maxmcount = 10000;
	randinit();
	mcommoninit(&m0);
	checkfds();		/* before anything that may complain */
	initsig();
	parsedebugvars();
	seedinit();
	procresize(seedprocs(procsfromenv()));
	traceinit();
}

/* the life of a goroutine */
struct g *allgs;

/* The status of gp, which another thread may be changing. */
static enum gstatus
readgstatus(struct g *gp)
{
	return __atomic_load_n(&gp->atomicstatus, __ATOMIC_RELAXED);
}

/* Change gp's status from one to another; it must have been the first. */
void
casgstatus(struct g *gp, enum gstatus from, enum gstatus to)
{
	if (readgstatus(gp) != from)
		throw("casgstatus: bad incoming status");
	__atomic_store_n(&gp->atomicstatus, to, __ATOMIC_RELAXED);
}

/* A new g with a stack, dead. */
static struct g *
malg(void)
{
	struct g *gp = persistentalloc(sizeof *gp);

	casgstatus(gp, Gidle, Gdead);
	/* list it with all others */
	lock(&sched.lock);
	gp->alllink = allgs;
	allgs = gp;
	unlock(&sched.lock);
	return gp;
}

/* keep the dead and take one */
enum { GFREEMAX = 64 };		/* a P that has so many gives half away */

/* Give half of pp's dead to all. */
static void
gfgive(struct p *pp)
{
	lock(&sched.lock);
	for (; pp->ngFree > GFREEMAX / 2; pp->ngFree--) {
		struct g *gp = pp->gFree;

		pp->gFree = gp->schedlink;
		gp->schedlink = sched.gFree;
		__atomic_store_n(&sched.gFree, gp, __ATOMIC_RELAXED);
	}
	unlock(&sched.lock);
}

/* Fetch some of those that others have given away. */
static void
gffetch(struct p *pp)
{
	lock(&sched.lock);
	for (; sched.gFree && pp->ngFree < GFREEMAX / 2; pp->ngFree++) {
		struct g *gp = sched.gFree;

		__atomic_store_n(&sched.gFree, gp->schedlink,
		    __ATOMIC_RELAXED);
		gp->schedlink = pp->gFree;
		pp->gFree = gp;
	}
	unlock(&sched.lock);
}

/* Keep gp, which is dead, for the next newproc on pp or elsewhere. */
static void
gfput(struct p *pp, struct g *gp)
{
	gp->schedlink = pp->gFree;
	pp->gFree = gp;
	if (++pp->ngFree == GFREEMAX)
		gfgive(pp);
}

/* A dead goroutine for pp, or NULL if there is none. */
static struct g *
gfget(struct p *pp)
{
	struct g *gp;

	if (pp->gFree == NULL &&
	    __atomic_load_n(&sched.gFree, __ATOMIC_RELAXED) != NULL)
		gffetch(pp);
	gp = pp->gFree;
	if (gp != NULL) {
		pp->gFree = gp->schedlink;
		pp->ngFree--;
		gp->schedlink = NULL;
	}
	return gp;
}

/* Let gp begin with fn(arg).  It has no stack yet. */
static void
gostartcall(struct g *gp, void (*fn)(void *), void *arg)
{
	gp->sched = (struct gobuf){
		/* fill the registers of a new goroutine */
		.pc = (uintptr_t)goexit + 1,
		.g = gp,
		.bx = (uintptr_t)fn,
		.r12 = (uintptr_t)arg,
	};
	gp->startpc = (uintptr_t)fn;
}

/* Give gp a stack on which it looks as if goexit had called its fn. */
static void
bindstack(struct g *gp)
{
	gp->stack = stackget(getg()->m->p);
	gp->stackguard0 = gp->stack.lo + STACKGUARD;
	/* prepare the stack of a new goroutine */
	gp->sched.sp = gp->stack.hi - 32;
}

/* On g0: a new g in *p, a pointer to one. */
static void
newg(void *p)
{
	*(struct g **)p = malg();
}

/* Start fn(arg) as a new goroutine: it will be the next to run here. */
void
newproc(void (*fn)(void *), void *arg)
{
	struct p *pp = getg()->m->p;

	if (fn == NULL)
		throw("go of nil func value");
	/* get a goroutine that is dead */
	struct g *gp = gfget(pp);

	if (gp == NULL)
		systemstack(newg, &gp);
	gostartcall(gp, fn, arg);
	/* number and count the goroutine */
	if (pp->goidcache == pp->goidcacheend) {
		pp->goidcacheend = __atomic_add_fetch(&sched.goidgen, GOIDBATCH,
		    __ATOMIC_RELAXED);
		pp->goidcache = pp->goidcacheend - GOIDBATCH;
	}
	gp->goid = ++pp->goidcache;
	__atomic_store_n(&pp->nstarted, pp->nstarted + 1, __ATOMIC_RELAXED);
	TRACE(GoCreate, getg()->goid, gp->goid);
	casgstatus(gp, Gdead, Grunnable);
	/* queue the new goroutine */
	if (__builtin_expect(seeded, 0)) {
		runqput(pp, gp);
		seedyield();
	} else {
		runnextput(pp, gp);
		if (sched.mainStarted)
			wakefenced();
	}
}

/* gp, which is runnable, is the one that mp, this M, runs from now on. */
static void
setrunning(struct m *mp, struct g *gp)
{
	if (gp->stack.hi == 0)
		bindstack(gp);
	casgstatus(gp, Grunnable, Grunning);
	gp->m = mp;
	mp->curg = gp;
	mp->p->schedtick++;
	/* note that it runs */
	TRACE(GoStart, gp->goid, 0);
}

/* Run gp, which is runnable, on this thread.  Does not return. */
static _Noreturn void
execute(struct g *gp)
{
	setrunning(getg()->m, gp);
	gogo(&gp->sched);
}

/* This M, which has a P, begins to look for work. */
static void
startspinning(struct m *mp)
{
	mp->spinning = 1;
	__atomic_fetch_add(&sched.nmspinning, 1, __ATOMIC_SEQ_CST);
	__atomic_store_n(&sched.needspinning, 0, __ATOMIC_RELAXED);
}

/* Whether this M, which has a P, may look for work: at most half of them. */
static int
mayspin(struct m *mp)
{
	int32_t busy = gomaxprocs -
	    __atomic_load_n(&sched.npidle, __ATOMIC_RELAXED);

	if (gomaxprocs == 1)
		return 0;
	if (!mp->spinning) {
		if (2 * __atomic_load_n(&sched.nmspinning,
		    __ATOMIC_RELAXED) >= busy)
			return 0;
		startspinning(mp);
	}
	return 1;
}

/* This M has found work: it looks no more, and another may have to. */
static void
resetspinning(struct m *mp)
{
	mp->spinning = 0;
	__atomic_fetch_sub(&sched.nmspinning, 1, __ATOMIC_SEQ_CST);
	wakep();
}

enum { SPINTIME = 50000, LOOKPAUSES = 100 };	/* ns; instructions */

/* Look for work for pp, which is ours, until it is better to sleep. */
static struct g *
lookaround(struct p *pp)
{
	int64_t end = nanotime() + SPINTIME;
	struct g *gp;

	for (;;) {
		gp = stealwork(pp);
		if (gp == NULL)
			gp = globrunqgetbatch(pp);
		if (gp != NULL || nanotime() >= end)
			return gp;
		/* leave the cache lines to their owners for a while */
		for (int i = 0; i < LOOKPAUSES; i++)
			__builtin_ia32_pause();
	}
}

/* The next goroutine to run; sleeps while there is none. */
static struct g *
findrunnable(void)
{
	struct m *mp = getg()->m;
	struct g *gp;

	for (;;) {
		struct p *pp = mp->p;

		gp = runqfair(pp);
		if (gp == NULL)
			gp = runqget(pp);
		if (gp == NULL)
			gp = globrunqgetbatch(pp);
		/* look into the queues of others */
		if (gp == NULL && mayspin(mp))
			gp = lookaround(pp);
		if (gp != NULL)
			break;
		/* give the P up and sleep */
		lock(&sched.lock);
		gp = globrunqget();
		if (gp == NULL && !mp->spinning &&
		    __atomic_load_n(&sched.needspinning, __ATOMIC_RELAXED)) {
			startspinning(mp);
			unlock(&sched.lock);
			continue;
		}
		if (gp == NULL)
			pidleput(releasep());
		unlock(&sched.lock);
		if (gp != NULL)
			break;
		/* stop looking, and then look once more */
		if (mp->spinning) {
			mp->spinning = 0;
			__atomic_fetch_sub(&sched.nmspinning, 1, __ATOMIC_RELAXED);
			/* with that of wakep: it sees us gone, or we see its work */
			__atomic_thread_fence(__ATOMIC_SEQ_CST);
			pp = lookagain();
			if (pp != NULL) {
				acquirep(pp);
				startspinning(mp);
				continue;
			}
		}
		stopm();
	}
	/* the search is over */
	if (mp->spinning)
		resetspinning(mp);
	return gp;
}

/* One round of the scheduler: find a goroutine and run it. */
static _Noreturn void
schedule(void)
{
	execute(findrunnable());
}

/* end a goroutine */
/* go from one goroutine to another */
#define STR(x)	#x
#define SUM(x)	STR(x)
#define AT(x)	SUM(g_sched + x)

/*
 * Leave from, the current goroutine, and go on as to.  Returns when somebody
 * goes on as from, maybe on another thread.
 */
static inline __attribute__((always_inline)) void
gswitch(struct g *from, struct g *to)
{
	__asm__ volatile(
	    /* save where from goes on */
	    "leaq	1f(%%rip), %%rax\n\t"
	    "movq	%%rax, " AT(gobuf_pc) "(%0)\n\t"
	    "movq	%%rsp, " AT(gobuf_sp) "(%0)\n\t"
	    "movq	%%rbp, " AT(gobuf_bp) "(%0)\n\t"
	    /* load what to goes on with */
	    "movq	%1, %%fs:-8\n\t"
	    "movq	" AT(gobuf_pc) "(%1), %%rax\n\t"
	    "movq	" AT(gobuf_bx) "(%1), %%rbx\n\t"
	    "movq	" AT(gobuf_bp) "(%1), %%rbp\n\t"
	    "movq	" AT(gobuf_r12) "(%1), %%r12\n\t"
	    "movq	" AT(gobuf_r13) "(%1), %%r13\n\t"
	    "movq	" AT(gobuf_r14) "(%1), %%r14\n\t"
	    "movq	" AT(gobuf_r15) "(%1), %%r15\n\t"
	    /* go to the other stack */
	    ".cfi_remember_state\n\t"
	    ".cfi_undefined rip\n\t"
	    "movq	" AT(gobuf_sp) "(%1), %%rsp\n\t"
	    "jmp	*%%rax\n\t"
	    ".cfi_restore_state\n\t"
	    "nop\n"
	    "1:"
	    : "+D"(from), "+S"(to)
	    :
	    : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12",
	      "r13", "r14", "r15", "cc", "memory",
	      /* the registers of SSE */
	      "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
	      "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"
	    );
}

/*
 * Leave gp, which runs, for the next of this P, and there call unlockf(gp,
 * arg), or queue gp if that is NULL.  0: nobody is next; 1: gp goes on.
 */
static inline __attribute__((always_inline)) int
leave(struct g *gp, int (*unlockf)(struct g *, void *), void *arg)
{
	struct m *mp = getm();
	struct g *next = fairturn(mp->p) ? runqfair(mp->p) : NULL;

	if (next == NULL)
		next = runqget(mp->p);
	if (next == NULL)
		return 0;
	/* note why it leaves */
	if (unlockf == NULL) {
		/* note that it lets others run */
		TRACE(GoYield, gp->goid, 0);
	}
	mp->left = gp;
	mp->waitunlockf = unlockf;
	mp->waitlock = arg;
	setrunning(mp, next);
	gswitch(gp, next);
	return 1;
}

/* What whoever goes on after a switch does first. */
static inline __attribute__((always_inline)) void
finish(void)
{
	struct m *mp = getm();
	struct g *gp = mp->left;

	if (gp == NULL)
		return;			/* we come from g0 */
	mp->left = NULL;
	gp->m = NULL;
	if (mp->waitunlockf == NULL) {
		casgstatus(gp, Grunning, Grunnable);
		runqput(mp->p, gp);
		wakep();
	} else if (!mp->waitunlockf(gp, mp->waitlock))
		goready(gp);
}

/* The same for a goroutine that begins. */
void
finishswitch(void)
{
	finish();
}

/* gp no longer runs here. */
static void
dropg(struct g *gp)
{
	gp->m->curg = NULL;
	gp->m = NULL;
}

/* Bury gp, which has ended and whose stack is left. */
static int
buried(struct g *gp, void *unused)
{
	(void)unused;
	casgstatus(gp, Grunning, Gdead);
	/* count one goroutine less */
	struct p *pp = getg()->m->p;

	/* release: who counts this end has seen the beginning */
	__atomic_store_n(&pp->nended, pp->nended + 1, __ATOMIC_RELEASE);
	/* keep the dead goroutine for the next newproc */
	stackput(pp, gp->stack);
	gp->stack = (struct stack){ 0, 0 };
	gfput(pp, gp);
	return 1;
}

/* On g0: bury gp and go on with another. */
static _Noreturn void
goexit0(struct g *gp)
{
	dropg(gp);
	buried(gp, NULL);
	schedule();
}

/* The end of every goroutine. */
_Noreturn void
goexit1(void)
{
	struct g *gp = getg();

	/* note that it ends */
	TRACE(GoEnd, gp->goid, 0);
	if (!leave(gp, buried, NULL))
		mcall(goexit0);
	__builtin_unreachable();
}

/* The C half of mstart: on g0, for ever. */
_Noreturn void
mstart1(void)
{
	struct g *gp = getg();

	if (gp != gp->m->g0)
		throw("mstart1: not on g0");
	gp->stackguard0 = gp->stack.lo + STACKGUARD;
	/* take what a new thread was given */
	if (gp->m->mstartfn != NULL)
		gp->m->mstartfn();
	struct m *mp = gp->m;

	if (mp != &m0) {
		/* take the P that was handed over */
		acquirep(mp->nextp);
		mp->nextp = NULL;
		mp->spinning = 1;	/* who woke us has counted us */
	}
	schedule();
}

/* The first goroutine. */
void
runtime_main(void *arg)
{
	(void)arg;
	/* what the main goroutine does */
	if (debug.schedtrace > 0)
		newsysm(schedtracer);
	sched.mainStarted = 1;
	long n = __stop_inittasks - __start_inittasks;

	runtimeInitTime = nanotime();
	doInit(runtime_inittasks, 2);
	runconstructors();
	sortinits(__start_inittasks, n);
	doInit(__start_inittasks, n);
	main_main();
	sys_exit_group(0);
}

/* On g0: our queues are empty, and the list is not.  Go to its end. */
static _Noreturn void
goschedImpl(struct g *gp)
{
	casgstatus(gp, Grunning, Grunnable);
	dropg(gp);
	lock(&sched.lock);
	globrunqput(gp);
	unlock(&sched.lock);
	schedule();
}

/* Let every goroutine that waits in the line of this P run before us. */
void
runtime_Gosched(void)
{
	struct g *gp = getg();

	if (!leave(gp, NULL, NULL)) {
		if (__atomic_load_n(&sched.runqsize, __ATOMIC_RELAXED) == 0) {
			getm()->p->schedtick++;
			return;
		}
		/* note that it lets others run */
		TRACE(GoYield, gp->goid, 0);
		mcall(goschedImpl);
	}
	finish();
}

/* On g0: gp waits.  If unlockf says no, it does not wait after all. */
static _Noreturn void
park_m(struct g *gp)
{
	struct m *mp = getg()->m;

	dropg(gp);
	if (!mp->waitunlockf(gp, mp->waitlock)) {
		/* note that it can go on */
		TRACE(GoUnblock, getg()->goid, gp->goid);
		casgstatus(gp, Gwaiting, Grunnable);
		execute(gp);
	}
	schedule();
}

/*
 * Stop this goroutine until somebody calls goready.  When it has left its
 * stack, unlockf(gp, lock) is called on another; if that returns 0, this
 * one goes on after all.  On return it may be on another M.
 */
void
gopark(int (*unlockf)(struct g *, void *), void *lock, const char *reason)
{
	struct g *gp = getg();
	struct m *mp = gp->m;

	gp->waitreason = reason;
	casgstatus(gp, Grunning, Gwaiting);
	/* note that it waits */
	TRACE(GoBlock, gp->goid, 0);
	if (!leave(gp, unlockf, lock)) {
		mp->waitunlockf = unlockf;
		mp->waitlock = lock;
		mcall(park_m);
	}
	finish();
}

/* park with a lock, and make ready */
static int
parkunlock(struct g *gp, void *l)
{
	(void)gp;
	unlock(l);
	return 1;
}

/* Stop this goroutine and then give l back, which it holds. */
void
goparkunlock(struct mutex *l, const char *reason)
{
	gopark(parkunlock, l, reason);
}

/* gp, which is Gwaiting, can go on. */
void
goready(struct g *gp)
{
	/* note that it can go on */
	TRACE(GoUnblock, getg()->goid, gp->goid);
	casgstatus(gp, Gwaiting, Grunnable);
	/* queue who can go on */
	if (__builtin_expect(seeded, 0)) {
		runqput(getm()->p, gp);
		seedyield();
	} else {
		runnextput(getm()->p, gp);
		wakefenced();
	}
}

/* Goroutines that have not ended; others may begin and end meanwhile. */
int64_t
gcount(void)
{
	int64_t n = 0;

	for (int32_t i = 0; i < gomaxprocs; i++)
		n -= __atomic_load_n(&allp[i]->nended, __ATOMIC_ACQUIRE);
	for (int32_t i = 0; i < gomaxprocs; i++)
		n += __atomic_load_n(&allp[i]->nstarted, __ATOMIC_RELAXED);
	return n;
}

/* On g0, without a P: gp has left the kernel and there is none for it. */
_Noreturn void
exitsyscall0(struct g *gp)
{
	struct p *pp;

	casgstatus(gp, Gsyscall, Grunnable);
	dropg(gp);
	lock(&sched.lock);
	pp = pidleget();
	if (pp == NULL)
		globrunqput(gp);
	unlock(&sched.lock);
	if (pp != NULL) {
		acquirep(pp);
		execute(gp);
	}
	/* see that a P comes free */
	wantp();
	stopm();
	schedule();
}
