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
	pp->status = Prunning;
}

/* Take this M's P away from it and return it. */
struct p *
releasep(void)
{
	struct m *mp = getg()->m;
	struct p *pp = mp->p;

	if (pp == NULL || pp->m != mp || pp->status != Prunning)
		throw("releasep: invalid p state");
	mp->p = NULL;
	pp->m = NULL;
	pp->status = Pidle;
	return pp;
}

/* Put pp, which nobody holds, on the list of idle Ps; sched.lock held. */
void
pidleput(struct p *pp)
{
	if (pp->runqhead != pp->runqtail)
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
	parsedebugvars();
	procresize(procsfromenv());
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
		.pc = (uintptr_t)fn,
		.g = gp,
		.ctxt = arg,
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
	uintptr_t *sp = (uintptr_t *)(gp->stack.hi - 32);

	*--sp = (uintptr_t)goexit + 1;	/* the return address of fn */
	gp->sched.sp = (uintptr_t)sp;
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
	casgstatus(gp, Gdead, Grunnable);
	/* queue the new goroutine */
	runnextput(pp, gp);
	if (sched.mainStarted)
		wakep();
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
}

/* Run gp, which is runnable, on this thread.  Does not return. */
static _Noreturn void
execute(struct g *gp)
{
	setrunning(getg()->m, gp);
	gogo(&gp->sched);
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
		if (gp == NULL)
			gp = stealwork(pp);
		if (gp != NULL)
			break;
		/* give the P up and sleep */
		lock(&sched.lock);
		gp = globrunqget();
		if (gp == NULL)
			pidleput(releasep());
		unlock(&sched.lock);
		if (gp != NULL)
			break;
		/* look once more, now that wakep can see us */
		__atomic_thread_fence(__ATOMIC_SEQ_CST);	/* with that of wakep */
		pp = lookagain();
		if (pp != NULL) {
			acquirep(pp);
			continue;
		}
		stopm();
	}
	return gp;
}

/* One round of the scheduler: find a goroutine and run it. */
static _Noreturn void
schedule(void)
{
	execute(findrunnable());
}

/* gp no longer runs here. */
static void
dropg(struct g *gp)
{
	gp->m->curg = NULL;
	gp->m = NULL;
}

/* On g0: bury gp, which has called goexit, and go on with another. */
static _Noreturn void
goexit0(struct g *gp)
{
	casgstatus(gp, Grunning, Gdead);
	dropg(gp);
	/* count one goroutine less */
	struct p *pp = getg()->m->p;

	/* release: who counts this end has seen the beginning */
	__atomic_store_n(&pp->nended, pp->nended + 1, __ATOMIC_RELEASE);
	/* keep the dead goroutine for the next newproc */
	stackput(pp, gp->stack);
	gp->stack = (struct stack){ 0, 0 };
	gfput(pp, gp);
	schedule();
}

/* The end of every goroutine. */
_Noreturn void
goexit1(void)
{
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
	struct m *mp = gp->m;

	if (mp != &m0) {
		/* take the P that was handed over */
		acquirep(mp->nextp);
		mp->nextp = NULL;
	}
	schedule();
}

/* The first goroutine. */
void
runtime_main(void *arg)
{
	(void)arg;
	/* what the main goroutine does */
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

/* On g0: gp goes to the end of the line. */
static _Noreturn void
goschedImpl(struct g *gp)
{
	casgstatus(gp, Grunning, Grunnable);
	dropg(gp);
	runqput(getg()->m->p, gp);
	schedule();
}

/* Let every goroutine that waits in the line run before us. */
void
runtime_Gosched(void)
{
	mcall(goschedImpl);
}

/* On g0: gp waits.  If unlockf says no, it does not wait after all. */
static _Noreturn void
park_m(struct g *gp)
{
	struct m *mp = getg()->m;

	casgstatus(gp, Grunning, Gwaiting);
	dropg(gp);
	if (!mp->waitunlockf(gp, mp->waitlock)) {
		casgstatus(gp, Gwaiting, Grunnable);
		execute(gp);
	}
	schedule();
}

/*
 * Stop this goroutine until somebody calls goready.  When it has left its
 * stack, unlockf(gp, lock) is called on g0; if that returns 0, it goes on
 * at once.  On return it may be on another M.
 */
void
gopark(int (*unlockf)(struct g *, void *), void *lock, const char *reason)
{
	struct g *gp = getg();
	struct m *mp = gp->m;

	gp->waitreason = reason;
	mp->waitunlockf = unlockf;
	mp->waitlock = lock;
	mcall(park_m);
}

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
	casgstatus(gp, Gwaiting, Grunnable);
	/* queue who can go on */
	runnextput(getg()->m->p, gp);
	wakep();
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
