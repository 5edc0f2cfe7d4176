/*
 * Goroutines that have died are those that start next (chapter 14 and later):
 * static functions of src/sched/g.c.
 */
#define lock visit
#define unlock depart
#include "sched/g.c"	/* first: errno.h makes macros of its enum */

#include "unit.h"

enum { KEPT = 64, MANY = 300 };

static struct p ps[2];
static struct g gs[MANY];
static int visits;	/* of the list of all Ps */

void
visit(struct mutex *l)
{
	CHECK_EQ(l->key++, 0);
	visits += l == &sched.lock;
}

void
depart(struct mutex *l)
{
	CHECK_EQ(l->key--, 1);
}

static void
reset(void)
{
	memset(&sched, 0, sizeof sched);
	memset(ps, 0, sizeof ps);
	memset(&m0, 0, sizeof m0);
	memset(gs, 0, sizeof gs);
	g0.m = &m0;
	m0.g0 = &g0;
	m0.p = &ps[0];
	setg(&g0);
	physPageSize = 4096;
	gomaxprocs = 1;
	visits = 0;
}

static int
length(struct g *gp)
{
	int n = 0;

	for (; gp != NULL; gp = gp->schedlink)
		n++;
	return n;
}

static void
nothing(void *arg)
{
	(void)arg;
}

TEST("a goroutine that has died is the next that starts, with no new memory")
{
	struct g *first = NULL;

	reset();
	for (int i = 0; i < 1000; i++) {
		struct g *gp;

		newproc(nothing, NULL);
		gp = runqget(&ps[0]);
		REQUIRE(gp != NULL);
		if (first == NULL)
			first = gp;
		CHECK(gp == first);
		gp->stack = stackget(&ps[0]);
		casgstatus(gp, Grunnable, Grunning);
		buried(gp, NULL);
		CHECK_EQ(gp->atomicstatus, Gdead);
		CHECK_EQ(gp->stack.hi, 0);
		CHECK_EQ(ps[0].nended, i + 1);
	}
	CHECK_EQ(length(ps[0].gFree), 1);
}

TEST("the one that died last is the first to start, and linked to nobody")
{
	reset();
	gfput(&ps[0], &gs[0]);
	gfput(&ps[0], &gs[1]);
	CHECK(gfget(&ps[0]) == &gs[1]);
	CHECK(gs[1].schedlink == NULL);
	CHECK(gfget(&ps[0]) == &gs[0]);
	CHECK(gfget(&ps[0]) == NULL);
	CHECK_EQ(ps[0].ngFree, 0);
	CHECK_EQ(visits, 0);
}

TEST("a P keeps less than 64 dead and gives half of them to all")
{
	reset();
	for (int i = 0; i < MANY; i++) {
		gfput(&ps[0], &gs[i]);
		CHECK(ps[0].ngFree < KEPT);
		CHECK_EQ(length(ps[0].gFree), ps[0].ngFree);
		CHECK_EQ(length(sched.gFree) + ps[0].ngFree, i + 1);
	}
	CHECK_EQ(visits, (MANY - KEPT) / (KEPT / 2) + 1);
}

TEST("a P without dead fetches 32 of those that others have given")
{
	char seen[MANY] = { 0 };

	reset();
	for (int i = 0; i < MANY; i++)
		gfput(&ps[0], &gs[i]);
	visits = 0;
	for (int given = length(sched.gFree); given > 0; given--) {
		struct g *gp = gfget(&ps[1]);

		REQUIRE(gp != NULL);
		CHECK_EQ(seen[gp - gs]++, 0);
		CHECK(gp->schedlink == NULL);
		CHECK(ps[1].ngFree < KEPT / 2);
		CHECK_EQ(length(ps[1].gFree), ps[1].ngFree);
		CHECK_EQ(length(sched.gFree) + ps[1].ngFree, given - 1);
	}
	CHECK(gfget(&ps[1]) == NULL);
	CHECK_EQ(visits, (MANY - KEPT) / (KEPT / 2) + 1);
}
