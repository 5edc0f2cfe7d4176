/*
 * The queues of a P, the biased lock of what leaves them, and stealing from
 * both (src/sched/runq.c, chapter 18 and later).
 */
#include "runq_alone.h"

#include <sys/syscall.h>

static struct p thief, second;
static struct g *taken;
static int seen;

/* Queues of p and thief whose indices start at these numbers. */
static void
reset(uint32_t start, uint32_t thiefstart)
{
	memset(&p, 0, sizeof p);
	memset(&thief, 0, sizeof thief);
	memset(&second, 0, sizeof second);
	memset(&sched, 0, sizeof sched);
	memset(gs, 0, sizeof gs);
	p.runqhead = p.runqtail = p.pilebottom = p.piletop = start;
	thief.runqhead = thief.runqtail = thiefstart;
	thief.pilebottom = thief.piletop = thiefstart;
	wakes = visits = asked = seen = 0;
	test_gomaxprocs = 1;
	taken = NULL;
	other.act = NULL;
}

static void
meanwhile(int where, int after, void (*act)(void))
{
	other.where = where, other.after = after, other.act = act;
}

static uint32_t
inring(struct p *pp)
{
	return pp->runqtail - pp->runqhead;
}

static uint32_t
onpile(struct p *pp)
{
	return pp->piletop - pp->pilebottom;
}

static void
putmany(int from, int to)
{
	for (int i = from; i < to; i++)
		runqput(&p, &gs[i]);
}

static void
pilemany(int from, int to)
{
	for (int i = from; i < to; i++)
		runnextput(&p, &gs[i]);
}

/* How many of from <= i < to do not come from pp next, the first one first. */
static int
wrongring(struct p *pp, int from, int to)
{
	int bad = 0;

	for (int i = from; i < to; i++)
		bad += runqget(pp) != &gs[i];
	return bad;
}

/* The same, the last one first. */
static int
wrongpile(struct p *pp, int from, int to)
{
	int bad = 0;

	for (int i = to - 1; i >= from; i--)
		bad += runqget(pp) != &gs[i];
	return bad;
}

/* Who takes from pp excludes nobody, and the owner needs no lock. */
static int
atpeace(struct p *pp)
{
	return pp->bias == Biased && pp->taking == 0 && pp->runqlock.key == 0;
}

/* -- the owner alone -------------------------------------------------------- */

TEST("the newest of the pile comes first, and then the oldest of the ring")
{
	reset(0, 0);
	CHECK(runqget(&p) == NULL);
	putmany(6, 8);
	pilemany(0, 5);
	CHECK_EQ(runqlen(&p), 7);
	CHECK_EQ(wrongpile(&p, 1, 5), 0);
	CHECK_EQ(p.from, FromPile);
	runnextput(&p, &gs[8]);
	CHECK(runqget(&p) == &gs[8]);
	CHECK(runqget(&p) == &gs[0]);
	CHECK_EQ(wrongring(&p, 6, 8), 0);
	CHECK_EQ(p.from, FromRing);
	CHECK(runqget(&p) == NULL);
	CHECK_EQ(visits + wakes + asked, 0);
}

TEST("both hold 255, wherever they begin, and need neither lock nor fence")
{
	for (uint32_t start = -300u; start != 300; start += 20) {
		reset(start, 0);
		meanwhile(AT_LOCK, 0, abort);
		for (int i = 0; i < RUNQSIZE - 1; i++) {
			CHECK_EQ(runqlen(&p), 2 * i);
			runnextput(&p, &gs[i]);
			runqput(&p, &gs[RUNQSIZE + i]);
		}
		CHECK_EQ(wrongpile(&p, 0, RUNQSIZE - 1), 0);
		CHECK_EQ(wrongring(&p, RUNQSIZE, 2 * RUNQSIZE - 1), 0);
		CHECK(runqget(&p) == NULL);
		CHECK_EQ(asked, 0);
		CHECK(atpeace(&p));
	}
}

TEST("the 256th sends the 128 oldest to the list, in order, and wakes")
{
	for (int pile = 0; pile < 2; pile++)
		for (uint32_t start = -260u; start != 260; start += 65) {
			reset(start, 0);
			(pile ? pilemany : putmany)(0, RUNQSIZE);
			CHECK_EQ(pile ? onpile(&p) : inring(&p), 128);
			CHECK_EQ(sched.runqsize, 128);
			CHECK_EQ(visits, 1);
			CHECK_EQ(wakes, 1);
			CHECK(atpeace(&p));
			for (int i = 0; i < 128; i++)
				CHECK(globrunqget() == &gs[i]);
			CHECK(globrunqget() == NULL);
			CHECK_EQ((pile ? wrongpile : wrongring)(&p, 128,
			    RUNQSIZE), 0);
			CHECK(runqget(&p) == NULL);
		}
}

TEST("127 more fit before a queue overflows again")
{
	for (int pile = 0; pile < 2; pile++) {
		void (*put)(int, int) = pile ? pilemany : putmany;

		reset(3, 0);
		put(0, RUNQSIZE + 127);
		CHECK_EQ(visits, 1);
		put(500, 501);
		CHECK_EQ(visits, 2);
		CHECK_EQ(wakes, 2);
	}
}

static void
rob(void)
{
	taken = runqsteal(&thief, &p, 0);
}

TEST("an overflow that a thief forestalls moves nobody")
{
	for (int pile = 0; pile < 2; pile++) {
		reset(200, 0);
		(pile ? pilemany : putmany)(0, RUNQSIZE - 1);
		/* put has seen that it is full */
		meanwhile(AT_LOAD, 0, rob);
		(pile ? runnextput : runqput)(&p, &gs[RUNQSIZE - 1]);
		CHECK(taken == &gs[127]);
		CHECK_EQ(sched.runqsize + wakes + visits, 0);
		CHECK_EQ(runqlen(&p), 128);
		CHECK_EQ((pile ? wrongpile : wrongring)(&thief, 0, 127), 0);
		CHECK_EQ((pile ? wrongpile : wrongring)(&p, 128, RUNQSIZE), 0);
	}
}

TEST("a P is empty if neither pile nor ring has anything")
{
	for (uint32_t start = -51u; start != 102; start += 51) {
		reset(start, 0);
		CHECK(runqempty(&p));
		runnextput(&p, &gs[0]);
		CHECK(!runqempty(&p));
		runqput(&p, &gs[1]);
		CHECK(!runqempty(&p));
		CHECK(runqget(&p) == &gs[0]);
		CHECK(!runqempty(&p));
		runqget(&p);
		CHECK(runqempty(&p));
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
		for (int after = 0; after < 4; after++) {
			reset(0, 0);
			(piled ? runnextput : runqput)(&p, &gs[0]);
			meanwhile(AT_LOAD, after, putandtake);
			CHECK(!runqempty(&p));
		}
}

TEST("a P with a pile is not put on the list of the idle")
{
	reset(0, 0);
	runnextput(&p, &gs[0]);
	CHECK_THROWS(pidleput(&p), "pidleput: P has goroutines to run");
}

/* -- the lock of the owner ------------------------------------------------- */

static void
look(void)
{
	seen = p.taking;
	p.bias = Revoking;
}

TEST("the owner says that it takes, passes a fence, and then looks at the bias")
{
	reset(0, 0);
	putmany(0, 1);
	meanwhile(AT_LIGHT, 0, look);
	CHECK_EQ(takebegin(&p), 1);	/* what came at the fence it has seen */
	CHECK_EQ(seen, 1);
	CHECK_EQ(p.taking, 0);
	CHECK_EQ(p.runqlock.key, 1);
	takeend(&p, 1);
	CHECK_EQ(p.runqlock.key, 0);
	CHECK_EQ(p.bias, Revoking);	/* the thief's affair */
	CHECK_EQ(p.calm, 0);
}

TEST("the owner of a biased lock takes without the lock, and says when it ends")
{
	reset(0, 0);
	meanwhile(AT_LOCK, 0, abort);
	CHECK_EQ(takebegin(&p), 0);
	CHECK_EQ(p.taking, 1);
	takeend(&p, 0);
	CHECK(atpeace(&p));
}

TEST("the owner of a lock that was revoked takes by the lock")
{
	reset(0, 0);
	p.bias = Shared;
	CHECK_EQ(takebegin(&p), 1);
	CHECK_EQ(p.taking, 0);
	CHECK_EQ(p.runqlock.key, 1);
	takeend(&p, 1);
	CHECK_EQ(p.runqlock.key, 0);
}

static void
glance(void)
{
	seen += p.taking;
}

TEST("an owner that waits for the lock does not say that it takes")
{
	reset(0, 0);
	putmany(0, 1);
	p.bias = Shared;
	seen = 5;
	meanwhile(AT_LOCK, 0, glance);
	CHECK(runqget(&p) == &gs[0]);
	CHECK_EQ(seen, 5);
}

TEST("after 64 takes in peace the lock is the owner's again")
{
	reset(0, 0);
	putmany(0, 200);
	p.bias = Shared;
	for (int i = 1; i <= 64; i++) {
		CHECK_EQ(p.bias, Shared);
		runqget(&p);
	}
	CHECK(atpeace(&p));
	meanwhile(AT_LOCK, 0, abort);
	CHECK_EQ(wrongring(&p, 64, 200), 0);
}

TEST("after the lock has come back 64 more takes in peace are needed")
{
	reset(0, 0);
	putmany(0, 250);
	for (int round = 0; round < 2; round++) {
		p.bias = Shared;
		for (int i = 1; i <= 64; i++) {
			CHECK_EQ(p.bias, Shared);
			runqget(&p);
		}
		CHECK_EQ(p.bias, Biased);
	}
}

TEST("a theft in between starts the count of takes in peace anew")
{
	reset(0, 0);
	putmany(0, 250);
	p.bias = Shared;
	for (int i = 1; i <= 63; i++)
		runqget(&p);
	CHECK(runqsteal(&thief, &p, 0) != NULL);
	for (int i = 1; i <= 64; i++) {
		CHECK_EQ(p.bias, Shared);
		runqget(&p);
	}
	CHECK_EQ(p.bias, Biased);
}

/* -- a thief revokes it ----------------------------------------------------- */

static int pauses, endsat;

/* The owner is in the middle, and ends at some pause of the thief. */
static void
pausing(void)
{
	if (++pauses == endsat)
		p.taking = 0;
	meanwhile(AT_PAUSE, 0, pausing);
}

static void
owneractive(int ends)
{
	pauses = 0;
	endsat = ends;
	p.taking = 1;
	meanwhile(AT_PAUSE, 0, pausing);
}

TEST("a thief waits until the owner has ended what it is in the middle of")
{
	reset(0, 0);
	putmany(0, 4);
	owneractive(7);
	CHECK(runqsteal(&thief, &p, 0) == &gs[1]);
	CHECK_EQ(pauses, 7);
	CHECK_EQ(asked, 1);
	CHECK_EQ(p.bias, Shared);
	CHECK_EQ(p.runqlock.key, 0);
	CHECK_EQ(wrongring(&p, 2, 4), 0);
}

TEST("a thief gives up after 1000 pauses, and leaves the lock to the owner")
{
	reset(0, 0);
	putmany(0, 4);
	owneractive(0);
	CHECK(runqsteal(&thief, &p, 0) == NULL);
	CHECK_EQ(pauses, 1000);
	CHECK_EQ(p.taking, 1);
	CHECK_EQ(p.bias, Biased);
	CHECK_EQ(p.runqlock.key, 0);
	CHECK_EQ(inring(&p), 4);
	CHECK_EQ(runqlen(&thief), 0);
}

static void
begins(void)
{
	seen = p.bias;
	owneractive(3);
}

TEST("a thief asks, passes the heavy fence, and then looks whether the owner takes")
{
	reset(0, 0);
	putmany(0, 2);
	meanwhile(AT_HEAVY, 0, begins);
	CHECK(runqsteal(&thief, &p, 0) == &gs[0]);
	CHECK_EQ(seen, Revoking);
	CHECK_EQ(pauses, 3);		/* who has begun at the fence it has seen */
}

TEST("a second thief goes away while the first one waits")
{
	reset(0, 0);
	putmany(0, 4);
	p.bias = Revoking;
	meanwhile(AT_LOCK, 0, abort);
	CHECK(runqsteal(&second, &p, 0) == NULL);
	CHECK_EQ(asked, 0);
	CHECK_EQ(p.bias, Revoking);
	CHECK_EQ(inring(&p), 4);
}

TEST("a thief that finds the lock revoked asks nobody")
{
	reset(0, 0);
	putmany(0, 4);
	CHECK(runqsteal(&thief, &p, 0) == &gs[1]);
	CHECK_EQ(asked, 1);
	CHECK(runqsteal(&second, &p, 0) == &gs[2]);
	CHECK_EQ(asked, 1);
}

TEST("an owner that sees a thief on its way takes by the lock, and the thief after it")
{
	reset(0, 0);
	putmany(0, 4);
	/* all of runqget, at the thief's fence */
	meanwhile(AT_HEAVY, 0, putandtake);
	CHECK(runqsteal(&thief, &p, 0) == &gs[2]);
	CHECK(taken == &gs[0]);
	CHECK_EQ(wrongring(&thief, 1, 2), 0);
	CHECK(runqget(&p) == &gs[3]);
	CHECK(runqget(&p) == &gs[1]);
	CHECK(runqget(&p) == NULL);
}

static void
becalm(void)
{
	for (int i = 0; i < 64; i++)
		taken = runqget(&p);
}

TEST("a thief to whom the lock comes when it is the owner's again goes away")
{
	reset(0, 0);
	putmany(0, 100);
	p.bias = Shared;
	meanwhile(AT_LOCK, 0, becalm);
	CHECK(runqsteal(&thief, &p, 0) == NULL);
	CHECK(taken == &gs[63]);
	CHECK(atpeace(&p));
	CHECK_EQ(p.calm, 0);
	CHECK_EQ(inring(&p), 36);
}

/* -- what a thief takes ------------------------------------------------------ */

/* Steal from a queue of n; how many of the n are not where they belong. */
static int
misplaced(int pile, int n, uint32_t start, uint32_t thiefstart)
{
	int half = pile ? n / 2 : n - n / 2, bad = 0;
	int (*wrong)(struct p *, int, int) = pile ? wrongpile : wrongring;

	reset(start, thiefstart);
	(pile ? pilemany : putmany)(0, n);
	bad += runqsteal(&thief, &p, 0) != &gs[half - 1];
	bad += runqlen(&thief) != (uint32_t)half - 1;
	bad += runqlen(&p) != (uint32_t)(n - half);
	bad += wrong(&thief, 0, half - 1);
	bad += wrong(&p, half, n);
	bad += visits + wakes;
	return bad + (runqget(&thief) != NULL) + (runqget(&p) != NULL);
}

TEST("of a ring goes the older half, rounded up, of a pile rounded down")
{
	CHECK_EQ(misplaced(0, 1, 0, 0), 0);
	for (int n = 2; n < RUNQSIZE; n++)
		for (int pile = 0; pile < 2; pile++)
			CHECK_EQ(misplaced(pile, n, 0, 0), 0);
}

TEST("all queues of a theft can begin anywhere, and their indices may wrap")
{
	for (uint32_t start = -260u; start != 260; start += 65)
		for (int n = 2; n < RUNQSIZE; n += 23)
			for (int pile = 0; pile < 2; pile++) {
				CHECK_EQ(misplaced(pile, n, start, 255 - start), 0);
				CHECK_EQ(misplaced(pile, n, 250, start), 0);
			}
}

TEST("a pile that is robbed again and again keeps its newest")
{
	int left = RUNQSIZE - 1, thefts = 0;

	reset(100, 50);
	pilemany(0, left);
	while (runqsteal(&thief, &p, 0) != NULL) {
		left -= left / 2;
		thefts++;
		CHECK_EQ(onpile(&p), left);
		while (runqget(&thief) != NULL)
			;
	}
	CHECK_EQ(thefts, 8);
	CHECK(runqget(&p) == &gs[RUNQSIZE - 2]);
}

TEST("from an empty P nothing is stolen, and neither is it watched nor its lock revoked")
{
	reset(5, 9);
	now = 0;
	CHECK(runqsteal(&thief, &p, 0) == NULL);
	CHECK(runqsteal(&thief, &p, 1) == NULL);
	CHECK_EQ(now, 0);
	CHECK_EQ(asked, 0);
	CHECK(atpeace(&p));
}

TEST("the ring is robbed before the pile")
{
	reset(0, 0);
	pilemany(0, 2);
	putmany(2, 3);
	CHECK(runqsteal(&thief, &p, 1) == &gs[2]);
	CHECK(runqsteal(&thief, &p, 1) == &gs[0]);
	CHECK_EQ(onpile(&p), 1);
}

TEST("a thief with goroutines of its own is refused")
{
	for (int pile = 0; pile < 2; pile++) {
		reset(0, 0);
		pilemany(0, 4);
		(pile ? runnextput : runqput)(&thief, &gs[9]);
		CHECK_THROWS(runqsteal(&thief, &p, 0),
		    "runqsteal: the thief has goroutines");
	}
}

/* The owner takes all but one, and the thief is at its fence. */
static void
leaveone(void)
{
	while (runqlen(&p) > 1)
		taken = runqget(&p);
}

static void
leavenone(void)
{
	while (runqlen(&p) > 0)
		taken = runqget(&p);
}

static void
pileten(void)
{
	pilemany(10, 20);
}

TEST("a thief takes of what is there when it has the lock, not of what it saw before")
{
	for (int where = AT_HEAVY; where <= AT_LOCK; where += AT_LOCK - AT_HEAVY) {
		reset(0, 0);
		pilemany(0, 8);
		meanwhile(where, 0, leaveone);
		CHECK(runqsteal(&thief, &p, 0) == NULL);
		CHECK(taken == &gs[1]);
		CHECK_EQ(onpile(&p), 1);
		reset(0, 0);
		putmany(0, 8);
		meanwhile(where, 0, leavenone);
		CHECK(runqsteal(&thief, &p, 1) == NULL);
		CHECK_EQ(runqlen(&p) + runqlen(&thief), 0);
		CHECK_EQ(p.runqlock.key, 0);
		reset(0, 0);
		pilemany(8, 10);
		meanwhile(where, 0, pileten);
		CHECK(runqsteal(&thief, &p, 0) == &gs[13]);
		CHECK_EQ(wrongpile(&thief, 8, 13), 0);
		CHECK_EQ(wrongpile(&p, 14, 20), 0);
	}
}

/* -- one alone --------------------------------------------------------------- */

TEST("one alone is taken when asked for, and not before 3 microseconds")
{
	reset(255, 0);
	pilemany(0, 1);
	now = 0;
	CHECK(runqsteal(&thief, &p, 0) == NULL);
	CHECK_EQ(now, 0);
	CHECK_EQ(asked, 0);
	CHECK(runqsteal(&thief, &p, 1) == &gs[0]);
	CHECK(now >= 3000 && now < 3500);
	CHECK_EQ(runqlen(&p) + runqlen(&thief), 0);
	CHECK(runqget(&p) == NULL);
}

static void
getone(void)
{
	taken = runqget(&p);
	p.schedtick++;
}

static void
putanother(void)
{
	getone();
	runnextput(&p, &gs[1]);
}

TEST("a thief goes away at once when the owner has had a turn, and leaves it its lock")
{
	for (int again = 0; again < 2; again++)
		for (int after = 1; after < 30; after++) {
			reset(77, 0);
			pilemany(0, 1);
			now = 0;
			meanwhile(AT_CLOCK, after, again ? putanother : getone);
			CHECK(runqsteal(&thief, &p, 1) == NULL);
			CHECK(taken == &gs[0]);
			CHECK_EQ(now, 100 * (after + 1));
			CHECK_EQ(onpile(&p), again);
			CHECK_EQ(asked, 0);
			CHECK(atpeace(&p));
		}
}

TEST("one alone that its owner exchanges in the last moment is not taken")
{
	static const struct { int where, after; } moments[] = {
		{ AT_CLOCK, 30 }, { AT_HEAVY, 0 }, { AT_LOCK, 0 },
	};

	for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
		reset(0, 0);
		pilemany(0, 1);
		meanwhile(moments[i].where, moments[i].after, putanother);
		CHECK(runqsteal(&thief, &p, 1) == NULL);
		CHECK(taken == &gs[0]);
		CHECK(runqget(&p) == &gs[1]);
		CHECK(runqget(&p) == NULL);
	}
}

/* -- fair turns ---------------------------------------------------------------- */

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
	for (uint32_t tick = -130; tick != 30; tick += 4)
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
	CHECK_EQ(p.from, OutOfTurn);
	CHECK_EQ(p.fairtick, 130);
	CHECK(!fairturn(&p));
}

TEST("a fair turn with nobody to be fair to is over")
{
	for (int who = 0; who < 2; who++) {
		reset(0, 0);
		p.schedtick = 30;
		p.fairlist = who;
		CHECK(runqfair(&p) == NULL);
		CHECK_EQ(p.fairtick, 30);
		CHECK_EQ(p.fairlist, !who);
		CHECK_EQ(visits, 0);
		CHECK_EQ(runqlen(&p), 0);
		CHECK(atpeace(&p));
	}
}

TEST("a fair turn of ring or pile takes by the lock when it was revoked")
{
	for (int pile = 0; pile < 2; pile++) {
		reset(0, 0);
		p.bias = Shared;
		p.schedtick = 30;
		p.fairlist = 1;
		p.fairturns = pile ? 2047 : 0;
		pilemany(0, 3);
		putmany(3, 5);
		meanwhile(AT_LOCK, 0, glance);
		seen = 1;
		CHECK(runqfair(&p) == &gs[pile ? 0 : 3]);
		CHECK(other.act == NULL);	/* it was at the lock */
		CHECK_EQ(p.calm, 1);
		CHECK_EQ(p.runqlock.key, 0);
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
	CHECK(runqsteal(&thief, &p, 0) == &gs[1]);
	CHECK(runqsteal(&thief, &p, 1) == &gs[2]);
	CHECK(runqfair(&p) == NULL);
}

/* -- the list ------------------------------------------------------------------ */

TEST("a share of the list is one part in gomaxprocs, at most half a ring")
{
	static const struct { int list, procs, share; } cases[] = {
		{ 1, 1, 1 }, { 1, 8, 1 }, { 7, 8, 1 }, { 16, 8, 2 },
		{ 100, 1, 100 }, { 100, 2, 50 }, { 101, 2, 50 },
		{ 1000, 1, 128 }, { 1000, 4, 128 }, { 1000, 8, 125 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		reset(-60u, 0);
		test_gomaxprocs = cases[i].procs;
		for (int j = 0; j < cases[i].list; j++)
			globrunqput(&gs[j]);
		CHECK(globrunqgetbatch(&p) == &gs[0]);
		CHECK_EQ(inring(&p), cases[i].share - 1);
		CHECK_EQ(onpile(&p), 0);
		CHECK_EQ(sched.runqsize, cases[i].list - cases[i].share);
		CHECK_EQ(visits, 1);
		CHECK_EQ(wrongring(&p, 1, cases[i].share), 0);
	}
}

/* -- threads ---------------------------------------------------------------------- */

enum { THIEVES = 3 };

#include "items.h"

static void *
stealer(void *arg)
{
	struct p *pp = arg;
	struct g *gp;

	do {
		gp = runqsteal(pp, &p, 1);
		if (gp == NULL)
			sched_yield();
		for (; gp != NULL; gp = runqget(pp))
			took(gp);
	} while (runqlen(&p) != 0 || !__atomic_load_n(&ended, __ATOMIC_ACQUIRE));
	return NULL;
}

/* One puts, and now and then takes; others steal; how many came out wrong. */
static int
tumult(uint32_t start)
{
	static struct p own[THIEVES];
	pthread_t threads[THIEVES];
	struct g *gp;
	int bad = 0;

	reset(start, 0);
	memset(own, 0, sizeof own);
	beginitems();
	for (int i = 0; i < THIEVES; i++)
		pthread_create(&threads[i], NULL, stealer, &own[i]);
	for (int i = 0; i < ITEMS; i++) {
		(i % 3 == 0 ? runnextput : runqput)(&p, item(i));
		if (i % 2 == 0 && (gp = runqget(&p)) != NULL)
			took(gp);
		p.schedtick++;
	}
	while ((gp = runqget(&p)) != NULL)
		took(gp);
	bad += enditems();
	for (int i = 0; i < THIEVES; i++)
		pthread_join(threads[i], NULL);
	while ((gp = globrunqget()) != NULL)
		took(gp);
	return bad + wrongitems();
}

TEST("an owner and three thieves lose nobody and take nobody twice")
{
	for (int i = 0; i < 3; i++)
		CHECK_EQ(tumult(-50000u * (unsigned)i), 0);
}

enum { EXPEDITED = 1 << 3, REGISTER = 1 << 4 };

static void
letallpass(void)
{
	if (syscall(SYS_membarrier, EXPEDITED, 0) != 0)
		abort();
}

TEST("so it is where the thieves let the owner pass its fence")
{
	if (syscall(SYS_membarrier, REGISTER, 0) != 0) {
		printf("the kernel has no membarrier\n");
		return;
	}
	asymmetric.on = 1;
	heavy = letallpass;
	for (int i = 0; i < 3; i++)
		CHECK_EQ(tumult(-50000u * (unsigned)i), 0);
	asymmetric.on = 0;
	heavy = NULL;
}
