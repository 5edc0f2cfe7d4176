/*
 * What the goroutine that goes on does for the one that has left (src/sched/switch.h).
 * To wake another M, or a goroutine, is only counted.
 */
#define wakep the_wakep
#define goready the_goready
#include "sched/sched.h"
#include "sched/switch.h"
#undef wakep
#undef goready

#include "unit.h"

static struct p p;
static struct m m;
static struct g on, gone;
static int wakes, queuedfirst, readied, asked, answer;

void
the_wakep(void)
{
	wakes++;
	queuedfirst = p.runqtail - p.runqhead == 1;
}

void
the_goready(struct g *gp)
{
	readied += gp == &gone;
}

static int
unlockf(struct g *gp, void *lock)
{
	asked += gp == &gone && lock == &answer && gp->m == NULL;
	return answer;
}

/* gone has left for on with an order, and on finishes. */
static void
finishes(enum gstatus status, int (*order)(struct g *, void *))
{
	memset(&p, 0, sizeof p);
	wakes = queuedfirst = readied = asked = 0;
	on.m = gone.m = &m;
	gone.atomicstatus = status;
	m = (struct m){ .p = &p, .left = &gone, .waitunlockf = order, .waitlock = &answer };
	setg(&on);
	finish();
	CHECK(m.left == NULL && gone.m == NULL && on.m == &m);
	CHECK_EQ(asked, order != NULL);
}

TEST("who has yielded is queued, and then an M is woken for it")
{
	finishes(Grunning, NULL);
	CHECK(p.runq[0] == &gone);
	CHECK_EQ(gone.atomicstatus, Grunnable);
	CHECK_EQ(wakes, 1);
	CHECK(queuedfirst);
	CHECK_EQ(readied, 0);
}

TEST("who waits is left alone unless its order says no")
{
	for (answer = 0; answer < 2; answer++) {
		finishes(Gwaiting, unlockf);
		CHECK_EQ(readied, answer == 0);
		CHECK_EQ(wakes, 0);
		CHECK_EQ(p.runqtail, p.runqhead);
	}
}

TEST("after a switch by way of g0 there is nothing to finish")
{
	on.m = &m;
	m = (struct m){ .p = &p };
	wakes = 0;
	setg(&on);
	finish();
	CHECK_EQ(wakes, 0);
}
