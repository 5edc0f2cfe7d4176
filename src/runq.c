/* SPDX-License-Identifier: MIT */
/* Tangled from book/09-p-and-its-queue.nw; edit that, not this file. */
/*
 * The run queues.  Each P has a ring and a place for one goroutine ahead of
 * it; behind all Ps is one list, under sched.lock.
 *
 * The ring: runq[i % RUNQSIZE] for runqhead <= i < runqtail.  Only the M that
 * holds the P writes places and runqtail.  Anybody takes, by moving runqhead
 * with a compare-and-swap; who fails has taken nothing.
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
	__atomic_store_n(&sched.runqsize, sched.runqsize - 1,
	    __ATOMIC_RELAXED);
	gp->schedlink = NULL;
	return gp;
}

/*
 * Move the older half of pp's ring, which begins at h and is full, and gp to
 * the list.  Returns 0, and there is room now, if somebody else took some.
 */
static int
runqputslow(struct p *pp, struct g *gp, uint32_t h)
{
	enum { N = RUNQSIZE / 2 };
	struct g *batch[N + 1];

	for (uint32_t i = 0; i < N; i++)
		batch[i] = pp->runq[(h + i) % RUNQSIZE];
	batch[N] = gp;
	/* release: who sees this head sees the tail, which is ahead of it */
	if (!__atomic_compare_exchange_n(&pp->runqhead, &h, h + N, 0,
	    __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		return 0;
	/* put the batch on the list */
	lock(&sched.lock);
	for (int i = 0; i <= N; i++)
		globrunqput(batch[i]);
	unlock(&sched.lock);
	/* tell that the list has work */
	wakep();
	return 1;
}

/* Queue gp, which is runnable, behind all others of pp, which is ours. */
void
runqput(struct p *pp, struct g *gp)
{
	uint32_t t = pp->runqtail;
	/* acquire: who took a goroutine has read its place before us */
	uint32_t h = __atomic_load_n(&pp->runqhead, __ATOMIC_ACQUIRE);

	if (t - h == RUNQSIZE && runqputslow(pp, gp, h))
		return;
	__atomic_store_n(&pp->runq[t % RUNQSIZE], gp, __ATOMIC_RELAXED);
	/* release: who sees this tail sees the place and the goroutine */
	__atomic_store_n(&pp->runqtail, t + 1, __ATOMIC_RELEASE);
}

/* Let gp be the next on pp, which is ours; who was to be goes to the ring. */
void
runnextput(struct p *pp, struct g *gp)
{
	/* acquire and release: it is handed over, and maybe got back */
	gp = __atomic_exchange_n(&pp->runnext, gp, __ATOMIC_ACQ_REL);
	if (gp != NULL)
		runqput(pp, gp);
}

/* Take the front of pp's ring, whoever's it is, or NULL. */
static struct g *
ringget(struct p *pp)
{
	/* acquire: the tail is read after this head and cannot be older */
	uint32_t h = __atomic_load_n(&pp->runqhead, __ATOMIC_ACQUIRE);

	for (;;) {
		/* acquire: what was published with this tail is visible */
		uint32_t t = __atomic_load_n(&pp->runqtail, __ATOMIC_ACQUIRE);
		struct g *gp = __atomic_load_n(&pp->runq[h % RUNQSIZE],
		    __ATOMIC_RELAXED);

		if (t == h)
			return NULL;
		/* release: our loads come before the owner's next store */
		if (__atomic_compare_exchange_n(&pp->runqhead, &h, h + 1, 0,
		    __ATOMIC_RELEASE, __ATOMIC_ACQUIRE))
			return gp;
	}
}

/* The next goroutine of pp, which is ours, or NULL. */
struct g *
runqget(struct p *pp)
{
	struct g *gp = __atomic_load_n(&pp->runnext, __ATOMIC_RELAXED);

	/* acquire: we may have it from nobody; release: see runqempty */
	if (gp != NULL)
		gp = __atomic_exchange_n(&pp->runnext, NULL,
		    __ATOMIC_ACQ_REL);
	return gp != NULL ? gp : ringget(pp);
}

/*
 * Whose turn it is by the count, or NULL: in each 61 turns one for the list
 * and one for the ring, however many goroutines pass through runnext.
 */
struct g *
runqfair(struct p *pp)
{
	struct g *gp = NULL;

	switch (pp->schedtick % FAIRTURN) {
	case 0:
		if (__atomic_load_n(&sched.runqsize, __ATOMIC_RELAXED) == 0)
			break;
		lock(&sched.lock);
		gp = globrunqget();
		unlock(&sched.lock);
		break;
	case FAIRTURN / 2:
		gp = ringget(pp);
		break;
	}
	return gp;
}

/* Take the first of the list for pp, and pp's share of the others. */
struct g *
globrunqgetbatch(struct p *pp)
{
	struct g *gp;
	int32_t n;

	if (__atomic_load_n(&sched.runqsize, __ATOMIC_RELAXED) == 0)
		return NULL;
	lock(&sched.lock);
	n = sched.runqsize / gomaxprocs;
	if (n > RUNQSIZE / 2)
		n = RUNQSIZE / 2;
	gp = globrunqget();
	while (n-- > 1)
		runqput(pp, globrunqget());
	unlock(&sched.lock);
	return gp;
}

/*
 * Take the older half of victim's ring, at most RUNQSIZE / 2, for pp, which
 * is ours and has an empty ring.  Returns how many; they are in pp's ring
 * behind runqtail, which has not moved.
 */
static uint32_t
runqgrab(struct p *victim, struct p *pp)
{
	/* acquire: who moved the head there had seen the tail beyond it */
	uint32_t h = __atomic_load_n(&victim->runqhead, __ATOMIC_ACQUIRE);

	for (;;) {
		/* acquire: a place is read after it was published */
		uint32_t t = __atomic_load_n(&victim->runqtail, __ATOMIC_ACQUIRE);
		uint32_t n = t - h - (t - h) / 2;

		if (n > RUNQSIZE / 2) {
			/* the head is older than the tail: look again */
			h = __atomic_load_n(&victim->runqhead, __ATOMIC_ACQUIRE);
			continue;
		}
		if (n == 0)
			return 0;
		/* copy the half */
		for (uint32_t i = 0; i < n; i++) {
			struct g *gp = __atomic_load_n(&victim->runq[(h + i) % RUNQSIZE],
			    __ATOMIC_RELAXED);

			__atomic_store_n(&pp->runq[(pp->runqtail + i) % RUNQSIZE], gp,
			    __ATOMIC_RELAXED);
		}
		/* release: the places are read before the owner reuses them */
		if (__atomic_compare_exchange_n(&victim->runqhead, &h, h + n,
		    0, __ATOMIC_RELEASE, __ATOMIC_ACQUIRE))
			return n;
	}
}

/* steal from one */
/* take what is next */
enum { STEALPAUSE = 3000 };	/* ns */

/* Take victim's runnext, if it is still there after a while, or NULL. */
static struct g *
stealnext(struct p *victim)
{
	struct g *gp = __atomic_load_n(&victim->runnext, __ATOMIC_RELAXED);
	int64_t end;

	if (gp == NULL)
		return NULL;
	/* give the owner time to run it */
	end = nanotime() + STEALPAUSE;
	while (nanotime() < end) {
		__builtin_ia32_pause();
		if (__atomic_load_n(&victim->runnext, __ATOMIC_RELAXED) != gp)
			return NULL;
	}
	/* acquire: of what its owner wrote before it was put there */
	if (!__atomic_compare_exchange_n(&victim->runnext, &gp, NULL, 0,
	    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return NULL;
	return gp;
}

/* Steal from victim for pp: one to run is returned, the rest is queued. */
struct g *
runqsteal(struct p *pp, struct p *victim, int takenext)
{
	uint32_t n = runqgrab(victim, pp);
	uint32_t t = pp->runqtail;

	if (__atomic_load_n(&pp->runqhead, __ATOMIC_RELAXED) != t)
		throw("runqsteal: the thief's ring is not empty");
	if (n == 0)
		return takenext ? stealnext(victim) : NULL;
	/* release: as in runqput; the last one is not queued but run */
	__atomic_store_n(&pp->runqtail, t + n - 1, __ATOMIC_RELEASE);
	return pp->runq[(t + n - 1) % RUNQSIZE];
}

/*
 * Whether pp has nothing.  A goroutine may move from runnext to the ring
 * meanwhile, or one come when another goes: if one waits there at each
 * moment of the call, the answer is no.
 */
int
runqempty(struct p *pp)
{
	uint32_t h;

	/* runnext first: who leaves it for the ring is then found there */
	if (__atomic_load_n(&pp->runnext, __ATOMIC_ACQUIRE) != NULL)
		return 0;
	/* the head first: see the chapter */
	h = __atomic_load_n(&pp->runqhead, __ATOMIC_ACQUIRE);
	return h == __atomic_load_n(&pp->runqtail, __ATOMIC_ACQUIRE);
}
