/*
 * Who counts as idle, and who asks for a P from the kernel (src/sched/m.c),
 * chapter 17.
 */
#define wantp asked
#include "sched/m.c"

#include "unit.h"

static int wanted;
void asked(void) { wanted++; }

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

TEST("who has work and finds no idle P asks for one from the kernel, once")
{
	begin();
	gomaxprocs = 2;
	wakep();
	CHECK_EQ(wanted, 1);
	CHECK_EQ(sched.lock.key, 0);
	wakep();			/* the note is there */
	CHECK_EQ(wanted, 1);
}
