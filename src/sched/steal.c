/* SPDX-License-Identifier: MIT */
/* Tangled from book/12-stealing.nw; edit that, not this file. */
/*
 * Whom to steal from.
 */
#include "sched/sched.h"

/* visit all Ps in a random order */
static uint32_t *coprimes;	/* up to the number of Ps, and coprime to it */
static uint32_t ncoprimes;

static uint32_t
gcd(uint32_t a, uint32_t b)
{
	while (b != 0) {
		uint32_t r = a % b;

		a = b;
		b = r;
	}
	return a;
}

/* Find the steps with which one comes to each of n Ps. */
void
stealinit(uint32_t n)
{
	coprimes = persistentalloc(n * sizeof coprimes[0]);
	ncoprimes = 0;
	for (uint32_t i = 1; i <= n; i++)
		if (gcd(i, n) == 1)
			coprimes[ncoprimes++] = i;
}

/* look through the queues of others */
enum { STEALTRIES = 4 };

/* Steal for pp, which is ours and has nothing to run, or return NULL. */
struct g *
stealwork(struct p *pp)
{
	uint32_t n = (uint32_t)gomaxprocs;

	for (int try = 1; try <= STEALTRIES; try++) {
		uint32_t r = cheaprand();
		uint32_t i = r % n;
		uint32_t step = coprimes[r / n % ncoprimes];

		/* try each of the others once */
		for (uint32_t k = 0; k < n; k++, i = (i + step) % n) {
			struct g *gp = NULL;

			if (allp[i] != pp)
				gp = runqsteal(pp, allp[i], try == STEALTRIES);
			if (gp != NULL) {
				/* log the theft */
				TRACE(Steal, gp->goid, allp[i]->id, runqlen(pp) + 1);
				pp->from = FromTheft;
				return gp;
			}
		}
	}
	return NULL;
}

/* Whether there is work in a queue, at some moment during the call. */
static int
workexists(void)
{
	if (__atomic_load_n(&sched.runqsize, __ATOMIC_SEQ_CST) != 0)
		return 1;
	for (int32_t i = 0; i < gomaxprocs; i++)
		if (!runqempty(allp[i]))
			return 1;
	return 0;
}

/*
 * If there is work that nobody may have seen, take an idle P to do it with.
 * Called without a P; returns the P or NULL.
 */
struct p *
lookagain(void)
{
	struct p *pp;

	if (!workexists())
		return NULL;
	lock(&sched.lock);
	pp = pidleget();
	if (pp == NULL)
		__atomic_store_n(&sched.needspinning, 1, __ATOMIC_RELAXED);
	unlock(&sched.lock);
	if (pp == NULL)
		wantp();
	return pp;
}
