/*
 * The last look of one that has given its P up (chapter 17 and later): lookagain
 * of src/sched/steal.c, and what it does when there is work and no idle P.
 */
#define wantp asked
#include "sched/steal.c"
#undef wantp

#include "unit.h"

void asked(void);

static struct m me;
static struct g megp, one;
static struct p ps[2], *all[2] = { &ps[0], &ps[1] };
static int asks, noteatask;

void
asked(void)
{
	asks++;
	noteatask = sched.needspinning;
	CHECK_EQ(me.os.locks, 0);
}

static void
scene(void)
{
	memset(&sched, 0, sizeof sched);
	memset(&me, 0, sizeof me);
	memset(ps, 0, sizeof ps);
	allp = all;
	gomaxprocs = 2;
	ps[1].id = 1;
	megp.m = &me;
	unit_tls[1] = &megp;
	asks = noteatask = 0;
}

TEST("who sees work and finds no idle P leaves a note, and then asks for a P")
{
	for (int list = 0; list < 2; list++) {
		scene();
		if (list)
			globrunqput(&one);
		else
			runqput(&ps[1], &one);
		CHECK(lookagain() == NULL);
		CHECK_EQ(sched.needspinning, 1);
		CHECK_EQ(asks, 1);
		CHECK_EQ(noteatask, 1);
	}
}

TEST("who finds an idle P for it leaves no note and asks nobody")
{
	scene();
	runqput(&ps[1], &one);
	pidleput(&ps[0]);
	CHECK(lookagain() == &ps[0]);
	CHECK_EQ(sched.needspinning, 0);
	CHECK_EQ(asks, 0);
}

TEST("who sees no work takes no P, leaves no note and asks nobody")
{
	scene();
	pidleput(&ps[0]);
	CHECK(lookagain() == NULL);
	CHECK_EQ(sched.needspinning, 0);
	CHECK_EQ(asks, 0);
	CHECK_EQ(sched.npidle, 1);
}
