/*
 * Seeded schedules (src/seed.c, chapter 12): who is picked, and when somebody
 * steps back.
 */
#include "runtime.h"
static struct m m;		/* this thread */
#define getm() (&m)
#define runtime_Gosched test_Gosched
void test_Gosched(void);
#include "seed.c"

#include "unit.h"

enum { MANY = 7 };

static struct p p;
static struct g gs[MANY], self;
static int stepped;
static char variable[32];
static char *environment[] = { variable, NULL };

void
test_Gosched(void)
{
	stepped++;
}

/* A ring with n goroutines that starts at an index, and maybe runnext. */
static void
reset(uint32_t start, int n, int next, uint64_t seed)
{
	memset(&p, 0, sizeof p);
	p.runqhead = p.runqtail = start;
	for (int i = 0; i < n; i++)
		p.runq[p.runqtail++ % RUNQSIZE] = &gs[i];
	p.runnext = next ? &gs[n] : NULL;
	memset(&m, 0, sizeof m);
	snprintf(variable, sizeof variable, "RT0_SEED=%d", (int)seed);
	envp = environment;
	seedinit();
	m.rand = m0.rand;
	self.m = &m;
	setg(&self);
}

TEST("every goroutine is picked once")
{
	for (uint64_t seed = 0; seed < 200; seed++)
		for (int next = 0; next <= 1; next++) {
			int times[MANY] = { 0 };

			reset(UINT32_MAX - 2, MANY - 1, next, seed);
			for (struct g *gp; (gp = seedpick(&p)) != NULL; )
				times[gp - gs]++;
			for (int i = 0; i < MANY - 1 + next; i++)
				CHECK_EQ(times[i], 1);
			CHECK_EQ(p.runqhead, p.runqtail);
			CHECK(p.runnext == NULL);
		}
}

TEST("the first choice of a seed is as likely as any other")
{
	int times[MANY] = { 0 };

	for (uint64_t seed = 0; seed < MANY * 1000; seed++) {
		reset(0, MANY - 1, 1, seed);
		times[seedpick(&p) - gs]++;
	}
	for (int i = 0; i < MANY; i++)
		CHECK(times[i] > 850 && times[i] < 1150);
}

TEST("the same seed picks the same")
{
	struct g *first[MANY];

	reset(5, MANY, 0, 42);
	for (int i = 0; i < MANY; i++)
		first[i] = seedpick(&p);
	reset(5, MANY, 0, 42);
	for (int i = 0; i < MANY; i++)
		CHECK(seedpick(&p) == first[i]);
}

/* How often one of 1,000 chances to step back is taken. */
static int
chances(int locks, int ong0)
{
	reset(0, 0, 0, 1);
	stepped = 0;
	m.locks = locks;
	m.curg = ong0 ? NULL : &self;
	for (int i = 0; i < 1000; i++)
		seedyield();
	return stepped;
}

TEST("one chance in four to step back is taken")
{
	CHECK(chances(0, 0) > 200 && chances(0, 0) < 300);
}

TEST("who is on g0 or holds a lock goes on")
{
	CHECK_EQ(chances(1, 0), 0);
	CHECK_EQ(chances(0, 1), 0);
}

TEST("with a seed there is one P")
{
	seeded = 0;
	CHECK_EQ(seedprocs(16), 16);
	seeded = 1;
	CHECK_EQ(seedprocs(16), 1);
}
