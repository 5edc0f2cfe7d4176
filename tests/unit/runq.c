/*
 * The run queue (src/sched/runq.c) of chapters 5 to 7: a ring in the P and a list
 * behind it, which together are one line.
 */
#include "unit.h"

#include <time.h>

#include "sched/sched.h"

enum { MANY = 2000 };

static struct g gs[MANY];
static struct p p;

/* An empty queue whose indices start at a number. */
static void
reset(uint32_t start)
{
	memset(&p, 0, sizeof p);
	memset(&sched, 0, sizeof sched);
	memset(gs, 0, sizeof gs);
	p.runqhead = p.runqtail = start;
}

static uint32_t
inring(void)
{
	return p.runqtail - p.runqhead;
}

/* Goroutines on the list, counted by walking it. */
static int
onlist(void)
{
	int n = 0;

	for (struct g *gp = sched.runq.head; gp != NULL; gp = gp->schedlink)
		n++;
	return n;
}

/* What must hold at all times. */
static int
sound(void)
{
	return inring() <= RUNQSIZE &&
	    (sched.runq.head == NULL || inring() == RUNQSIZE) &&
	    (sched.runq.head == NULL) == (sched.runq.tail == NULL) &&
	    sched.runqsize == onlist();
}

/* Queue n, take n; how many came in the wrong place or broke a rule. */
static int
wrong(int n)
{
	int bad = 0;

	for (int i = 0; i < n; i++) {
		runqput(&p, &gs[i]);
		bad += !sound();
	}
	for (int i = 0; i < n; i++) {
		bad += runqget(&p) != &gs[i];
		bad += !sound();
	}
	return bad + (runqget(&p) != NULL);
}

TEST("an empty queue has nothing to give")
{
	reset(0);
	CHECK(runqget(&p) == NULL);
	CHECK(sound());
}

TEST("who comes first is taken first, in the ring and beyond it")
{
	static const int sizes[] = { 1, 2, 255, 256, 257, 258, 512, 513, MANY };

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		reset(0);
		CHECK_EQ(wrong(sizes[i]), 0);
	}
}

TEST("the ring is full at 256, and the next one goes to the list")
{
	reset(0);
	for (int i = 0; i < RUNQSIZE; i++)
		runqput(&p, &gs[i]);
	CHECK_EQ(inring(), 256);
	CHECK_EQ(sched.runqsize, 0);
	runqput(&p, &gs[256]);
	CHECK_EQ(inring(), 256);
	CHECK_EQ(sched.runqsize, 1);
	CHECK(sched.runq.head == &gs[256]);
}

TEST("the list is empty unless the ring is full")
{
	reset(0);
	for (int i = 0; i < 300; i++)
		runqput(&p, &gs[i]);
	for (int left = 299; left >= 0; left--) {
		REQUIRE(runqget(&p) != NULL);
		CHECK_EQ(inring(), left < RUNQSIZE ? left : RUNQSIZE);
		CHECK_EQ(onlist(), left < RUNQSIZE ? 0 : left - RUNQSIZE);
	}
}

TEST("the order survives the overflow of the indices")
{
	for (uint32_t before = 0; before <= 300; before += 50) {
		reset(-before);
		CHECK_EQ(wrong(600), 0);
		CHECK_EQ(wrong(MANY), 0);
	}
}

TEST("an emptied list can be filled again")
{
	reset(0);
	CHECK_EQ(wrong(257), 0);
	CHECK(sched.runq.tail == NULL);
	CHECK_EQ(wrong(259), 0);
	CHECK_EQ(wrong(258), 0);
}

TEST("a goroutine that has left the list is linked to nobody")
{
	reset(0);
	for (int i = 0; i < 259; i++)
		runqput(&p, &gs[i]);
	runqget(&p);
	CHECK(gs[256].schedlink == NULL);
	CHECK(gs[257].schedlink == &gs[258]);
}

TEST("an old link does not follow a goroutine to the list")
{
	reset(0);
	gs[256].schedlink = &gs[3];
	for (int i = 0; i < 257; i++)
		runqput(&p, &gs[i]);
	CHECK(gs[256].schedlink == NULL);
	CHECK(sound());
}

/* Random puts and gets against a model, which is an array of numbers. */
static int
disagreements(unsigned seed)
{
	static int line[1 << 16];
	int front = 0, back = 0, bad = 0, bias = 50;
	char busy[MANY] = { 0 };
	int last = 0;

	reset(seed * 2654435761u);
	for (int i = 0; i < 40000; i++) {
		if (i % 2000 == 0)	/* phases that fill and that drain */
			bias = 30 + rand_r(&seed) % 50;
		if (rand_r(&seed) % 100 < bias && back - front < MANY - 1) {
			while (busy[last])
				last = (last + 1) % MANY;
			busy[last] = 1;
			line[back++] = last;
			runqput(&p, &gs[last]);
		} else if (front < back) {
			bad += runqget(&p) != &gs[line[front]];
			busy[line[front++]] = 0;
		} else
			bad += runqget(&p) != NULL;
		bad += inring() + (uint32_t)sched.runqsize !=
		    (uint32_t)(back - front);
		bad += i % 64 == 0 && !sound();
	}
	return bad;
}

TEST("random operations lose nobody, add nobody and keep the order")
{
	const char *given = getenv("SEED");
	unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 0)
	    : (unsigned)time(NULL);

	for (int i = 0; i < 20; i++) {
		int bad = disagreements(seed + (unsigned)i);

		if (bad != 0)
			printf("again: SEED=%u build/tests/runq random\n",
			    seed + (unsigned)i);
		CHECK_EQ(bad, 0);
	}
	printf("seeds %u to %u\n", seed, seed + 19);
}
