/*
 * Stealing (chapter 12 and later): half of a ring, whom first, and the look at
 * queues without a P.  src/sched/steal.c is compiled into this program with a
 * thief that takes notes and numbers that are not random.
 */
#define runqsteal spy
#define cheaprand dice
#define wantp asked		/* for a P from the kernel, from chapter 17 on */
#include "sched/steal.c"
#undef runqsteal
#undef cheaprand

#include "unit.h"

struct g *runqsteal(struct p *pp, struct p *victim, int takenext);

void asked(void);
void asked(void) { }

enum { MAXP = 1024 };

static struct g gs[4 * RUNQSIZE];
static struct p own, other, many[MAXP];
static struct p *all[MAXP];

static struct m mself;
static struct g gself;

/* Two empty rings whose indices start at these numbers. */
static void
reset(uint32_t start, uint32_t otherstart)
{
	gself.m = &mself;
	setg(&gself);
	gomaxprocs = 1;
	memset(&own, 0, sizeof own);
	memset(&other, 0, sizeof other);
	memset(&sched, 0, sizeof sched);
	memset(gs, 0, sizeof gs);
	own.runqhead = own.runqtail = start;
	other.runqhead = other.runqtail = otherstart;
}

static void
fill(struct p *pp, int n)
{
	for (int i = 0; i < n; i++)
		runqput(pp, &gs[i]);
}

static uint32_t
inring(struct p *pp)
{
	return pp->runqtail - pp->runqhead;
}

/* How many a ring holds before some go to the list. */
static int
most(void)
{
	reset(0, 0);
	fill(&other, RUNQSIZE);
	return inring(&other) == RUNQSIZE ? RUNQSIZE : RUNQSIZE - 1;
}

/* Steal from a ring of n; how many of the n are not where they belong. */
static int
misplaced(int n)
{
	int half = n - n / 2, bad = 0;
	struct g *gp;

	fill(&other, n);
	gp = runqsteal(&own, &other, 0);
	bad += gp != &gs[half - 1];
	bad += inring(&own) != (uint32_t)half - 1;
	bad += inring(&other) != (uint32_t)(n - half);
	for (int i = 0; i < half - 1; i++)
		bad += runqget(&own) != &gs[i];
	for (int i = half; i < n; i++)
		bad += runqget(&other) != &gs[i];
	return bad + (runqget(&own) != NULL) + (runqget(&other) != NULL);
}

TEST("a thief takes the older half, rounded up, and runs the youngest of it")
{
	const int sizes[] = { 1, 2, 3, 4, 5, 127, 128, 254, 255, most() };

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		reset(0, 0);
		CHECK_EQ(misplaced(sizes[i]), 0);
	}
}

TEST("a ring can begin anywhere, and its indices may wrap")
{
	int full = most();

	for (uint32_t start = 0; start < RUNQSIZE; start += 17)
		for (uint32_t before = 0; before <= 256; before += 16) {
			reset(start, -before);
			CHECK_EQ(misplaced(full), 0);
			reset(-before, start);
			CHECK_EQ(misplaced(255), 0);
		}
}

TEST("nothing is stolen from an empty ring")
{
	reset(5, 9);
	CHECK(runqsteal(&own, &other, 0) == NULL);
	CHECK(runqsteal(&own, &other, 1) == NULL);
	CHECK_EQ(own.runqtail, 5);
	CHECK_EQ(other.runqhead, 9);
}

TEST("a ring that is robbed again and again gives all it has")
{
	int full = most(), left = full, thefts = 0;

	reset(0, 0);
	fill(&other, left);
	while (runqsteal(&own, &other, 0) != NULL) {
		left /= 2;
		thefts++;
		CHECK_EQ(inring(&other), left);
		while (runqget(&own) != NULL)
			;
	}
	CHECK_EQ(thefts, full == RUNQSIZE ? 9 : 8);
}

TEST("a thief with goroutines of its own is refused")
{
	reset(0, 0);
	fill(&other, 2);
	runqput(&own, &gs[9]);
	CHECK_THROWS(runqsteal(&own, &other, 0),
	    "runqsteal: the thief");
}

TEST("its owner has 3 microseconds to run what is next")
{
	int64_t best = INT64_MAX;

	for (int i = 0; i < 100; i++) {
		int64_t start = nanotime();

		reset(0, 0);
		runnextput(&other, &gs[0]);
		start = nanotime();
		runqsteal(&own, &other, 1);
		if (nanotime() - start < best)
			best = nanotime() - start;
	}
	CHECK(best >= 3000);
}

TEST("a queue is empty if neither place has anything")
{
	reset(7, 7);
	CHECK(runqempty(&own));
	runnextput(&own, &gs[0]);
	CHECK(!runqempty(&own));
	runqput(&own, &gs[1]);
	CHECK(!runqempty(&own));
	runqget(&own);
	CHECK(!runqempty(&own));
	runqget(&own);
	CHECK(runqempty(&own));
}

/* -- whom first ----------------------------------------------------------- */

static struct { struct p *victim; int takenext; } visits[4 * MAXP];
static int nvisits;
static struct g *prey;		/* what the last of the visits finds */
static int preyat;
static uint32_t die;

struct g *
spy(struct p *pp, struct p *victim, int takenext)
{
	if (pp != all[0] || nvisits == 4 * MAXP)
		abort();
	visits[nvisits].victim = victim;
	visits[nvisits].takenext = takenext;
	return nvisits++ == preyat ? prey : NULL;
}

uint32_t
dice(void)
{
	return die;
}

static void
beanM(void)
{
	memset(&mself, 0, sizeof mself);
	memset(&gself, 0, sizeof gself);
	memset(many, 0, sizeof many);
	reset(0, 0);
}

static void
world(uint32_t n)
{
	beanM();
	for (uint32_t i = 0; i < n; i++)
		all[i] = &many[i];
	allp = all;
	gomaxprocs = (int32_t)n;
	stealinit(n);
	nvisits = 0;
	preyat = -1;
}

/* Whether adding step to 0 modulo n again and again comes to all n. */
static int
visitsall(uint32_t step, uint32_t n)
{
	uint32_t seen = 1;

	for (uint32_t i = step % n; i != 0; i = i + step < n ? i + step : i + step - n)
		seen++;
	return seen == n;
}

TEST("the steps are all those that visit each P once, for 1 to 1024 Ps")
{
	int bad = 0;

	for (uint32_t n = 1; n <= MAXP; n++) {
		uint32_t k = 0;

		world(n);
		for (uint32_t step = 1; step <= n; step++) {
			int listed = k < ncoprimes && coprimes[k] == step;

			bad += listed != visitsall(step, n);
			k += (uint32_t)listed;
		}
		bad += k != ncoprimes;
	}
	CHECK_EQ(bad, 0);
}

TEST("a round visits everybody else once in each of four passes")
{
	static const uint32_t sizes[] = { 1, 2, 3, 4, 6, 12, 61, 256, 1024 };

	for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
		for (int i = 0; i < 20; i++) {
			int n = (int)sizes[s], seen[MAXP] = { 0 };

			world(sizes[s]);
			die = (uint32_t)i * 2654435761u;
			CHECK(stealwork(all[0]) == NULL);
			REQUIRE(nvisits == 4 * (n - 1));
			for (int v = 0; v < nvisits; v++) {
				seen[visits[v].victim - many]++;
				CHECK_EQ(visits[v].takenext,
				    v >= 3 * (n - 1));
			}
			CHECK_EQ(seen[0], 0);
			for (int p = 1; p < n; p++)
				CHECK_EQ(seen[p], 4);
		}
}

TEST("every start and every step can be drawn")
{
	enum { N = 12 };
	int drawn[N][N] = { { 0 } };

	for (uint32_t r = 0; r < 4 * N; r++) {
		int order[N], k = 0;

		world(N);
		die = r;
		stealwork(all[0]);
		for (int v = 0; v < N - 1; v++)
			order[k++] = (int)(visits[v].victim - many);
		/* the first two who are not 0 tell start and step */
		drawn[order[0]][(order[1] - order[0] + N) % N]++;
	}
	for (int start = 1; start < N; start++)
		for (int step = 1; step < N; step++)
			if (visitsall((uint32_t)step, N) &&
			    (start + step) % N != 0)
				CHECK(drawn[start][step] >= 1);
}

TEST("the first goroutine that is found ends the round")
{
	world(4);
	die = 0;
	prey = &gs[3];
	preyat = 4;
	CHECK(stealwork(all[0]) == &gs[3]);
	CHECK_EQ(nvisits, 5);
}

/* -- the look without a P -------------------------------------------------- */

TEST("who looks again takes a P only if some queue has work")
{
	world(4);
	pidleput(all[2]);
	CHECK(lookagain() == NULL);
	CHECK_EQ(sched.npidle, 1);
	runqput(all[3], &gs[0]);
	CHECK(lookagain() == all[2]);
	CHECK_EQ(sched.npidle, 0);
	CHECK(lookagain() == NULL);
	CHECK_EQ(mself.os.locks, 0);
}

TEST("what is next somewhere counts as work too")
{
	world(2);
	pidleput(all[0]);
	runnextput(all[1], &gs[0]);
	CHECK(lookagain() == all[0]);
}
