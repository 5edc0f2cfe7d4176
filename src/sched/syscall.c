/* SPDX-License-Identifier: MIT */
/* Tangled from book/17-system-calls.nw; edit that, not this file. */
/*
 * System calls that may take long.  Between entersyscall and exitsyscall
 * the M has no P: that is marked Psyscall, and whoever moves it out of that
 * state with a compare-and-swap has it.
 */
#include "sched/sched.h"
#include "os/sys_linux.h"

/* Wake sysmon, if it sleeps. */
static void
wakesysmon(void)
{
	if (__atomic_exchange_n(&sched.sysmonwait, 0, __ATOMIC_SEQ_CST) != 0)
		notewakeup(&sched.sysmonnote);
}

/* Whether there is work in pp's queues or behind all Ps. */
static int
leaveswork(struct p *pp)
{
	return !runqempty(pp) ||
	    __atomic_load_n(&sched.runqsize, __ATOMIC_RELAXED) != 0;
}

/* Wake sysmon if it sleeps too deeply to see that pp has gone. */
static void
tellsysmon(struct p *pp)
{
	if (__atomic_load_n(&sched.sysmonwait, __ATOMIC_SEQ_CST) == 2 ||
	    leaveswork(pp) ||
	    __atomic_load_n(&sched.needspinning, __ATOMIC_RELAXED) != 0)
		wakesysmon();
}

/* Start sysmon, unless somebody else does. */
static void
startsysmon(void)
{
	int no = 0;

	if (__atomic_compare_exchange_n(&sched.sysmonstarted, &no, 1, 0,
	    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		newsysm(sysmon);
}

/* Work waits and no P is idle: see that one comes back from the kernel. */
void
wantp(void)
{
	if (!__atomic_load_n(&sched.sysmonstarted, __ATOMIC_RELAXED)) {
		startsysmon();
		return;
	}
	/* what we want is there before we look whether sysmon sleeps */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(&sched.sysmonwait, __ATOMIC_SEQ_CST) == 1)
		wakesysmon();
}

/*
 * This goroutine is about to call the kernel and may be long.  Until
 * exitsyscall it has no P: it must not call the scheduler.
 */
void
entersyscall(void)
{
	struct m *mp = getg()->m;
	struct p *pp = mp->p;

	if (seeded)
		return;
	/* start sysmon if somebody needs it */
	if (!__atomic_load_n(&sched.sysmonstarted, __ATOMIC_RELAXED) &&
	    leaveswork(pp) &&
	    __atomic_load_n(&sched.nmspinning, __ATOMIC_SEQ_CST) == 0 &&
	    __atomic_load_n(&sched.npidle, __ATOMIC_SEQ_CST) == 0)
		startsysmon();
	TRACE(GoSyscall, mp->curg->goid, 0, 0);
	casgstatus(mp->curg, Grunning, Gsyscall);
	mp->oldp = pp;
	mp->p = NULL;
	pp->m = NULL;
	/* release: pp is for whoever takes it; seq_cst: before we look */
	__atomic_store_n(&pp->status, Psyscall, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&sched.sysmonwait, __ATOMIC_SEQ_CST) != 0)
		tellsysmon(pp);
}

/* Take pp back for mp, this M, unless somebody else has taken it. */
static int
reacquire(struct m *mp, struct p *pp)
{
	enum pstatus s = Psyscall;

	/* acquire: of what was done with pp, if somebody had it meanwhile */
	if (!__atomic_compare_exchange_n(&pp->status, &s, Prunning, 0,
	    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return 0;
	mp->p = pp;
	pp->m = mp;
	__atomic_store_n(&pp->syscalltick, pp->syscalltick + 1,
	    __ATOMIC_RELAXED);
	return 1;
}

/* An idle P for this M, or NULL. */
static struct p *
someidlep(void)
{
	struct p *pp;

	if (__atomic_load_n(&sched.npidle, __ATOMIC_RELAXED) == 0)
		return NULL;
	lock(&sched.lock);
	pp = pidleget();
	unlock(&sched.lock);
	return pp;
}

/*
 * The call is over: go on with the old P, with another, or wait for one.
 * On return it may be on another M.
 */
void
exitsyscall(void)
{
	struct m *mp = getg()->m;
	struct p *pp;

	if (seeded)
		return;
	if (!reacquire(mp, mp->oldp)) {
		pp = someidlep();
		if (pp == NULL) {
			mcall(exitsyscall0);
			finishswitch();
			return;
		}
		acquirep(pp);
	}
	casgstatus(mp->curg, Gsyscall, Grunning);
	TRACE(GoSysExit, mp->curg->goid, 0, 0);
	/* step back if the turn has been long */
	if (__builtin_expect(__atomic_load_n(&mp->p->longturn, __ATOMIC_RELAXED) ==
	    mp->p->schedtick, 0))
		runtime_Gosched();
}

/* Let an M run pp, which is Pidle and on no list, if there may be work. */
void
handoffp(struct p *pp)
{
	int work;

	lock(&sched.lock);
	work = sched.runqsize != 0 || !runqempty(pp);
	if (!work)
		pidleput(pp);
	unlock(&sched.lock);
	if (!work) {
		/* pp is idle before we look, as work is queued before wakep looks */
		heavyfence();
		pp = lookagain();
	}
	if (pp != NULL) {
		__atomic_fetch_add(&sched.nmspinning, 1, __ATOMIC_SEQ_CST);
		startm(pp);
	}
}
