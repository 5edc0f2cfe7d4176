/*
 * Stacks in a P and in the pool (src/sched/stack.c, chapter 11).
 */
#define lock visit
#define unlock depart
#include "sched/stack.c"	/* first: errno.h makes macros of its enum */

#include "unit.h"

enum { MANY = 100, KEPT = 32 };

static struct p ps[3];
static int visits;	/* of the pool */

void
visit(struct mutex *l)
{
	CHECK_EQ(l->key++, 0);
	visits++;
}

void
depart(struct mutex *l)
{
	CHECK_EQ(l->key--, 1);
}

static void
reset(void)
{
	memset(ps, 0, sizeof ps);
	memset(&m0, 0, sizeof m0);
	g0.m = &m0;
	setg(&g0);
	physPageSize = 4096;
}

TEST("stacks that come back on another P go to the pool but for a few")
{
	struct stack first[MANY], again;
	int known = 0;

	reset();
	for (int i = 0; i < MANY; i++)
		first[i] = stackget(&ps[0]);
	for (int i = 0; i < MANY; i++) {
		stackput(&ps[1], first[i]);
		CHECK(ps[1].nstacks < KEPT);
	}
	for (int i = 0; i < MANY - KEPT; i++) {
		again = stackget(&ps[2]);
		for (int j = 0; j < MANY; j++)
			known += again.lo == first[j].lo;
	}
	CHECK_EQ(known, MANY - KEPT);
}

TEST("the stack that came back last is the next one")
{
	struct stack a, b;

	reset();
	a = stackget(&ps[0]);
	b = stackget(&ps[0]);
	stackput(&ps[0], a);
	stackput(&ps[0], b);
	CHECK_EQ(stackget(&ps[0]).hi, b.hi);
	CHECK_EQ(stackget(&ps[0]).hi, a.hi);
}

TEST("a P that takes and gives in turn does not visit the pool each time")
{
	struct stack st[MANY];

	/* whatever it has at first, and however far it swings */
	for (int first = 1; first <= KEPT; first++)
		for (int swing = 1; swing <= KEPT / 2; swing++) {
			reset();
			for (int i = 0; i < first; i++)
				st[i] = stackget(&ps[0]);
			for (int i = 0; i < first; i++)
				stackput(&ps[0], st[i]);
			visits = 0;
			for (int turn = 0; turn < 10; turn++) {
				for (int i = 0; i < swing; i++)
					st[i] = stackget(&ps[0]);
				for (int i = 0; i < swing; i++)
					stackput(&ps[0], st[i]);
			}
			CHECK(visits <= 2);
		}
}

TEST("the last 32 bytes are zeros, also of a stack that was used")
{
	static const char zeros[32];
	struct stack st;

	reset();
	for (int i = 0; i < 40; i++) {
		st = stackget(&ps[0]);
		CHECK_EQ(memcmp((char *)st.hi - 32, zeros, 32), 0);
		memset((char *)st.lo, 0xff, st.hi - st.lo - 32);
		stackput(&ps[0], st);
	}
}

TEST("below a stack is a page that cannot be touched")
{
	struct stack st;

	reset();
	st = stackget(&ps[0]);
	memset((char *)st.lo, 1, 64);
	CHECK_EQ(IN_CHILD(*(volatile char *)(st.lo - 1) = 1).status, 128 + 11);
	CHECK_EQ(IN_CHILD(*(volatile char *)(st.lo - 4096) = 1).status, 128 + 11);
}
