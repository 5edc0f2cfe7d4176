/* SPDX-License-Identifier: MIT */
/* Tangled from book/16-watching-it-run.nw; edit that, not this file. */
/*
 * RT0DEBUG=schedtrace: an M without a P that prints what the others do.
 */
#include "sched/sched.h"
#include "os/sys_linux.h"

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

/* Print a line for each P, for each M from mp on, and for each G from gp on. */
static void
printdetail(struct m *mp, struct g *gp)
{
	char a[NAMELEN], b[NAMELEN];

	for (int32_t i = 0; i < gomaxprocs; i++) {
		struct p *pp = allp[i];
		struct m *its = LOOK(pp->m);

		print("  P%d: status=%d schedtick=%u m=%s runqsize=%u "
		    "gfreecnt=%d\n", i, LOOK(pp->status),
		    LOOK(pp->schedtick),
		    nilname(a, its != NULL ? its->id : -1), runqlen(pp),
		    LOOK(pp->ngFree));
	}
	/* print a line for each M and G */
	for (; mp != NULL; mp = mp->alllink) {
		struct p *pp = LOOK(mp->p);
		struct g *its = LOOK(mp->curg);

		print("  M%ld: p=%s curg=%s locks=%d spinning=%s\n", mp->id,
		    nilname(a, pp != NULL ? pp->id : -1),
		    nilname(b, its != NULL ? its->goid : -1), LOOK(mp->os.locks),
		    LOOK(mp->spinning) ? "true" : "false");
	}
	for (; gp != NULL; gp = gp->alllink) {
		struct m *its = LOOK(gp->m);
		enum gstatus status = LOOK(gp->atomicstatus);

		print("  G%ld: status=%d(%s) m=%s\n", gp->goid, status,
		    status == Gwaiting ? gp->waitreason : "",
		    nilname(a, its != NULL ? its->id : -1));
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
	/* read under the lock what is printed after it */
	lock(&sched.lock);
	int32_t npidle = sched.npidle, nqueued = sched.runqsize;
	int32_t nasleep = sched.nmidle - sched.nmsys;
	int64_t nm = sched.mnext;
	struct m *mp = allm;
	struct g *gp = allgs;
	unlock(&sched.lock);
	print("SCHED %ldms: gomaxprocs=%d idleprocs=%d threads=%ld "
	    "spinningthreads=%d needspinning=%d idlethreads=%d runqueue=%d",
	    (now - start) / 1000000, gomaxprocs, npidle, nm,
	    LOOK(sched.nmspinning), LOOK(sched.needspinning), nasleep,
	    nqueued);
	/* end the line, or print more */
	if (detailed) {
		print("\n");
		printdetail(mp, gp);
	} else {
		for (int32_t i = 0; i < gomaxprocs; i++)
			print("%s%u", i == 0 ? " [" : " ", runqlen(allp[i]));
		print("]\n");
	}
}

/* On an M of its own, for ever. */
void
schedtracer(void)
{
	for (;;) {
		schedtrace(debug.scheddetail);
		usleep((int64_t)debug.schedtrace * 1000);
	}
}
