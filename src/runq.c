/* SPDX-License-Identifier: MIT */
/* Tangled from book/05-schedinit.nw; edit that, not this file. */
/*
 * The run queue of a P: a ring of RUNQSIZE goroutines, and behind it the
 * list sched.runq for those that do not fit.
 *
 * Invariant: sched.runq is empty unless the ring is full.  So the ring is
 * the front of one line and the list its end, and who comes first is run
 * first.  This holds while one P runs.
 */
#include "runtime.h"

/* Put gp at the end of the list. */
static void
globrunqput(struct g *gp)
{
	gp->schedlink = NULL;
	if (sched.runq.tail != NULL)
		sched.runq.tail->schedlink = gp;
	else
		sched.runq.head = gp;
	sched.runq.tail = gp;
	sched.runqsize++;
}

/* Take the first of the list, or NULL. */
static struct g *
globrunqget(void)
{
	struct g *gp = sched.runq.head;

	if (gp == NULL)
		return NULL;
	sched.runq.head = gp->schedlink;
	if (sched.runq.head == NULL)
		sched.runq.tail = NULL;
	sched.runqsize--;
	gp->schedlink = NULL;
	return gp;
}

/* Queue gp, which is runnable, behind all others. */
void
runqput(struct p *pp, struct g *gp)
{
	if (pp->runqtail - pp->runqhead == RUNQSIZE) {
		globrunqput(gp);
		return;
	}
	pp->runq[pp->runqtail % RUNQSIZE] = gp;
	pp->runqtail++;
}

/* The goroutine that has waited longest, or NULL. */
struct g *
runqget(struct p *pp)
{
	struct g *gp, *next;

	if (pp->runqhead == pp->runqtail)
		return NULL;
	gp = pp->runq[pp->runqhead % RUNQSIZE];
	pp->runqhead++;
	next = globrunqget();		/* there is room for one now */
	if (next != NULL) {
		pp->runq[pp->runqtail % RUNQSIZE] = next;
		pp->runqtail++;
	}
	return gp;
}
