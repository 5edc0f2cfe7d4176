/*
 * Seeded schedules (src/sched/seed.c, chapter 16): who is where in the ring, and when
 * somebody steps back.
 */
#include "sched/sched.h"
#define runtime_Gosched test_Gosched
void test_Gosched(void);
#include "sched/seed.c"

#include "unit.h"

enum { MANY = 7 };

static struct p p;
static struct m m;		/* this thread */
static struct g gs[MANY], self;
static int stepped;
static char variable[32];
static char *environment[] = { variable, NULL };

void
test_Gosched(void)
{
	stepped++;
}

/* An empty ring that starts at an index, and the choices of a seed. */
static void
reset(uint32_t start, int seed)
{
	memset(&p, 0, sizeof p);
	p.runqhead = p.runqtail = start;
	memset(&m, 0, sizeof m);
	snprintf(variable, sizeof variable, "RT0_SEED=%d", seed);
	envp = environment;
	seedinit();
	m.os.rand = m0.os.rand;
	self.m = &m;
	setg(&self);
}

static void
put(int first, int end)
{
	for (int i = first; i < end; i++)
		runqput(&p, &gs[i]);
}

static int
take(void)
{
	struct g *gp = runqget(&p);

	return gp == NULL ? -1 : (int)(gp - gs);
}

TEST("whatever the order, every goroutine is taken once")
{
	for (int seed = 0; seed < 200; seed++) {
		int times[MANY] = { 0 };

		reset(UINT32_MAX - 2, seed);
		put(0, MANY);
		for (int i; (i = take()) >= 0; )
			times[i]++;
		for (int i = 0; i < MANY; i++)
			CHECK_EQ(times[i], 1);
		CHECK_EQ(p.runqhead, p.runqtail);
	}
}

/* How often each order of three comes in 6,000 seeds, as digits to base 3. */
static void
orders(int again, int times[27])
{
	for (int seed = 0; seed < 6000; seed++) {
		int order = 0;

		reset(UINT32_MAX - 1, seed);
		put(0, 3);
		for (int k = 0; k < again; k++) {
			int i = take();

			put(i, i + 1);
		}
		for (int i = 0; i < 3; i++)
			order = order * 3 + take();
		times[order]++;
	}
}

TEST("all orders are equally likely, whoever has come and gone")
{
	for (int again = 0; again < 3; again++) {
		int times[27] = { 0 }, different = 0;

		orders(again, times);
		for (int i = 0; i < 27; i++)
			if (times[i] != 0) {
				different++;
				CHECK(times[i] > 850 && times[i] < 1150);
			}
		CHECK_EQ(different, 6);
	}
}

TEST("the same seed makes the same order")
{
	int first[MANY];

	reset(5, 42);
	put(0, MANY);
	for (int i = 0; i < MANY; i++)
		first[i] = take();
	reset(5, 42);
	put(0, MANY);
	for (int i = 0; i < MANY; i++)
		CHECK_EQ(take(), first[i]);
}

/* How often one of 1,000 chances to step back is taken. */
static int
chances(int locks, int ong0)
{
	reset(0, 1);
	stepped = 0;
	m.os.locks = locks;
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
	reset(0, 7);
	seeded = 0;
	CHECK_EQ(seedprocs(16), 16);
	seeded = 1;
	CHECK_EQ(seedprocs(16), 1);
}

TEST("a set-user-id program is not told how to schedule")
{
	seeded = 0;
	secureMode = 1;
	reset(0, 7);
	CHECK_EQ(seeded, 0);
	snprintf(variable, sizeof variable, "RT0_SEED=nonsense");
	struct unit_child child = IN_CHILD(seedinit());
	CHECK_EQ(child.status, 0);
	secureMode = 0;
	reset(0, 7);
	CHECK_EQ(seeded, 1);
}
