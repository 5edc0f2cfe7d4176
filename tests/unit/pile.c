/*
 * The pile of a P, stealing from it, and the fair turns of pile, ring and
 * list (src/sched/runq.c, chapters 15 to 17).
 */
#include "runq_alone.h"

static struct p thief;
static struct g *taken;

static uint32_t
count(struct p *pp)
{
	return pilecount(pp->pile);
}

static uint64_t
takes(struct p *pp)
{
	return pp->pile >> 24;
}

/* Two empty piles whose next places are these. */
static void
reset(unsigned place, unsigned thiefplace)
{
	memset(&p, 0, sizeof p);
	memset(&thief, 0, sizeof thief);
	memset(&sched, 0, sizeof sched);
	memset(gs, 0, sizeof gs);
	p.pile = place | 7 * TAKEN;
	thief.pile = thiefplace | 9 * TAKEN;
	wakes = visits = 0;
	test_gomaxprocs = 1;
	taken = NULL;
	other.act = NULL;
}

static void
pilemany(int from, int to)
{
	for (int i = from; i < to; i++)
		runnextput(&p, &gs[i]);
}

/* How many of from <= i < to do not come from pp next, the last one first. */
static int
wrong(struct p *pp, int from, int to)
{
	int bad = 0;

	for (int i = to - 1; i >= from; i--)
		bad += runqget(pp) != &gs[i];
	return bad;
}

TEST("the newest comes first, and the ring behind the pile")
{
	reset(0, 0);
	runqput(&p, &gs[6]);
	runqput(&p, &gs[7]);
	pilemany(0, 5);
	CHECK_EQ(wrong(&p, 1, 5), 0);
	runnextput(&p, &gs[8]);
	CHECK(runqget(&p) == &gs[8]);
	CHECK(runqget(&p) == &gs[0]);
	CHECK(runqget(&p) == &gs[6]);
	CHECK(runqget(&p) == &gs[7]);
	CHECK(runqget(&p) == NULL);
	CHECK(runqget(&p) == NULL);
}

TEST("a pile of 256 can begin at any place, and needs no lock")
{
	for (unsigned place = 0; place < RUNQSIZE; place++) {
		reset(place, 0);
		for (int i = 0; i < RUNQSIZE; i++) {
			CHECK_EQ(count(&p), i);
			runnextput(&p, &gs[i]);
		}
		CHECK_EQ(count(&p), 256);
		CHECK_EQ(p.pile, place | 256 * ONEMORE | 7 * TAKEN);
		CHECK_EQ(wrong(&p, 0, RUNQSIZE), 0);
		CHECK(runqget(&p) == NULL);
		CHECK_EQ(p.pile, place | (7 + 256) * TAKEN);
		CHECK_EQ(visits, 0);
	}
}

TEST("the 257th sends the 128 oldest to the list, in order, and wakes")
{
	for (unsigned place = 0; place < RUNQSIZE; place += 5) {
		reset(place, 0);
		pilemany(0, RUNQSIZE + 1);
		CHECK_EQ(count(&p), 129);
		CHECK_EQ((uint8_t)p.pile, (uint8_t)(place + 128));
		CHECK_EQ(sched.runqsize, 128);
		CHECK_EQ(visits, 1);
		CHECK_EQ(wakes, 1);
		for (int i = 0; i < 128; i++)
			CHECK(globrunqget() == &gs[i]);
		CHECK(globrunqget() == NULL);
		CHECK_EQ(wrong(&p, 128, RUNQSIZE + 1), 0);
		CHECK(runqget(&p) == NULL);
	}
}

TEST("127 more fit before it overflows again")
{
	reset(3, 0);
	pilemany(0, RUNQSIZE + 1 + 127);
	CHECK_EQ(visits, 1);
	pilemany(500, 501);
	CHECK_EQ(visits, 2);
	CHECK_EQ(wakes, 2);
}

static void
takeoldest(void)
{
	taken = pileoldest(&p, p.pile);
}

static void
takehalf(void)
{
	taken = pilesteal(&thief, &p);
}

TEST("an overflow that somebody forestalls moves nobody")
{
	static const struct { void (*act)(void); int n; } cases[] = {
		{ takeoldest, 1 }, { takehalf, 128 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int n = cases[i].n;

		reset(200, 0);
		pilemany(0, RUNQSIZE);
		other.where = AT_SWAP, other.after = 0, other.act = cases[i].act;
		runnextput(&p, &gs[RUNQSIZE]);
		CHECK(taken == &gs[n - 1]);
		CHECK_EQ(sched.runqsize, 0);
		CHECK_EQ(wakes, 0);
		CHECK_EQ(count(&p), RUNQSIZE + 1 - n);
		CHECK_EQ(wrong(&thief, 0, n - 1), 0);
		CHECK_EQ(wrong(&p, n, RUNQSIZE + 1), 0);
	}
}

/* -- half a pile ----------------------------------------------------------- */

/* Steal from a pile of n; how many of the n are not where they belong. */
static int
misplaced(int n, unsigned place, unsigned thiefplace)
{
	int half = n / 2, bad = 0;

	reset(place, thiefplace);
	pilemany(0, n);
	bad += runqsteal(&thief, &p, 0) != &gs[half - 1];
	bad += count(&thief) != (uint32_t)half - 1;
	bad += count(&p) != (uint32_t)(n - half);
	bad += wrong(&thief, 0, half - 1);
	bad += wrong(&p, half, n);
	bad += visits + wakes;
	return bad + (runqget(&thief) != NULL) + (runqget(&p) != NULL);
}

TEST("a thief takes the older half, rounded down, and runs the youngest of it")
{
	for (int n = 2; n <= RUNQSIZE; n++)
		CHECK_EQ(misplaced(n, 0, 0), 0);
}

TEST("both piles can begin anywhere")
{
	for (unsigned place = 0; place < RUNQSIZE; place += 15)
		for (int n = 2; n <= RUNQSIZE; n += 7) {
			CHECK_EQ(misplaced(n, place, 255 - place), 0);
			CHECK_EQ(misplaced(n, 250, place), 0);
		}
}

TEST("a pile that is robbed again and again keeps its newest")
{
	int left = RUNQSIZE, thefts = 0;

	reset(100, 50);
	pilemany(0, left);
	while (runqsteal(&thief, &p, 0) != NULL) {
		left -= left / 2;
		thefts++;
		CHECK_EQ(count(&p), left);
		while (runqget(&thief) != NULL)
			;
	}
	CHECK_EQ(thefts, 8);
	CHECK(runqget(&p) == &gs[RUNQSIZE - 1]);
}

TEST("nothing is stolen from an empty P, and it is not watched")
{
	reset(5, 9);
	now = 0;
	CHECK(runqsteal(&thief, &p, 0) == NULL);
	CHECK(runqsteal(&thief, &p, 1) == NULL);
	CHECK_EQ(now, 0);
	CHECK_EQ(p.pile, 5 | 7 * TAKEN);
	CHECK_EQ(thief.pile, 9 | 9 * TAKEN);
}

TEST("the ring is robbed before the pile")
{
	reset(0, 0);
	pilemany(0, 2);
	runqput(&p, &gs[2]);
	CHECK(runqsteal(&thief, &p, 1) == &gs[2]);
	CHECK(runqsteal(&thief, &p, 1) == &gs[0]);
}

TEST("a thief with goroutines of its own is refused")
{
	reset(0, 0);
	pilemany(0, 4);
	runnextput(&thief, &gs[9]);
	CHECK_THROWS(runqsteal(&thief, &p, 0),
	    "pilesteal: the thief's pile is not empty");
	CHECK(runqget(&thief) == &gs[9]);
	runqput(&thief, &gs[9]);
	CHECK_THROWS(runqsteal(&thief, &p, 0),
	    "runqsteal: the thief's ring is not empty");
}

TEST("a thief that another one forestalls takes half of what is left")
{
	static struct p second;

	reset(10, 20);
	memset(&second, 0, sizeof second);
	pilemany(0, 8);
	other.where = AT_SWAP, other.after = 0, other.act = takehalf;
	CHECK(runqsteal(&second, &p, 0) == &gs[5]);
	CHECK(taken == &gs[3]);
	CHECK_EQ(wrong(&second, 4, 5), 0);
	CHECK_EQ(wrong(&thief, 0, 3), 0);
	CHECK_EQ(wrong(&p, 6, 8), 0);
}

/* -- one alone ------------------------------------------------------------- */

TEST("one alone is taken when asked for, and not before 3 microseconds")
{
	reset(255, 0);
	pilemany(0, 1);
	now = 0;
	CHECK(runqsteal(&thief, &p, 0) == NULL);
	CHECK_EQ(now, 0);
	CHECK_EQ(count(&p), 1);
	CHECK(runqsteal(&thief, &p, 1) == &gs[0]);
	CHECK(now >= 3000 && now < 3500);
	CHECK_EQ(count(&p), 0);
	CHECK_EQ(count(&thief), 0);
	CHECK(runqget(&p) == NULL);
}

static void
getone(void)
{
	taken = runqget(&p);
}

static void
putback(void)
{
	taken = runqget(&p);
	runnextput(&p, taken);
}

static void
putanother(void)
{
	taken = runqget(&p);
	runnextput(&p, &gs[1]);
}

static void
putontop(void)
{
	taken = &gs[0];
	runnextput(&p, &gs[1]);
}

TEST("a thief goes away at once when the word has changed")
{
	static const struct { void (*act)(void); uint32_t left; } cases[] = {
		{ getone, 0 }, { putback, 1 }, { putanother, 1 },
		{ putontop, 2 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (int after = 1; after <= 30; after++) {
			reset(77, 0);
			pilemany(0, 1);
			now = 0;
			other.where = AT_CLOCK, other.after = after;
			other.act = cases[i].act;
			CHECK(runqsteal(&thief, &p, 1) == NULL);
			CHECK(taken == &gs[0]);
			CHECK_EQ(now, 100 * (after + 1));
			CHECK_EQ(count(&p), cases[i].left);
			CHECK_EQ(count(&thief), 0);
		}
}

TEST("one alone that its owner takes in the last moment is not taken twice")
{
	reset(0, 0);
	pilemany(0, 1);
	other.where = AT_SWAP, other.after = 0, other.act = getone;
	CHECK(runqsteal(&thief, &p, 1) == NULL);
	CHECK(taken == &gs[0]);
	reset(0, 0);
	pilemany(0, 1);
	other.where = AT_SWAP, other.after = 0, other.act = putanother;
	CHECK(runqsteal(&thief, &p, 1) == NULL);
	CHECK(runqget(&p) == &gs[1]);
}

/* -- two at once ----------------------------------------------------------- */

static void
takeone(void)
{
	taken = stealnext(&p);
}

TEST("an owner that a thief forestalls gets the newest that is left")
{
	reset(30, 0);
	pilemany(0, 3);
	other.where = AT_SWAP, other.after = 0, other.act = takeoldest;
	CHECK(runqget(&p) == &gs[2]);
	CHECK(taken == &gs[0]);
	CHECK(runqget(&p) == &gs[1]);
	CHECK(runqget(&p) == NULL);
	pilemany(0, 1);
	other.where = AT_SWAP, other.after = 0, other.act = takeone;
	CHECK(runqget(&p) == NULL);
	CHECK(taken == &gs[0]);
}

TEST("what is put while a thief takes does not bring back what he took")
{
	/* the load of the word in runnextput */
	reset(254, 0);
	pilemany(0, 4);
	other.where = AT_LOAD, other.after = 0, other.act = takehalf;
	runnextput(&p, &gs[4]);
	CHECK(taken == &gs[1]);
	CHECK_EQ(count(&p), 3);
	CHECK_EQ(wrong(&p, 2, 5), 0);
	CHECK_EQ(wrong(&thief, 0, 1), 0);
}

/* The owner takes all of three, and puts three in their places. */
static void
exchange(void)
{
	while (runqget(&p) != NULL)
		;
	pilemany(10, 13);
}

static uint64_t before;

static void
exchangehalf(void)
{
	before = p.pile;
	exchange();
	CHECK_EQ((uint32_t)p.pile & 0xffffff, (uint32_t)before & 0xffffff);
}

TEST("a thief is not deceived by a pile of the same height at the same place")
{
	/* loads of pilesteal: own, word, place */
	for (int after = 0; after < 3; after++) {
		reset(255, 0);
		pilemany(0, 3);
		other.where = AT_LOAD, other.after = after;
		other.act = exchangehalf;
		CHECK(pilesteal(&thief, &p) == &gs[10]);
		CHECK_EQ(wrong(&p, 11, 13), 0);
		CHECK(runqget(&p) == NULL);
	}
	reset(255, 0);
	pilemany(0, 3);
	other.where = AT_SWAP, other.after = 0, other.act = exchange;
	CHECK(pilesteal(&thief, &p) == &gs[10]);
	reset(255, 0);
	pilemany(0, 3);
	other.where = AT_SWAP, other.after = 0, other.act = exchange;
	CHECK(pileoldest(&p, p.pile) == NULL);
	CHECK_EQ(wrong(&p, 10, 13), 0);
}

TEST("every take is counted, and a put is none")
{
	reset(0, 0);
	pilemany(0, 256);
	CHECK_EQ(takes(&p), 7);
	pilemany(256, 257);		/* overflows */
	CHECK_EQ(takes(&p), 8);
	runqget(&p);
	CHECK_EQ(takes(&p), 9);
	takehalf();
	CHECK_EQ(takes(&p), 10);
	takeoldest();
	CHECK_EQ(takes(&p), 11);
	CHECK_EQ(takes(&thief), 9);
	while (count(&p) > 1)
		runqget(&p);
	p.pile |= ~0ull << 24;		/* the last number there is */
	CHECK(stealnext(&p) != NULL);
	CHECK_EQ(takes(&p), 0);
	CHECK_EQ(count(&p), 0);
}

TEST("a P is empty if neither pile nor ring has anything")
{
	for (unsigned place = 0; place < RUNQSIZE; place += 51) {
		reset(place, 0);
		CHECK(runqempty(&p));
		runnextput(&p, &gs[0]);
		CHECK(!runqempty(&p));
		runqput(&p, &gs[1]);
		CHECK(!runqempty(&p));
		CHECK(runqget(&p) == &gs[0]);
		CHECK(!runqempty(&p));
		runqget(&p);
		CHECK(runqempty(&p));
		pilemany(0, 256);
		CHECK(!runqempty(&p));
	}
}

/* The next takes the place of the one that goes: one always waits. */
static void
putandtake(void)
{
	runqput(&p, &gs[1]);
	taken = runqget(&p);
}

TEST("a P in which one always waits is not taken for empty")
{
	for (int piled = 0; piled < 2; piled++)
		for (int after = 0; after < 3; after++) {
			reset(0, 0);
			if (piled)
				runnextput(&p, &gs[0]);
			else
				runqput(&p, &gs[0]);
			other.where = AT_LOAD;
			other.after = after;
			other.act = putandtake;
			CHECK(!runqempty(&p));
		}
}

TEST("a P with a pile is not put on the list of the idle")
{
	reset(0, 0);
	runnextput(&p, &gs[0]);
	CHECK_THROWS(pidleput(&p), "pidleput: P has goroutines to run");
	runqget(&p);
	runqput(&p, &gs[0]);
	CHECK_THROWS(pidleput(&p), "pidleput: P has goroutines to run");
}

/* -- fair turns ------------------------------------------------------------ */

#include "fair_turns.h"

TEST("with k ahead in ring or list one runs within 60 (k + 1) turns, and one")
{
	for (int k = 0; k < 6; k++) {
		CHECK_EQ(longest(LIST, k, 1000, 0), 60 * (k + 1));
		CHECK_EQ(longest(RING, k, 1000, 0), 60 * (k + 1));
		CHECK(longest(LIST, k, 1000, 2046) <= 60 * (k + 1) + 1);
		CHECK_EQ(longest(RING, k, 1000, 2046), 60 * (k + 1) + 1);
	}
}

TEST("so it is where the count of turns overflows")
{
	for (uint32_t tick = -130; tick != 30; tick++)
		for (int where = LIST; where <= RING; where += RING - LIST)
			CHECK_EQ(longest(where, 1, tick, 0), 120);
}

TEST("with k below in the pile one runs within 61441 (k + 1) turns")
{
	for (int k = 0; k < 3; k++) {
		int n = 1;

		reset(0, 0);
		p.fairtick = p.schedtick = 5;
		queue(PILE, k);
		while (turn() != &gs[1] && n < 1000000)
			n++;
		CHECK(n <= 61441 * (k + 1));
		CHECK(n > 61000 * (k + 1));
	}
}

TEST("one turn in thirty is fair, and none follows another")
{
	int fair = 0, last = -30;

	reset(0, 0);
	p.fairtick = p.schedtick = -70u;
	for (int i = 0; i < 9; i++) {
		globrunqput(&gs[20 + i]);
		runqput(&p, &gs[30 + i]);
		runnextput(&p, &gs[40 + i]);
	}
	for (int i = 0; i < 18 * 30 + 30; i++)
		if (turn() != &gs[0]) {
			CHECK(i - last >= 30);
			last = i;
			fair++;
		}
	CHECK_EQ(fair, 18);
}

TEST("a fair turn before its time takes nobody")
{
	reset(0, 0);
	p.schedtick = 129;
	p.fairtick = 100;
	queue(LIST, 0);
	queue(RING, 0);
	queue(PILE, 0);
	CHECK(!fairturn(&p));
	CHECK(runqfair(&p) == NULL);
	CHECK_EQ(p.fairtick, 100);
	p.schedtick = 130;
	CHECK(fairturn(&p));
	CHECK(runqfair(&p) == &gs[1]);
	CHECK_EQ(p.fairtick, 130);
	CHECK(!fairturn(&p));
}

TEST("a fair turn with nobody to be fair to is over, without a lock")
{
	for (int who = 0; who < 2; who++) {
		reset(0, 0);
		p.schedtick = 30;
		p.fairlist = who;
		CHECK(runqfair(&p) == NULL);
		CHECK_EQ(p.fairtick, 30);
		CHECK_EQ(p.fairlist, !who);
		CHECK_EQ(visits, 0);
	}
}

TEST("the turn of the pile takes its oldest, or nobody if a thief was quicker")
{
	reset(0, 0);
	p.schedtick = 30;
	p.fairturns = 2047;
	pilemany(0, 3);
	CHECK(runqfair(&p) == &gs[0]);
	CHECK(fairturn(&p));	/* it has cost list and ring nothing */
	p.fairturns = 4095;
	other.where = AT_SWAP, other.after = 0, other.act = takeoldest;
	CHECK(runqfair(&p) == NULL);
	CHECK(taken == &gs[1]);
	CHECK(runqget(&p) == &gs[2]);
}

/* -- the list -------------------------------------------------------------- */

TEST("a share of the list fits into an empty ring and leaves the pile alone")
{
	for (int procs = 1; procs <= 4; procs++)
		for (int n = 1; n <= MANY; n += 97) {
			int share = n / procs;

			share = share > 128 ? 128 : share == 0 ? 1 : share;
			reset(9, 0);
			test_gomaxprocs = procs;
			p.runqhead = p.runqtail = -60u;
			for (int i = 0; i < n; i++)
				globrunqput(&gs[i]);
			CHECK(globrunqgetbatch(&p) == &gs[0]);
			CHECK_EQ(p.runqtail - p.runqhead, share - 1);
			CHECK_EQ(count(&p), 0);
			CHECK_EQ(sched.runqsize, n - share);
			CHECK_EQ(visits, 1);
			for (int i = 1; i < share; i++)
				CHECK(runqget(&p) == &gs[i]);
		}
}
