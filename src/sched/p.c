/* SPDX-License-Identifier: MIT */
/* Tangled from book/05-schedinit.nw; edit that, not this file. */
/*
 * Ps: how many there are, which M holds one, and those that are idle.
 */
#include "sched/sched.h"

struct p **allp;
int32_t gomaxprocs;

/* Make pp the P of this M. */
void
acquirep(struct p *pp)
{
	struct m *mp = getg()->m;

	if (mp->p != NULL || pp->m != NULL || pp->status != Pidle)
		throw("acquirep: already in use");
	mp->p = pp;
	pp->m = mp;
	__atomic_store_n(&pp->status, Prunning, __ATOMIC_RELAXED);
	/* log that the P is held */
	TRACE(ProcStart, 0, mp->id, 0);
}

/* Take this M's P away from it and return it. */
struct p *
releasep(void)
{
	struct m *mp = getg()->m;
	struct p *pp = mp->p;

	if (pp == NULL || pp->m != mp || pp->status != Prunning)
		throw("releasep: invalid p state");
	/* log that the P is given up */
	TRACE(ProcStop, 0, mp->id, 0);
	mp->p = NULL;
	pp->m = NULL;
	__atomic_store_n(&pp->status, Pidle, __ATOMIC_RELAXED);
	return pp;
}

/* Put pp, which nobody holds, on the list of idle Ps; sched.lock held. */
void
pidleput(struct p *pp)
{
	/* see that it has no goroutines */
	if (!runqempty(pp))
		throw("pidleput: P has goroutines to run");
	pp->link = sched.pidle;
	sched.pidle = pp;
	__atomic_store_n(&sched.npidle, sched.npidle + 1, __ATOMIC_RELAXED);
}

/* Take a P from the list of idle ones, or NULL; sched.lock held. */
struct p *
pidleget(void)
{
	struct p *pp = sched.pidle;

	if (pp != NULL) {
		sched.pidle = pp->link;
		__atomic_store_n(&sched.npidle, sched.npidle - 1,
		    __ATOMIC_RELAXED);
	}
	return pp;
}

/* How many Ps to make: GOMAXPROCS if it is a sensible number, else ncpu. */
int32_t
procsfromenv(void)
{
	const char *s = knob("GOMAXPROCS");
	int32_t n = ncpu < MAXPROCS ? ncpu : MAXPROCS;
	int32_t want;

	if (s == NULL || *s == 0)
		return n;
	if (!parseint(s, &want) || want < 1 || want > MAXPROCS) {
		print("runtime: GOMAXPROCS=%s is not a number from 1 to %d; "
		    "using %d\n", s, MAXPROCS, n);
		return n;
	}
	return want;
}

/* Make n Ps, give the first one to this M and put the others on pidle. */
void
procresize(int32_t n)
{
	allp = persistentalloc((size_t)n * sizeof allp[0]);
	gomaxprocs = n;
	/* prepare for so many Ps */
	stealinit((uint32_t)n);
	membarrierinit();
	for (int32_t i = n - 1; i >= 0; i--) {
		struct p *pp = persistentalloc(sizeof *pp);

		pp->id = i;
		allp[i] = pp;
		if (i > 0)
			pidleput(pp);
		else
			acquirep(pp);
	}
}
