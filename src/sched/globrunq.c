/* SPDX-License-Identifier: MIT */
/* Tangled from book/11-p-and-its-queue.nw; edit that, not this file. */
/*
 * The list of goroutines behind the rings of all Ps, under sched.lock.
 */
#include "sched/sched.h"

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
	__atomic_store_n(&sched.runqsize, sched.runqsize + 1,
	    __ATOMIC_RELAXED);
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
	/* release: who sees it so short sees where the others have gone */
	__atomic_store_n(&sched.runqsize, sched.runqsize - 1,
	    __ATOMIC_RELEASE);
	gp->schedlink = NULL;
	return gp;
}

/*
 * Take pp's share of the list, at least one: the first is returned, the rest
 * goes to pp's ring, which must be empty.  NULL if the list is.
 */
struct g *
globrunqgetbatch(struct p *pp)
{
	struct g *gp, *next;
	int32_t n;

	if (__atomic_load_n(&sched.runqsize, __ATOMIC_RELAXED) == 0)
		return NULL;
	lock(&sched.lock);
	/* how large the share is */
	n = sched.runqsize / gomaxprocs;
	if (n > RUNQSIZE / 2)
		n = RUNQSIZE / 2;
	if (gomaxprocs > 1 && n > sched.runqsize / 2)
		throw("globrunqgetbatch: more than half of the list");
	gp = globrunqget();
	while (n-- > 1) {
		next = globrunqget();
		__builtin_prefetch((char *)next + 64, 1);
		__builtin_prefetch((char *)next + 128, 1);
		runqput(pp, next);
	}
	unlock(&sched.lock);
	return gp;
}
