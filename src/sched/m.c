/* SPDX-License-Identifier: MIT */
/* Tangled from book/09-many-threads.nw; edit that, not this file. */
/*
 * Ms: the threads of the runtime.  An M is made when a P has nobody to run
 * it and no M sleeps, and it never ends.  An M without a P sleeps on
 * sched.midle; who wakes it has put a P into its nextp.
 */
#include "sched/sched.h"
#include "os/sys_linux.h"

/* A new M with a g0. */
static struct m *
allocm(void)
{
	struct m *mp = persistentalloc(sizeof *mp);
	struct g *gp = persistentalloc(sizeof *gp);

	gp->stack = stackalloc();
	gp->m = mp;
	mp->g0 = gp;
	mp->tls[0] = (uintptr_t)gp;		/* the current g */
	mp->tls[1] = (uintptr_t)&mp->tls[1];	/* %fs:0: its own address */
	mcommoninit(mp);
	return mp;
}

enum {
	CLONEFLAGS = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
	    CLONE_SYSVSEM | CLONE_THREAD | CLONE_SETTLS | CLONE_PARENT_SETTID,
	CLONETRIES = 20,
};

/* Start the thread of mp: it calls mstart on the stack of its g0. */
static void
newosproc(struct m *mp)
{
	long r = -EAGAIN;

	for (int i = 1; r == -EAGAIN && i <= CLONETRIES; i++) {
		r = clone(CLONEFLAGS, (void *)mp->g0->stack.hi, &mp->procid,
		    &mp->tls[1], mstart);
		if (r == -EAGAIN)
			usleep(i * 1000);
	}
	/* say why there is no thread */
	if (r < 0) {
		print("runtime: failed to create new OS thread (have %ld already; "
		    "errno=%ld)\n", mp->id, -r);
		if (r == -EAGAIN)
			print("runtime: may need to increase max user processes "
			    "(ulimit -u)\n");
		hint(-r);
		throw("newosproc");
	}
	if (turns)
		turnadd(&mp->os, persistentalloc(sizeof(struct turner)));
}

/* Make an M that never has a P and calls fn, which does not return. */
void
newsysm(void (*fn)(void))
{
	struct m *mp = allocm();

	mp->mstartfn = fn;
	lock(&sched.lock);
	sched.nmsys++;
	sched.nmidle++;		/* it is nobody on whom a goroutine can wait */
	unlock(&sched.lock);
	newosproc(mp);
}

/* Make a new M that runs pp. */
static void
newm(struct p *pp)
{
	struct m *mp = allocm();

	mp->nextp = pp;
	newosproc(mp);
}

/*
 * The last M goes to sleep: say why nothing can happen.  Called with
 * sched.lock held.  All other Ms sleep, so no status changes meanwhile.
 */
static void
checkdead(void)
{
	if (sched.nmidle < sched.mnext)
		return;		/* some M is awake */
	/* if goroutines wait, say which */
	int waiting = 0;

	for (struct g *gp = allgs; gp != NULL; gp = gp->alllink)
		waiting += gp->atomicstatus == Gwaiting;
	if (waiting != 0) {
		/* list those who wait */
		print("fatal error: all goroutines are asleep - deadlock!\n");
		for (struct g *gp = allgs; gp != NULL; gp = gp->alllink)
			if (gp->atomicstatus == Gwaiting)
				print("\ngoroutine %ld [%s]:\n", gp->goid, gp->waitreason);
		sys_exit_group(2);
	}
	fatal("no goroutines (main called runtime.Goexit) - deadlock!");
}

/* An M that sleeps, or NULL; sched.lock held. */
static struct m *
mget(void)
{
	struct m *mp = sched.midle;

	if (mp != NULL) {
		sched.midle = mp->schedlink;
		sched.nmidle--;
	}
	return mp;
}

/* Sleep until somebody hands a P to this M, and acquire that. */
void
stopm(void)
{
	struct m *mp = getg()->m;

	if (mp->os.locks != 0 || mp->p != NULL)
		throw("stopm: holding a lock or a P");
	lock(&sched.lock);
	mp->schedlink = sched.midle;
	sched.midle = mp;
	sched.nmidle++;
	checkdead();
	unlock(&sched.lock);
	notesleep(&mp->park);
	noteclear(&mp->park);
	/* take the P that was handed over */
	acquirep(mp->nextp);
	mp->nextp = NULL;
	mp->spinning = 1;	/* who woke us has counted us */
}

/* Count v more Ms as idle.  For Ms that are counted so and have work. */
void
incidle(int32_t v)
{
	lock(&sched.lock);
	sched.nmidle += v;
	if (v > 0)
		checkdead();
	unlock(&sched.lock);
}

/* Let some M run pp, which nobody holds: one that sleeps or a new one. */
void
startm(struct p *pp)
{
	struct m *mp;

	lock(&sched.lock);
	mp = mget();
	unlock(&sched.lock);
	TRACE(MWake, 0, mp != NULL ? mp->id : -1, pp->id);
	if (mp == NULL) {
		newm(pp);
		return;
	}
	mp->nextp = pp;
	notewakeup(&mp->park);
}

/*
 * There is a goroutine to run.  If a P is idle and no M is looking for work,
 * let one look.
 */
void
wakep(void)
{
	if (gomaxprocs == 1)
		return;
	/* with the heavy ones: they see what we have queued, or we see them */
	lightfence();
	/* let one look unless one does */
	struct p *pp;
	int32_t none = 0;

	if (__atomic_load_n(&sched.nmspinning, __ATOMIC_SEQ_CST) != 0)
		return;
	if (__atomic_load_n(&sched.npidle, __ATOMIC_SEQ_CST) == 0 &&
	    __atomic_load_n(&sched.needspinning, __ATOMIC_SEQ_CST) != 0)
		return;		/* the next to be idle is asked already */
	/* start one that looks */
	if (!__atomic_compare_exchange_n(&sched.nmspinning, &none, 1, 0,
	    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		return;
	lock(&sched.lock);
	pp = pidleget();
	if (pp == NULL) {
		/* ask the next idle M to look */
		__atomic_store_n(&sched.needspinning, 1, __ATOMIC_RELAXED);
		__atomic_fetch_sub(&sched.nmspinning, 1, __ATOMIC_SEQ_CST);
	}
	unlock(&sched.lock);
	if (pp != NULL)
		startm(pp);
	if (pp == NULL)
		wantp();
}
