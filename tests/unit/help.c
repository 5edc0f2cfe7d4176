/*
 * Who yields in vain looks now and then for work that no idle P could be had
 * for: help of src/sched/park.c, chapter 18 and later.
 */
#define stealwork test_stealwork
#define wakep test_wakep
#include "sched/park.c"
#undef stealwork
#undef wakep

#include "unit.h"

static struct m me;
static struct p p;
static struct g gself, one, megp;
static struct g *tosteal;
static int looks, wakes;

struct g *
test_stealwork(struct p *pp)
{
	CHECK(pp == &p);
	looks++;
	return tosteal;
}

void
test_wakep(void)
{
	wakes++;
}

static void
begin(void)
{
	memset(&sched, 0, sizeof sched);
	memset(&me, 0, sizeof me);
	memset(&p, 0, sizeof p);
	megp.m = gself.m = &me;
	me.g0 = &megp;
	me.p = &p;
	p.m = &me;
	p.status = Prunning;
	me.curg = &gself;
	gself.atomicstatus = Grunning;
	setg(&gself);
	gomaxprocs = 2;
	tosteal = NULL;
	looks = wakes = 0;
}

TEST("who is not asked for looks nowhere")
{
	begin();
	tosteal = &one;
	CHECK_EQ(help(&p), 0);
	CHECK_EQ(looks, 0);
	CHECK(runqempty(&p));
}

TEST("who looks for others leaves the request, whether it finds something or not")
{
	begin();
	sched.needspinning = 1;
	CHECK_EQ(help(&p), 0);
	CHECK_EQ(looks, 1);
	CHECK_EQ(sched.needspinning, 1);
	CHECK_EQ(wakes, 0);
	tosteal = &one;
	CHECK_EQ(help(&p), 1);
	CHECK_EQ(sched.needspinning, 1);
	CHECK_EQ(wakes, 1);
	CHECK(runqget(&p) == &one);
}

TEST("of 1024 yields in vain one looks")
{
	begin();
	sched.needspinning = 1;
	for (int i = 1; i <= 5 * 1024; i++) {
		runtime_Gosched();
		CHECK_EQ(looks, i / 1024);
	}
	CHECK_EQ(sched.needspinning, 1);
}
