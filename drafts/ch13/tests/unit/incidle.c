/*
 * Who counts as idle (src/thread.c), chapter 13.
 */
#include "thread.c"

#include "unit.h"

static struct m self;
static struct g gp;

static void
begin(void)
{
	self.g0 = self.curg = &gp;
	gp.m = &self;
	setg(&gp);
	sched.mnext = 2;
	sched.nmidle = 1;
}

TEST("the last one to be counted idle looks for a deadlock")
{
	begin();
	CHECK_THROWS(incidle(1), "deadlock!");
}

TEST("one that is no longer counted idle prevents a deadlock")
{
	begin();
	incidle(-1);
	incidle(1);
	CHECK_EQ(sched.nmidle, 1);
}
