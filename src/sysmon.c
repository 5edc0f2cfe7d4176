/* SPDX-License-Identifier: MIT */
/* Tangled from book/12-watching-it-run.nw; edit that, not this file. */
/*
 * An M without a P that watches the others.
 */
#include "runtime.h"
#include "sys_linux.h"

/* A pointer that others may change: loaded once, then looked at. */
#define LOOK(p)	__atomic_load_n(&(p), __ATOMIC_RELAXED)

/* name a number or nil */
enum { NAMELEN = 24 };

/* The number id in decimal, in buf; a negative one is nobody: nil. */
static const char *
nilname(char *buf, long id)
{
	char *s = buf + NAMELEN - 1;

	if (id < 0)
		return "nil";
	*s = 0;
	do
		*--s = (char)('0' + id % 10);
	while ((id /= 10) != 0);
	return s;
}

/* Print a line for each P, M and G; sched.lock is held. */
static void
printdetail(void)
{
	char a[NAMELEN], b[NAMELEN];

	for (int32_t i = 0; i < gomaxprocs; i++) {
		struct p *pp = allp[i];
		struct m *mp = LOOK(pp->m);

		print("  P%d: status=%d schedtick=%u m=%s runqsize=%u "
		    "gfreecnt=%d\n", i, pp->status, pp->schedtick,
		    nilname(a, mp != NULL ? mp->id : -1), runqlen(pp),
		    pp->ngFree);
	}
	/* print a line for each M and G */
	for (struct m *mp = allm; mp != NULL; mp = mp->alllink) {
		struct p *pp = LOOK(mp->p);
		struct g *gp = LOOK(mp->curg);

		print("  M%ld: p=%s curg=%s locks=%d spinning=%s\n", mp->id,
		    nilname(a, pp != NULL ? pp->id : -1),
		    nilname(b, gp != NULL ? gp->goid : -1), mp->locks,
		    mp->spinning ? "true" : "false");
	}
	for (struct g *gp = allgs; gp != NULL; gp = gp->alllink) {
		struct m *mp = LOOK(gp->m);

		print("  G%ld: status=%d(%s) m=%s\n", gp->goid, gp->atomicstatus,
		    gp->atomicstatus == Gwaiting ? gp->waitreason : "",
		    nilname(a, mp != NULL ? mp->id : -1));
	}
}

/* Print the state of the scheduler in Go's format. */
static void
schedtrace(int detailed)
{
	static int64_t start;
	int64_t now = nanotime();

	if (start == 0)
		start = now;
	lock(&sched.lock);
	print("SCHED %ldms: gomaxprocs=%d idleprocs=%d threads=%ld "
	    "spinningthreads=%d needspinning=%d idlethreads=%d runqueue=%d",
	    (now - start) / 1000000, gomaxprocs, sched.npidle, sched.mnext,
	    LOOK(sched.nmspinning), LOOK(sched.needspinning),
	    sched.nmidle - sched.nmsys, sched.runqsize);
	/* end the line, or print more */
	if (detailed) {
		print("\n");
		printdetail();
	} else {
		for (int32_t i = 0; i < gomaxprocs; i++)
			print("%s%u", i == 0 ? " [" : " ", runqlen(allp[i]));
		print("]\n");
	}
	unlock(&sched.lock);
}

/* watch */
enum { SHORTNAP = 20, LONGNAP = 10000, NAPS = 50 };	/* us */

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
		enum pstatus s = Psyscall;

		if (__atomic_load_n(&pp->status, __ATOMIC_RELAXED) != s ||
		    !overdue(pp, now))
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
	timed = (anysyscall() && __atomic_compare_exchange_n(&sched.sysmonwait, &two,
	    1, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) || debug.schedtrace > 0;
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
	int64_t traceat = 0;
	int idle = 0;

	for (;;) {
		int64_t now;

		if (nap(idle))
			idle = 0;
		now = nanotime();
		idle = retake(now) ? 0 : idle + 1;
		/* print a trace if it is time */
		if (debug.schedtrace > 0 && now >= traceat) {
			traceat = now + debug.schedtrace * INT64_C(1000000);
			schedtrace(debug.scheddetail);
		}
	}
}
