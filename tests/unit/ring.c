/*
 * The ring of a P and the list behind it (src/sched/runq.c, chapters 11 to 17).
 */
#include "ring_alone.h"

static uint32_t
inring(void)
{
	return p.runqtail - p.runqhead;
}

TEST("an empty queue has nothing to give")
{
	reset(0);
	CHECK(runqget(&p) == NULL);
	CHECK(runqfair(&p) == NULL);
	CHECK(globrunqgetbatch(&p) == NULL);
	CHECK_EQ(visits, 0);
}

TEST("who comes first is taken first, up to a full ring, without a lock")
{
	for (int n = 0; n <= RUNQSIZE; n += 32) {
		reset(0);
		putmany(0, n);
		CHECK_EQ(inring(), n);
		CHECK_EQ(wrong(0, n), 0);
		CHECK(runqget(&p) == NULL);
		CHECK_EQ(visits, 0);
	}
}

TEST("who is next is ahead of a full ring")
{
	reset(0);
	putmany(0, RUNQSIZE);
	runnextput(&p, &gs[300]);
	CHECK_EQ(inring(), RUNQSIZE);
	CHECK(runqget(&p) == &gs[300]);
	CHECK_EQ(wrong(0, RUNQSIZE), 0);
}

TEST("a full ring gives its older half and the new one to the list, in order")
{
	reset(0);
	putmany(0, RUNQSIZE + 1);
	CHECK_EQ(inring(), RUNQSIZE / 2);
	CHECK_EQ(sched.runqsize, RUNQSIZE / 2 + 1);
	CHECK_EQ(visits, 1);
	CHECK_EQ(wakes, 1);
	for (int i = 0; i < RUNQSIZE / 2; i++)
		CHECK(globrunqget() == &gs[i]);
	CHECK(globrunqget() == &gs[RUNQSIZE]);
	CHECK(globrunqget() == NULL);
	CHECK_EQ(wrong(RUNQSIZE / 2, RUNQSIZE), 0);
}

TEST("128 puts after an overflow need no lock")
{
	reset(0);
	putmany(0, RUNQSIZE + 1 + RUNQSIZE / 2);
	CHECK_EQ(visits, 1);
	putmany(600, 601);
	CHECK_EQ(visits, 2);
}

static struct g *taken;

static void
takeone(void)
{
	taken = ringget(&p);
}

TEST("an overflow that somebody forestalls moves nobody")
{
	reset(0);
	putmany(0, RUNQSIZE);
	other.where = AT_SWAP, other.after = 0, other.act = takeone;
	runqput(&p, &gs[256]);
	CHECK(taken == &gs[0]);
	CHECK_EQ(sched.runqsize, 0);
	CHECK_EQ(wakes, 0);
	CHECK_EQ(inring(), RUNQSIZE);
	CHECK_EQ(wrong(1, RUNQSIZE + 1), 0);
}

TEST("who is overtaken at the swap gets the next one")
{
	reset(0);
	putmany(0, 3);
	other.where = AT_SWAP, other.after = 0, other.act = takeone;
	CHECK(runqget(&p) == &gs[1]);
	CHECK(taken == &gs[0]);
	CHECK(runqget(&p) == &gs[2]);
	reset(0);
	putmany(0, 1);
	other.where = AT_SWAP, other.after = 0, other.act = takeone;
	CHECK(runqget(&p) == NULL);
	CHECK(taken == &gs[0]);
}

/* Others take all that is there, and the owner fills the ring anew. */
static void
nextlap(void)
{
	while (ringget(&p) != NULL)
		;
	putmany(1000, 1000 + RUNQSIZE);
}

TEST("a place that was reused while we looked is not what we get")
{
	/* loads of ringget: head, tail, place */
	for (int after = 0; after < 3; after++) {
		reset(0);
		putmany(0, 5);
		other.where = AT_LOAD, other.after = after, other.act = nextlap;
		CHECK(ringget(&p) == &gs[1000]);
		CHECK_EQ(inring(), RUNQSIZE - 1);
	}
}

static void
putandtake(void)
{
	runqput(&p, &gs[7]);
	taken = ringget(&p);
}

TEST("a taker that is overtaken between head and tail takes nothing that is not there")
{
	for (int after = 0; after < 3; after++) {
		reset(0);
		other.where = AT_LOAD, other.after = after, other.act = putandtake;
		CHECK(ringget(&p) == NULL);
		CHECK(taken == &gs[7]);
		CHECK_EQ(p.runqhead, 1);
		CHECK_EQ(p.runqtail, 1);
	}
}

TEST("the order survives the overflow of the indices")
{
	for (uint32_t before = 0; before <= 300; before += 50) {
		reset(-before);
		putmany(0, RUNQSIZE);
		CHECK_EQ(wrong(0, 100), 0);
		putmany(256, 356);
		CHECK_EQ(wrong(100, 356), 0);
		CHECK(runqget(&p) == NULL);
	}
}

TEST("a ring overflows as it should when its indices do")
{
	for (uint32_t before = 1; before <= RUNQSIZE; before += 51) {
		reset(-before);
		putmany(0, RUNQSIZE + 1);
		CHECK_EQ(inring(), RUNQSIZE / 2);
		CHECK_EQ(sched.runqsize, RUNQSIZE / 2 + 1);
		CHECK(sched.runq.head == &gs[0]);
		CHECK_EQ(wrong(RUNQSIZE / 2, RUNQSIZE), 0);
	}
}

TEST("a share of the list is one part in gomaxprocs, at most half a ring")
{
	static const struct { int list, procs, share; } cases[] = {
		{ 1, 1, 1 }, { 1, 8, 1 }, { 7, 8, 1 }, { 16, 8, 2 },
		{ 100, 1, 100 }, { 100, 2, 50 }, { 101, 2, 50 },
		{ 1000, 1, 128 }, { 1000, 4, 128 }, { 1000, 8, 125 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		reset(12345);
		test_gomaxprocs = cases[i].procs;
		for (int j = 0; j < cases[i].list; j++)
			globrunqput(&gs[j]);
		CHECK(globrunqgetbatch(&p) == &gs[0]);
		CHECK_EQ(inring(), cases[i].share - 1);
		CHECK_EQ(sched.runqsize, cases[i].list - cases[i].share);
		CHECK_EQ(visits, 1);
		CHECK_EQ(wrong(1, cases[i].share), 0);
	}
}

/* -- threads --------------------------------------------------------------- */

enum { TAKERS = 3 };

#include "items.h"

static void *
taker(void *arg)
{
	struct g *gp;

	(void)arg;
	do {
		gp = ringget(&p);
		if (gp != NULL)
			took(gp);
		else
			sched_yield();
	} while (gp != NULL || !__atomic_load_n(&ended, __ATOMIC_ACQUIRE));
	return NULL;
}

/* One puts, and now and then takes; others take; how many came out wrong. */
static int
tumult(uint32_t start)
{
	pthread_t threads[TAKERS];
	struct g *gp;
	int bad = 0;

	reset(start);
	beginitems();
	for (int i = 0; i < TAKERS; i++)
		pthread_create(&threads[i], NULL, taker, NULL);
	for (int i = 0; i < ITEMS; i++) {
		runqput(&p, item(i));
		if (i % 7 == 0 && (gp = runqget(&p)) != NULL)
			took(gp);
	}
	bad += enditems();
	for (int i = 0; i < TAKERS; i++)
		pthread_join(threads[i], NULL);
	while ((gp = runqget(&p)) != NULL || (gp = globrunqget()) != NULL)
		took(gp);
	return bad + wrongitems();
}

TEST("many takers and one who puts lose nobody and take nobody twice")
{
	for (int i = 0; i < 4; i++)
		CHECK_EQ(tumult(-50000u * (unsigned)i), 0);
}
