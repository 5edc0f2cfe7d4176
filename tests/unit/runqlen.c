/*
 * How many goroutines wait at a P (src/sched/runq.c, chapter 16 and later).
 */
#include "runq_alone.h"

static struct g *taken;

static void
putthree(void)
{
	runqput(&p, &gs[0]);
	runnextput(&p, &gs[1]);
	runnextput(&p, &gs[2]);
}

static void
putandtake(void)
{
	runqput(&p, &gs[3]);
	for (int i = 0; i < 4; i++)
		taken = runqget(&p);
}

TEST("those in the ring and those who are next are counted")
{
	memset(&p, 0, sizeof p);
	CHECK_EQ(runqlen(&p), 0);
	putthree();
	CHECK_EQ(runqlen(&p), 3);
	while ((taken = runqget(&p)) != NULL)
		;
	CHECK_EQ(runqlen(&p), 0);
}

TEST("who takes between the looks makes no huge number")
{
	for (int piled = 0; piled < 2; piled++)
		for (int after = 0; after < 4; after++) {
			memset(&p, 0, sizeof p);
			if (piled)
				putthree();
			else
				runqput(&p, &gs[0]);
			other.where = AT_LOAD;
			other.after = after;
			other.act = putandtake;
			CHECK(runqlen(&p) <= 4);
		}
}
