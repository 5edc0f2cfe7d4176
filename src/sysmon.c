/* SPDX-License-Identifier: MIT */
/* Tangled from book/13-system-calls.nw; edit that, not this file. */
/*
 * An M without a P that watches the others.
 */
#include "runtime.h"

enum { SHORTNAP = 20, LONGNAP = 10000, NAPS = 50 };	/* us */

/* Tell pp's goroutine to step back after its call, if its turn is long. */
static void
markturn(struct p *pp, int64_t now)
{
	uint32_t t = __atomic_load_n(&pp->schedtick, __ATOMIC_RELAXED);

	if (pp->turntick != t || pp->turnwhen == 0) {
		pp->turntick = t;
		pp->turnwhen = now;
	} else if (now - pp->turnwhen >= LONGNAP * 1000) {
		__atomic_store_n(&pp->longturn, t, __ATOMIC_RELAXED);
	}
}

/* Whether pp has been in one system call long enough. */
static int
overdue(struct p *pp, int64_t now)
{
	uint32_t t = __atomic_load_n(&pp->syscalltick, __ATOMIC_RELAXED);

	if (pp->sysmontick != t || pp->sysmonwhen == 0) {
		pp->sysmontick = t;
		pp->sysmonwhen = now;
		return 0;
	}
	if (!runqempty(pp))
		return 1;
	/* nobody waits for it, and there are others: no hurry */
	return __atomic_load_n(&sched.nmspinning, __ATOMIC_RELAXED) +
	    __atomic_load_n(&sched.npidle, __ATOMIC_RELAXED) == 0 ||
	    now - pp->sysmonwhen >= LONGNAP * 1000;
}

/* Take the Ps that are overdue; returns how many. */
static int
retake(int64_t now)
{
	int n = 0;

	for (int32_t i = 0; i < gomaxprocs; i++) {
		struct p *pp = allp[i];
		enum pstatus s = __atomic_load_n(&pp->status, __ATOMIC_RELAXED);

		/* see how long its turn has been */
		if (s == Pidle)
			pp->turnwhen = 0;
		else
			markturn(pp, now);
		if (s != Psyscall || !overdue(pp, now))
			continue;
		incidle(-1);		/* this thread may cause work */
		/* acquire: of all that its M has done with it */
		if (__atomic_compare_exchange_n(&pp->status, &s, Pidle, 0, __ATOMIC_ACQUIRE,
		    __ATOMIC_RELAXED)) {
			__atomic_store_n(&pp->syscalltick, pp->syscalltick + 1,
			    __ATOMIC_RELAXED);
			handoffp(pp);
			n++;
		}
		incidle(1);
	}
	return n;
}

/* Whether some P is in a system call. */
static int
anysyscall(void)
{
	for (int32_t i = 0; i < gomaxprocs; i++)
		if (__atomic_load_n(&allp[i]->status, __ATOMIC_SEQ_CST) ==
		    Psyscall)
			return 1;
	return 0;
}

/* Sleep, after idle rounds in vain; returns whether somebody woke us. */
static int
nap(int idle)
{
	int64_t us = SHORTNAP;

	for (int i = NAPS; i < idle && us < LONGNAP; i++)
		us *= 2;
	if (us == SHORTNAP) {
		usleep(us);
		return 0;
	}
	if (us > LONGNAP)
		us = LONGNAP;
	/* sleep long, or until somebody enters the kernel */
	int two = 2, timed;

	noteclear(&sched.sysmonnote);
	__atomic_store_n(&sched.sysmonwait, 2, __ATOMIC_SEQ_CST);
	timed = anysyscall() && __atomic_compare_exchange_n(&sched.sysmonwait, &two,
	    1, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
	notetsleep(&sched.sysmonnote, timed ? us * 1000 : -1);
	if (__atomic_exchange_n(&sched.sysmonwait, 0, __ATOMIC_SEQ_CST) != 0)
		return 0;
	notesleep(&sched.sysmonnote);	/* who wakes us is about to */
	return 1;
}

/* On an M of its own, for ever. */
void
sysmon(void)
{
	int idle = 0;

	for (;;) {
		if (nap(idle))
			idle = 0;
		idle = retake(nanotime()) ? 0 : idle + 1;
	}
}
