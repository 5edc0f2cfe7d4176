/* SPDX-License-Identifier: MIT */
/* Tangled from book/05-schedinit.nw; edit that, not this file. */
/*
 * The scheduler.
 *
 * A G is a goroutine, an M a thread, a P the right to run Gs.  An M needs a
 * P to run a goroutine, and there are gomaxprocs Ps.
 */
#include "sched/sched.h"
#include "os/sys_linux.h"

struct schedt sched;
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
	mp->os.rand = bootrand() | 1;	/* the state must not be 0 */
	mp->alllink = allm;
	allm = mp;
	unlock(&sched.lock);
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

/* Run gp, which is runnable, on this thread.  Does not return. */
_Noreturn void
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

/* Whether this M, which has a P, may look too: half of the busy, rounded up. */
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
		/* log that the list is next */
		if (gp == NULL)
			pp->from = FromList;
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
			heavyfence();
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
_Noreturn void
schedule(void)
{
	execute(findrunnable());
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
	/* wait for the first turn */
	if (turns)
		turnwait();
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
		pp->from = FromKernel;
		execute(gp);
	}
	/* see that a P comes free */
	wantp();
	stopm();
	schedule();
}
