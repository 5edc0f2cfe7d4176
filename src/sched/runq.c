/* SPDX-License-Identifier: MIT */
/* Tangled from book/18-the-owners-path.nw; edit that, not this file. */
/*
 * The run queues.  Each P has a ring, and a pile ahead of it; behind all Ps
 * is one list, under sched.lock.
 *
 * The ring: runq[i % RUNQSIZE] for runqhead <= i < runqtail.  The pile:
 * piled[i % RUNQSIZE] for pilebottom <= i < piletop.  Only the M that holds
 * the P, its owner, puts.  The oldest of either leave by runqhead and
 * pilebottom, the newest of the pile by piletop; whoever takes excludes all
 * others by the biased lock.
 */
#include "sched/sched.h"

/* take from our own queues, by the lock */
enum { CALM = 64 };	/* takes without a theft, and the lock is ours again */

/* Begin to take from pp, which is ours, by the lock. */
static void
takelocked(struct p *pp)
{
	__atomic_store_n(&pp->taking, 0, __ATOMIC_RELEASE);
	lock(&pp->runqlock);
	if (__atomic_load_n(&pp->bias, __ATOMIC_RELAXED) == Shared &&
	    ++pp->calm == CALM) {
		pp->calm = 0;
		__atomic_store_n(&pp->bias, Biased, __ATOMIC_RELAXED);
	}
}

/* Begin to take from pp, which is ours; returns what takeend has to know. */
static inline int
takebegin(struct p *pp)
{
	__atomic_store_n(&pp->taking, 1, __ATOMIC_RELAXED);
	/* with the heavy one of revoke: it sees us taking, or we see it */
	lightfence();
	if (__builtin_expect(__atomic_load_n(&pp->bias, __ATOMIC_ACQUIRE) ==
	    Biased, 1))
		return 0;
	takelocked(pp);
	return 1;
}

static inline void
takeend(struct p *pp, int locked)
{
	if (__builtin_expect(locked, 0))
		unlock(&pp->runqlock);
	else
		/* release: a thief that sees the end sees what we took */
		__atomic_store_n(&pp->taking, 0, __ATOMIC_RELEASE);
}

/* take from the queues of others */
enum { OWNERPAUSES = 1000 };

/* Let the owner of pp take by the lock from now on; 0: it cannot be had now. */
static int
revoke(struct p *pp)
{
	enum bias b = Biased;

	if (!__atomic_compare_exchange_n(&pp->bias, &b, Revoking, 0,
	    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return 0;	/* another thief is at it, or is done */
	heavyfence();
	for (int i = 0; __atomic_load_n(&pp->taking, __ATOMIC_ACQUIRE); i++) {
		if (i == OWNERPAUSES) {
			__atomic_store_n(&pp->bias, Biased, __ATOMIC_RELAXED);
			return 0;
		}
		__builtin_ia32_pause();
	}
	/* release: of what the owner has done, for other thieves */
	__atomic_store_n(&pp->bias, Shared, __ATOMIC_RELEASE);
	return 1;
}

/* Begin to take from pp, which is not ours; 0: it cannot be done now. */
static int
stealbegin(struct p *pp)
{
	if (__atomic_load_n(&pp->bias, __ATOMIC_RELAXED) != Shared &&
	    !revoke(pp))
		return 0;
	lock(&pp->runqlock);
	/* acquire: of what the owner did before its lock was revoked */
	if (__atomic_load_n(&pp->bias, __ATOMIC_ACQUIRE) != Shared) {
		unlock(&pp->runqlock);
		return 0;
	}
	pp->calm = 0;
	return 1;
}

/* How many a queue has; 0 only if it was empty at some moment. */
static inline uint32_t
length(uint32_t *first, uint32_t *end)
{
	/* the first place first: it never goes back */
	uint32_t h = __atomic_load_n(first, __ATOMIC_ACQUIRE);

	return __atomic_load_n(end, __ATOMIC_ACQUIRE) - h;
}

/* Take the oldest of a queue that ends at end, or NULL. */
static struct g *
oldest(uint32_t *first, uint32_t end, struct g **places)
{
	uint32_t h = *first;
	struct g *gp;

	if (h == end)
		return NULL;
	gp = places[h % RUNQSIZE];
	/* release: the place is read before its owner fills it again */
	__atomic_store_n(first, h + 1, __ATOMIC_RELEASE);
	return gp;
}

/* How many goroutines wait at pp, at some moment. */
uint32_t
runqlen(struct p *pp)
{
	return length(&pp->pilebottom, &pp->piletop) +
	    length(&pp->runqhead, &pp->runqtail);
}

/* Whether pp has nothing: at some moment its pile, at some its ring. */
static inline int
nothing(struct p *pp)
{
	return length(&pp->pilebottom, &pp->piletop) == 0 &&
	    length(&pp->runqhead, &pp->runqtail) == 0;
}

int
runqempty(struct p *pp)
{
	return nothing(pp);
}

/* Move the older half of a queue of pp, ours and full, to the list. */
static void
spill(struct p *pp, uint32_t *first, uint32_t end, struct g **places)
{
	enum { N = RUNQSIZE / 2 };
	struct g *batch[N];
	int n = 0, locked = takebegin(pp);

	/* a thief may have been faster */
	if (end - *first == RUNQSIZE)
		while (n < N)
			batch[n++] = oldest(first, end, places);
	takeend(pp, locked);
	if (n == 0)
		return;
	lock(&sched.lock);
	for (int i = 0; i < n; i++)
		globrunqput(batch[i]);
	unlock(&sched.lock);
	/* tell that the list has work */
	wakep();
}

/* Put gp at the end of a queue of pp, which is ours; there is room for one. */
static inline void
put(struct p *pp, uint32_t *first, uint32_t *end, struct g **places,
    struct g *gp)
{
	uint32_t t = *end;

	places[t % RUNQSIZE] = gp;
	/* release: a thief that sees this end sees the place, too */
	__atomic_store_n(end, t + 1, __ATOMIC_RELEASE);
	/* acquire: a thief has read the place that the next put fills */
	if (__builtin_expect(t + 1 - __atomic_load_n(first, __ATOMIC_ACQUIRE) ==
	    RUNQSIZE, 0))
		spill(pp, first, t + 1, places);
}

/* Queue gp, which is runnable, behind all others of pp, which is ours. */
void
runqput(struct p *pp, struct g *gp)
{
	put(pp, &pp->runqhead, &pp->runqtail, pp->runq, gp);
	/* it is in the ring */
	if (__builtin_expect(seeded, 0))
		seedplace(pp);
}

/* Let gp be the next on pp, which is ours: it goes on top of the pile. */
void
runnextput(struct p *pp, struct g *gp)
{
	put(pp, &pp->pilebottom, &pp->piletop, pp->piled, gp);
}

/* Take the newest of the pile of pp, which is ours, or NULL. */
static struct g *
newest(struct p *pp)
{
	uint32_t t = pp->piletop;

	if (t == pp->pilebottom)
		return NULL;
	__atomic_store_n(&pp->piletop, t - 1, __ATOMIC_RELAXED);
	return pp->piled[(t - 1) % RUNQSIZE];
}

/* The next goroutine of pp, which is ours, or NULL. */
struct g *
runqget(struct p *pp)
{
	struct g *gp;
	int locked;

	if (nothing(pp))
		return NULL;
	locked = takebegin(pp);
	pp->from = FromPile;
	gp = newest(pp);
	if (gp == NULL) {
		pp->from = FromRing;
		gp = oldest(&pp->runqhead, pp->runqtail, pp->runq);
	}
	takeend(pp, locked);
	return gp;
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
/* take the oldest of one */
enum { OLDESTTURN = 2048 };	/* fair turns */

/* Take the oldest of the ring of pp, which is ours, or of its pile. */
static struct g *
takeoldest(struct p *pp, int ofpile)
{
	int locked = takebegin(pp);
	struct g *gp = ofpile ?
	    oldest(&pp->pilebottom, pp->piletop, pp->piled) :
	    oldest(&pp->runqhead, pp->runqtail, pp->runq);

	takeend(pp, locked);
	return gp;
}

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
		return takeoldest(pp, 1);
	pp->fairtick = pp->schedtick;
	pp->fairlist = !pp->fairlist;
	return pp->fairlist ? globrunqfirst() : takeoldest(pp, 0);
}

/*
 * Take the older n of a queue for the end of one of ours, which is empty.
 * The last of them is not queued but returned.
 */
static struct g *
take(uint32_t *first, struct g **places, uint32_t n, uint32_t *end,
    struct g **ours)
{
	uint32_t h = *first;
	uint32_t t = *end;

	for (uint32_t i = 0; i < n; i++)
		ours[(t + i) % RUNQSIZE] = places[(h + i) % RUNQSIZE];
	/* release: the places are read before their owner fills them again */
	__atomic_store_n(first, h + n, __ATOMIC_RELEASE);
	/* release: as in put */
	__atomic_store_n(end, t + n - 1, __ATOMIC_RELEASE);
	return ours[(t + n - 1) % RUNQSIZE];
}

enum { STEALPAUSE = 3000 };	/* ns */

/* Whether the only one of victim's pile has stayed there for a while. */
static int
stays(struct p *victim, uint32_t tick)
{
	int64_t end = nanotime() + STEALPAUSE;

	while (nanotime() < end) {
		__builtin_ia32_pause();
		if (__atomic_load_n(&victim->schedtick, __ATOMIC_RELAXED) !=
		    tick)
			return 0;
	}
	return 1;
}

/* Steal from victim for pp: one to run is returned, the rest is queued. */
struct g *
runqsteal(struct p *pp, struct p *victim, int takenext)
{
	uint32_t tick = __atomic_load_n(&victim->schedtick, __ATOMIC_RELAXED);
	uint32_t ring = length(&victim->runqhead, &victim->runqtail);
	uint32_t pile = length(&victim->pilebottom, &victim->piletop);
	struct g *gp = NULL;

	if (ring == 0 && (pile == 0 ||
	    (pile == 1 && !(takenext && stays(victim, tick)))))
		return NULL;
	if (!nothing(pp))
		throw("runqsteal: the thief has goroutines");
	if (!stealbegin(victim))
		return NULL;
	/* steal what is still there */
	ring = length(&victim->runqhead, &victim->runqtail);
	pile = length(&victim->pilebottom, &victim->piletop);
	if (ring != 0)
		gp = take(&victim->runqhead, victim->runq, ring - ring / 2,
		    &pp->runqtail, pp->runq);
	else if (pile > 1)
		gp = take(&victim->pilebottom, victim->piled, pile / 2,
		    &pp->piletop, pp->piled);
	else if (pile == 1 && takenext && tick ==
	    __atomic_load_n(&victim->schedtick, __ATOMIC_RELAXED))
		gp = take(&victim->pilebottom, victim->piled, 1,
		    &pp->piletop, pp->piled);
	unlock(&victim->runqlock);
	return gp;
}
