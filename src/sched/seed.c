/* SPDX-License-Identifier: MIT */
/* Tangled from book/16-watching-it-run.nw; edit that, not this file. */
/*
 * Seeded schedules.  With RT0_SEED=n in the environment one M runs all, or
 * several take turns (turn.c), and each choice follows from n.  The same
 * program with the same n and GOMAXPROCS does the same, step by step.
 */
#include "sched/sched.h"
#include "os/sys_linux.h"

int seeded;
int32_t scheduleseed = -1;

/* Read RT0_SEED. */
void
seedinit(void)
{
	const char *s = gogetenv("RT0_SEED");

	if (s == NULL || *s == 0 || secureMode)
		return;
	if (!parseint(s, &scheduleseed) || scheduleseed < 0) {
		print("fatal error: RT0_SEED=%s is not a number from 0 to "
		    "%d\n", s, INT32_MAX);
		sys_exit_group(2);
	}
	seeded = watched = 1;
	/* ask for the same addresses each time */
	arena = (char *)0xc000000000;
	m0.os.rand = ((uint64_t)scheduleseed + 1) * 0x9e3779b97f4a7c15 | 1;
}

/* How many Ps to make if n are asked for. */
int32_t
seedprocs(int32_t n)
{
	if (!seeded)
		return n;
	/* let several Ps take turns */
	const char *s = knob("GOMAXPROCS");

	if (s != NULL && *s != 0 && n > 1) {
		seeded = 0;
		taketurns(persistentalloc(sizeof(struct turner)));
		return n;
	}
	return 1;
}

/* The last of pp's ring has come: it changes places with any of them. */
void
seedplace(struct p *pp)
{
	uint32_t h = pp->runqhead;
	uint32_t last = pp->runqtail - 1;
	uint32_t i = h + cheaprand() % (last + 1 - h);
	struct g *gp = pp->runq[i % RUNQSIZE];

	pp->runq[i % RUNQSIZE] = pp->runq[last % RUNQSIZE];
	pp->runq[last % RUNQSIZE] = gp;
}

/* Let others run, or not; for places where a goroutine could be stopped. */
void
seedyield(void)
{
	struct m *mp = getg()->m;

	if (turns)
		turnpoint();
	else if (seeded && getg() == mp->curg && mp->os.locks == 0 &&
	    cheaprand() % 4 == 0)
		runtime_Gosched();
}
