/* SPDX-License-Identifier: MIT */
/* Tangled from book/11-p-and-its-queue.nw; edit that, not this file. */
/*
 * The run queues.  Each P has a ring and a place for one goroutine ahead of
 * it; behind all Ps is one list, under sched.lock.
 *
 * The ring: runq[i % RUNQSIZE] for runqhead <= i < runqtail.  Only the M that
 * holds the P writes places and runqtail.  Anybody takes, by moving runqhead
 * with a compare-and-swap; who fails has taken nothing.
 */
#include "sched/sched.h"

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
	/*
	 * release: who sees this head sees the tail, which is ahead of it;
	 * acquire if it fails: who was faster has read the place we fill next
	 */
	if (!__atomic_compare_exchange_n(&pp->runqhead, &h, h + N, 0,
	    __ATOMIC_RELEASE, __ATOMIC_ACQUIRE))
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
	/* it is in the ring */
	if (__builtin_expect(seeded, 0))
		seedplace(pp);
}

/*
 * The pile's word, from below: the place of the oldest (8 bits), how many
 * there are (16 bits), and how often somebody has taken (40 bits).
 */
#define ONEMORE	(1ull << 8)
#define TAKEN	(1ull << 24)

static uint32_t
pilecount(uint64_t s)
{
	return (uint16_t)(s >> 8);
}

/* The place of the i-th goroutine from below. */
static struct g **
pileplace(struct p *pp, uint64_t s, uint32_t i)
{
	return &pp->piled[(uint8_t)(s + i)];
}

/* What s is when the n oldest have been taken. */
static uint64_t
pilewithout(uint64_t s, uint64_t n)
{
	return ((s - n * ONEMORE + TAKEN) & ~0xffull) | (uint8_t)(s + n);
}

/* Move the older half of pp's pile, which is full, to the list. */
static void
pilespill(struct p *pp, uint64_t s)
{
	enum { N = RUNQSIZE / 2 };
	struct g *batch[N];

	for (uint32_t i = 0; i < N; i++)
		batch[i] = __atomic_load_n(pileplace(pp, s, i),
		    __ATOMIC_RELAXED);
	if (!__atomic_compare_exchange_n(&pp->pile, &s, pilewithout(s, N), 0,
	    __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		return;			/* somebody else took some */
	lock(&sched.lock);
	for (int i = 0; i < N; i++)
		globrunqput(batch[i]);
	unlock(&sched.lock);
	wakep();
}

/* Let gp be the next on pp, which is ours: it goes on top of the pile. */
void
runnextput(struct p *pp, struct g *gp)
{
	/* acquire: who has taken from a place has read it before */
	uint64_t s = __atomic_load_n(&pp->pile, __ATOMIC_ACQUIRE);

	while (pilecount(s) == RUNQSIZE) {
		pilespill(pp, s);
		s = __atomic_load_n(&pp->pile, __ATOMIC_ACQUIRE);
	}
	__atomic_store_n(pileplace(pp, s, pilecount(s)), gp,
	    __ATOMIC_RELAXED);
	/* release: who sees the count sees the place; and a fence for waking */
	__atomic_fetch_add(&pp->pile, ONEMORE, __ATOMIC_SEQ_CST);
}

/* Take the newest of pp's pile, which is ours, or NULL. */
static struct g *
pileget(struct p *pp)
{
	uint64_t s = __atomic_load_n(&pp->pile, __ATOMIC_ACQUIRE);

	while (pilecount(s) != 0) {
		struct g *gp = __atomic_load_n(
		    pileplace(pp, s, pilecount(s) - 1), __ATOMIC_RELAXED);

		if (__atomic_compare_exchange_n(&pp->pile, &s,
		    s - ONEMORE + TAKEN, 0, __ATOMIC_RELEASE,
		    __ATOMIC_ACQUIRE))
			return gp;
	}
	return NULL;
}

/* Take the oldest, if the pile of pp is still s, or NULL. */
static struct g *
pileoldest(struct p *pp, uint64_t s)
{
	struct g *gp = __atomic_load_n(pileplace(pp, s, 0), __ATOMIC_RELAXED);

	/* release: the place is read before its owner fills it again */
	if (pilecount(s) == 0 || !__atomic_compare_exchange_n(&pp->pile, &s,
	    pilewithout(s, 1), 0, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		return NULL;
	return gp;
}

/* Take the front of pp's ring, or NULL.  Safe for any thread. */
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
	struct g *gp;

	pp->from = FromPile;
	gp = pileget(pp);
	if (gp != NULL)
		return gp;
	pp->from = FromRing;
	return ringget(pp);
}

/* How many goroutines wait at pp, at some moment. */
uint32_t
runqlen(struct p *pp)
{
	uint32_t h = __atomic_load_n(&pp->runqhead, __ATOMIC_ACQUIRE);

	return __atomic_load_n(&pp->runqtail, __ATOMIC_ACQUIRE) - h +
	    pilecount(__atomic_load_n(&pp->pile, __ATOMIC_RELAXED));
}

/* Take the first of the list, or NULL. */
static struct g *
globrunqfirst(void)
{
	struct g *gp;

	if (__atomic_load_n(&sched.runqsize, __ATOMIC_RELAXED) == 0)
		return NULL;
	lock(&sched.lock);
	gp = globrunqget();
	unlock(&sched.lock);
	return gp;
}

/* take the first of the list or of the ring */
enum { OLDESTTURN = 2048 };	/* fair turns */

/*
 * Whose turn it is by the count, or NULL: in each FAIRTURN turns one for the
 * list and one for the ring, and rarely one more for the oldest of the pile.
 */
struct g *
runqfair(struct p *pp)
{
	if (!fairturn(pp))
		return NULL;
	/* log that it is out of turn */
	pp->from = OutOfTurn;
	if (++pp->fairturns % OLDESTTURN == 0)
		return pileoldest(pp, __atomic_load_n(&pp->pile,
		    __ATOMIC_ACQUIRE));
	pp->fairtick = pp->schedtick;
	pp->fairlist = !pp->fairlist;
	return pp->fairlist ? globrunqfirst() : ringget(pp);
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

/*
 * Take the older half of victim's pile for pp, which is ours and has an empty
 * one.  Returns one of them to run, or NULL if there are less than two.
 */
static struct g *
pilesteal(struct p *pp, struct p *victim)
{
	uint64_t own = __atomic_load_n(&pp->pile, __ATOMIC_ACQUIRE);
	uint64_t s = __atomic_load_n(&victim->pile, __ATOMIC_ACQUIRE);
	struct g *gp = NULL;
	uint32_t n;

	if (pilecount(own) != 0)
		throw("pilesteal: the thief's pile is not empty");
	do {
		n = pilecount(s) / 2;
		if (n == 0)
			return NULL;
		/* copy the older half of the pile */
		for (uint32_t i = 0; i < n; i++) {
			gp = __atomic_load_n(pileplace(victim, s, i), __ATOMIC_RELAXED);
			__atomic_store_n(pileplace(pp, own, i), gp, __ATOMIC_RELAXED);
		}
	} while (!__atomic_compare_exchange_n(&victim->pile, &s,
	    pilewithout(s, n), 0, __ATOMIC_RELEASE, __ATOMIC_ACQUIRE));
	/* release: as in runnextput; the last one is not piled but run */
	__atomic_fetch_add(&pp->pile, (n - 1) * ONEMORE, __ATOMIC_RELEASE);
	return gp;
}

/* take the only one of a pile */
enum { STEALPAUSE = 3000 };	/* ns */

/* Take the only one of victim's pile, if it stays for a while, or NULL. */
static struct g *
stealnext(struct p *victim)
{
	uint64_t s = __atomic_load_n(&victim->pile, __ATOMIC_ACQUIRE);
	int64_t end;

	if (pilecount(s) == 0)
		return NULL;
	end = nanotime() + STEALPAUSE;
	while (nanotime() < end) {
		__builtin_ia32_pause();
		if (__atomic_load_n(&victim->pile, __ATOMIC_RELAXED) != s)
			return NULL;
	}
	return pileoldest(victim, s);
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
		/* take what does not stand in the ring */
		{
			struct g *gp = pilesteal(pp, victim);

			return gp != NULL || !takenext ? gp : stealnext(victim);
		}
	/* release: as in runqput; the last one is not queued but run */
	__atomic_store_n(&pp->runqtail, t + n - 1, __ATOMIC_RELEASE);
	return pp->runq[(t + n - 1) % RUNQSIZE];
}

/* Whether pp has nothing: at some moment its pile, at some its ring. */
int
runqempty(struct p *pp)
{
	uint32_t h;

	if (pilecount(__atomic_load_n(&pp->pile, __ATOMIC_ACQUIRE)) != 0)
		return 0;
	/* the head first: see chapter 12 */
	h = __atomic_load_n(&pp->runqhead, __ATOMIC_ACQUIRE);
	return h == __atomic_load_n(&pp->runqtail, __ATOMIC_ACQUIRE);
}
