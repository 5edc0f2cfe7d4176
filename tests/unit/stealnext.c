/*
 * How runnext is stolen (src/sched/runq.c of chapters 12 to 14).
 */
#include "runq_alone.h"

static struct p thief;	/* steals from p */

static void
reset(void)
{
	memset(&p, 0, sizeof p);
	memset(&thief, 0, sizeof thief);
	memset(gs, 0, sizeof gs);
	other.act = NULL;
	now = 0;
}

TEST("runnext is taken when asked for, and only from an empty ring")
{
	reset();
	runnextput(&p, &gs[0]);
	CHECK(runqsteal(&thief, &p, 0) == NULL);
	CHECK(p.runnext == &gs[0]);
	runqput(&p, &gs[1]);
	CHECK(runqsteal(&thief, &p, 1) == &gs[1]);
	CHECK(p.runnext == &gs[0]);
	CHECK_EQ(now, 0);
	CHECK(runqsteal(&thief, &p, 1) == &gs[0]);
	CHECK(now >= 3000);
	CHECK(p.runnext == NULL);
	CHECK(runqsteal(&thief, &p, 1) == NULL);
}

/* The owner runs what is next, and then there is another one. */
static void
runsnext(void)
{
	runqget(&p);
	runnextput(&p, &gs[1]);
}

TEST("a thief that sees runnext change goes away at once")
{
	for (int after = 1; after <= 30; after++) {
		reset();
		runnextput(&p, &gs[0]);
		other.where = AT_CLOCK, other.after = after;
		other.act = runsnext;
		CHECK(runqsteal(&thief, &p, 1) == NULL);
		CHECK_EQ(now, 100 * (after + 1));
		CHECK(p.runnext == &gs[1]);
	}
}
