/*
 * runnext, and the turns of ring and list beside it (src/sched/runq.c of
 * chapters 11 to 14).
 */
#include "ring_alone.h"

static struct g *taken;

TEST("the last to be next is next, and those before it are in their order")
{
	reset(0);
	for (int i = 1; i <= 5; i++)
		runnextput(&p, &gs[i]);
	CHECK(runqget(&p) == &gs[5]);
	CHECK_EQ(wrong(1, 5), 0);
	CHECK(runqget(&p) == NULL);
}

static void
steal(void)
{
	taken = __atomic_exchange_n(&p.runnext, NULL, __ATOMIC_ACQ_REL);
}

TEST("a runnext that somebody takes first is not taken twice")
{
	reset(0);
	runnextput(&p, &gs[1]);
	runnextput(&p, &gs[2]);
	other.where = AT_LOAD, other.after = 0, other.act = steal;
	CHECK(runqget(&p) == &gs[1]);
	CHECK(taken == &gs[2]);
	CHECK(p.runnext == NULL);
}

/* Who runs in the next turn, if runnext is always filled by gs[0]. */
static struct g *
turn(void)
{
	struct g *gp = runqfair(&p);

	if (gp == NULL) {
		runnextput(&p, &gs[0]);
		gp = runqget(&p);
	}
	p.schedtick++;
	return gp;
}

/* The number of the turn in which gs[1] runs, or -1. */
static int
turnof1(int limit)
{
	for (int i = 1; i <= limit; i++)
		if (turn() == &gs[1])
			return i;
	return -1;
}

TEST("in the ring with k ahead a goroutine runs within 61 (k + 1) turns")
{
	for (int k = 0; k < 6; k++) {
		int most = 0;

		for (uint32_t start = 0; start < 61; start++) {
			int n;

			reset(0);
			p.schedtick = start;
			putmany(10, 10 + k);
			runqput(&p, &gs[1]);
			n = turnof1(61 * 20);
			REQUIRE(n > 0);
			most = n > most ? n : most;
		}
		CHECK(most <= 61 * (k + 1));
		CHECK(most > 50 * (k + 1));
	}
}

TEST("in the list with k ahead a goroutine runs within 61 (k + 1) turns")
{
	for (int k = 0; k < 6; k++) {
		int most = 0;

		for (uint32_t start = 0; start < 61; start++) {
			int n;

			reset(0);
			p.schedtick = start;
			for (int i = 0; i < k; i++)
				globrunqput(&gs[10 + i]);
			globrunqput(&gs[1]);
			n = turnof1(61 * 20);
			REQUIRE(n > 0);
			most = n > most ? n : most;
		}
		CHECK(most <= 61 * (k + 1));
		CHECK(most > 50 * k);
	}
}

TEST("no two fair turns follow each other, also where the count overflows")
{
	for (uint32_t start = -200; start != 200; start++) {
		int fair = 0;

		reset(0);
		p.schedtick = start;
		putmany(10, 200);
		for (int i = 200; i < 300; i++)
			globrunqput(&gs[i]);
		for (int i = 0; i < 2; i++) {
			fair += runqfair(&p) != NULL;
			p.schedtick++;
		}
		CHECK(fair <= 1);
		p.schedtick = start;
		for (int i = fair = 0; i < 61; i++) {
			struct g *gp = turn();

			fair += gp >= &gs[10] && gp < &gs[200];
		}
		CHECK(fair >= 1);
	}
}

TEST("a fair turn with an empty list takes no lock")
{
	reset(0);
	p.schedtick = 0;
	runqput(&p, &gs[1]);
	CHECK(runqfair(&p) == NULL);
	CHECK_EQ(visits, 0);
}
