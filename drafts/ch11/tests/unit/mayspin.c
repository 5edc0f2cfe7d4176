/*
 * Who looks for work and whose turn it is (chapter 11): the static functions
 * of src/proc.c, and runqfair.
 */
#include "proc.c"	/* first: errno.h makes macros of its enum */

#include "unit.h"

static struct m me;
static struct g megp, one, gs[200];
static struct p p;

static void
scene(int n, int idle, int spinning)
{
	memset(&sched, 0, sizeof sched);
	memset(&me, 0, sizeof me);
	memset(&p, 0, sizeof p);
	gomaxprocs = n;
	sched.npidle = idle;
	sched.nmspinning = spinning;
	megp.m = &me;
	me.p = &p;
	unit_tls[1] = &megp;
}

TEST("at most half of the busy Ps look")
{
	scene(8, 0, 3);
	CHECK_EQ(mayspin(&me), 1);
	CHECK_EQ(sched.nmspinning, 4);
	scene(8, 0, 4);
	CHECK_EQ(mayspin(&me), 0);
	CHECK_EQ(sched.nmspinning, 4);
	scene(8, 6, 1);			/* two are busy, and one looks */
	CHECK_EQ(mayspin(&me), 0);
	CHECK_EQ(me.spinning, 0);
}

TEST("who spins already may go on and is not counted twice")
{
	scene(4, 0, 2);
	me.spinning = 1;
	CHECK_EQ(mayspin(&me), 1);
	CHECK_EQ(sched.nmspinning, 2);
}

TEST("with one P nobody looks")
{
	scene(1, 0, 0);
	CHECK_EQ(mayspin(&me), 0);
	CHECK_EQ(sched.nmspinning, 0);
}

TEST("who begins to look takes the request to look away")
{
	scene(4, 0, 0);
	sched.needspinning = 1;
	CHECK_EQ(mayspin(&me), 1);
	CHECK_EQ(sched.needspinning, 0);
}

/* Turns of p until it is somebody's turn by the count; who that is. */
static struct g *
next(int *turns)
{
	struct g *gp = NULL;

	for (*turns = 0; gp == NULL && *turns < 500; ++*turns) {
		gp = runqfair(&p);
		p.schedtick++;
	}
	return gp;
}

TEST("ring and list have their turn once in sixty each")
{
	int turns, list = 0, ring = 0;

	scene(1, 0, 0);
	for (int i = 0; i < 100; i++)
		runqput(&p, &gs[i]);
	for (int i = 100; i < 200; i++)
		globrunqput(&gs[i]);
	for (int i = 0; i < 20; i++) {
		struct g *gp = next(&turns);

		CHECK(gp != NULL);
		CHECK(i == 0 || turns == 30);
		*(gp < &gs[100] ? &ring : &list) += 1;
	}
	CHECK_EQ(ring, 10);
	CHECK_EQ(list, 10);
}

TEST("a count that wraps around loses no turn")
{
	int turns;

	scene(1, 0, 0);
	p.schedtick = p.fairtick = UINT32_MAX - 10;
	for (int i = 0; i < 4; i++)
		runqput(&p, &gs[i]);
	CHECK(next(&turns) != NULL);
	CHECK(turns <= 61);
}

TEST("the one that waits in the list alone is taken within sixty turns")
{
	int turns;

	scene(1, 0, 0);
	globrunqput(&one);
	CHECK(next(&turns) == &one);
	CHECK(turns <= 61);
}
