/*
 * The counters of chapter 11 and later (src/sched/g.c): how many goroutines there are,
 * while others begin and end.  The loads can be interrupted.
 */
static void hook(void);
#define __atomic_load_n(p, order) \
	({ __typeof__(*(p)) v_ = __atomic_load_n(p, order); hook(); v_; })
#include "sched/g.c"	/* first: errno.h makes macros of its enum */
#undef __atomic_load_n

#include "unit.h"

enum { PROCS = 3 };

static struct p ps[PROCS];
static struct p *all[PROCS] = { &ps[0], &ps[1], &ps[2] };
static int after, begins, ends;

/* At one load: a goroutine begins on one P and ends on another. */
static void
hook(void)
{
	if (after-- == 0) {
		ps[begins].nstarted++;
		ps[ends].nended++;
	}
}

TEST("a goroutine that lives is counted whoever begins and ends meanwhile")
{
	allp = all;
	gomaxprocs = PROCS;
	for (begins = 0; begins < PROCS; begins++)
		for (ends = 0; ends < PROCS; ends++)
			for (int at = 0; at < 2 * PROCS; at++) {
				int64_t n;

				memset(ps, 0, sizeof ps);
				ps[1].nstarted = 10;
				ps[2].nended = 9;
				after = at;
				n = gcount();
				CHECK(n >= 1);
				CHECK(n <= 2);
			}
}

TEST("a goroutine may end on another P than the one where it began")
{
	allp = all;
	gomaxprocs = PROCS;
	memset(ps, 0, sizeof ps);
	after = -1;
	ps[0].nstarted = 100;
	ps[1].nended = 40;
	ps[2].nended = 59;
	CHECK_EQ(gcount(), 1);
}

static void
nothing(void *arg)
{
	(void)arg;
}

TEST("numbers are given once, sixteen at a time to a P")
{
	char given[200] = { 0 };

	memset(ps, 0, sizeof ps);
	memset(&sched, 0, sizeof sched);
	memset(&m0, 0, sizeof m0);
	g0.m = &m0;
	m0.g0 = &g0;
	setg(&g0);
	physPageSize = 4096;
	after = -1;
	for (int i = 0; i < 60; i++) {
		struct p *pp = m0.p = &ps[i % 3];
		struct g *gp;

		newproc(nothing, NULL);
		gp = runqget(pp);
		REQUIRE(gp != NULL && gp->goid > 0 && gp->goid < 200);
		CHECK_EQ(given[gp->goid]++, 0);
		CHECK_EQ(gp->stack.hi, 0);
		CHECK_EQ(pp->nstarted, i / 3 + 1);
	}
	CHECK_EQ(sched.goidgen, 3 * 32);
}
