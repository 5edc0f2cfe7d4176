/* SPDX-License-Identifier: MIT */
/* Tangled from book/06-newproc.nw; edit that, not this file. */
/*
 * Gs: how goroutines begin and end, and all that ever were.
 */
#include "sched/sched.h"
/* how to go from one goroutine to another */
#include "sched/switch.h"

struct g *allgs;

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
	TRACE(GoCreate, getg()->goid, gp->goid, fn);
	casgstatus(gp, Gdead, Grunnable);
	/* queue the new goroutine */
	if (__builtin_expect(seeded, 0)) {
		runqput(pp, gp);
		seedyield();
	} else {
		runnextput(pp, gp);
		if (sched.mainStarted)
			wakep();
	}
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

	/* log that it ends */
	TRACE(GoEnd, gp->goid, 0, 0);
	if (!leave(gp, buried, NULL))
		mcall(goexit0);
	__builtin_unreachable();
}

/* The same for a goroutine that begins. */
void
finishswitch(void)
{
	finish();
}

/* gp, which is runnable, is the one that mp, this M, runs from now on. */
void
setrunning(struct m *mp, struct g *gp)
{
	if (gp->stack.hi == 0)
		bindstack(gp);
	casgstatus(gp, Grunnable, Grunning);
	gp->m = mp;
	mp->curg = gp;
	mp->p->schedtick++;
	/* log that it runs */
	TRACE(GoStart, gp->goid, mp->p->from, 0);
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
