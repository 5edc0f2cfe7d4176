/*
 * To be made ready (src/sched/proc.c, chapter 10 and later).
 */
#include "unit.h"

#include "sched/sched.h"

TEST("a goroutine that does not wait cannot be made ready")
{
	static struct g gp = { .atomicstatus = Grunning };

	g0.m = &m0;
	setg(&g0);
	CHECK_THROWS(goready(&gp), "casgstatus: bad incoming status");
}
