/* SPDX-License-Identifier: MIT */
/* Tangled from book/07-the-main-goroutine.nw; edit that, not this file. */
/*
 * How a goroutine stops and does not end: it lets others run, or waits.
 */
#include "sched/sched.h"
/* how to go from one goroutine to another */
#include "sched/switch.h"

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

/* step back, if there is somebody to step back for */
/* help those who found no idle P */
enum { HELPTURN = 1024 };	/* so many yields in vain, and one looks */

/*
 * Nobody waits at pp, which is ours.  If work waits elsewhere for which no
 * idle P could be had, get some; returns whether we have.
 */
static int
help(struct p *pp)
{
	struct g *gp;

	if (turns)
		turnpoint();
	if (__atomic_load_n(&sched.needspinning, __ATOMIC_RELAXED) == 0)
		return 0;
	/* the request stays: an M that begins to spin takes it away */
	gp = stealwork(pp);
	if (gp == NULL)
		return 0;
	runqput(pp, gp);
	wakep();
	return 1;
}

/* Let every goroutine that waits in the line of this P run before us. */
void
runtime_Gosched(void)
{
	struct g *gp = getg();

	while (!leave(gp, NULL, NULL)) {
		struct p *pp = gp->m->p;

		if (__atomic_load_n(&sched.runqsize, __ATOMIC_RELAXED) == 0) {
			pp->schedtick++;
			if (++pp->vainyields % HELPTURN != 0 || !help(pp))
				return;
			continue;
		}
		/* log that it lets others run */
		TRACE(GoYield, gp->goid, 0, 0);
		mcall(goschedImpl);
		break;
	}
	finish();
}

/* On g0: gp waits.  If unlockf says no, it does not wait after all. */
static _Noreturn void
park_m(struct g *gp)
{
	struct m *mp = getg()->m;

	dropg(gp);
	if (!mp->waitunlockf(gp, mp->waitlock))
		goready(gp);
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
	/* log that it waits */
	TRACE(GoBlock, gp->goid, gp->waitson, 0);
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
	/* log that it can go on */
	TRACE(GoUnblock, getg()->goid, gp->goid, gp->waitson);
	casgstatus(gp, Gwaiting, Grunnable);
	/* queue who can go on */
	if (__builtin_expect(seeded, 0)) {
		runqput(getg()->m->p, gp);
		seedyield();
	} else {
		runnextput(getg()->m->p, gp);
		wakep();
	}
}
