/* SPDX-License-Identifier: MIT */
/* Tangled from book/17-system-calls.nw; edit that, not this file. */
/*
 * An M without a P that watches the others.
 */
#include "sched/sched.h"

enum { SHORTNAP = 20, CALMNAP = 640, LONGNAP = 10000 };	/* us */
enum { NAPS = 50 };

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
			if (trace != NULL)
				tracep(pp, ProcStop, 0, (uint64_t)getg()->m->id, 1);
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

/* Whether a goroutine waits for a P that is in the kernel, or for any. */
static int
somebodywaits(void)
{
	/* with those who tell us: they see us asleep, or we what they left */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(&sched.needspinning, __ATOMIC_RELAXED) != 0 ||
	    __atomic_load_n(&sched.runqsize, __ATOMIC_RELAXED) != 0)
		return 1;
	for (int32_t i = 0; i < gomaxprocs; i++)
		if (__atomic_load_n(&allp[i]->status, __ATOMIC_RELAXED) ==
		    Psyscall && !runqempty(allp[i]))
			return 1;
	return 0;
}

struct pace {
	int idle;		/* looks in vain */
	int64_t least;		/* us; no nap is shorter */
};

/* Sleep for as long as w says, or until somebody wakes us. */
static void
nap(struct pace *w)
{
	int64_t us = SHORTNAP;

	for (int i = NAPS; i < w->idle && us < LONGNAP; i++)
		us *= 2;
	if (us <= w->least) {
		usleep(w->least);
		return;
	}
	if (us > LONGNAP)
		us = LONGNAP;
	/* sleep long, or until somebody enters the kernel */
	int64_t ns = -1;
	int two = 2;

	noteclear(&sched.sysmonnote);
	__atomic_store_n(&sched.sysmonwait, 2, __ATOMIC_SEQ_CST);
	if (anysyscall() && __atomic_compare_exchange_n(&sched.sysmonwait, &two, 1, 0,
	    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		ns = somebodywaits() ? 0 : us * 1000;
	notetsleep(&sched.sysmonnote, ns);
	if (__atomic_exchange_n(&sched.sysmonwait, 0, __ATOMIC_SEQ_CST) == 0)
		notesleep(&sched.sysmonnote);	/* who wakes us is about to */
	else if (ns != 0)
		return;				/* the time is up */
	/* begin again, more calmly */
	w->idle = 0;
	if (w->least < CALMNAP)
		w->least *= 2;
}

/* Nap, look, and reckon how long to nap next time. */
static void
watchonce(struct pace *w)
{
	nap(w);
	w->idle++;
	if (retake(nanotime()) > 0) {
		w->idle = 0;
		if (w->least > SHORTNAP)
			w->least /= 2;
	}
}

/* On an M of its own, for ever. */
void
sysmon(void)
{
	struct pace pace = { 0, SHORTNAP };

	for (;;)
		watchonce(&pace);
}
