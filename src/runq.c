/* SPDX-License-Identifier: MIT */
/* Tangled from book/08-many-threads.nw; edit that, not this file. */
/*
 * The run queue: one list for all, under sched.lock.
 */
#include "runtime.h"

/* Put gp at the end of the list.  The caller holds sched.lock. */
void
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

/* Take the first of the list, or NULL.  The caller holds sched.lock. */
struct g *
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
	(void)pp;		/* there is one queue */
	lock(&sched.lock);
	globrunqput(gp);
	unlock(&sched.lock);
}

/* The goroutine that has waited longest, or NULL. */
struct g *
runqget(struct p *pp)
{
	struct g *gp;

	(void)pp;
	lock(&sched.lock);
	gp = globrunqget();
	unlock(&sched.lock);
	return gp;
}
