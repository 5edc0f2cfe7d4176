/* For tests of src/sched/runq.c that begin with an empty queue and look at what is taken. */
#include "runq_alone.h"

/* An empty queue whose indices start at a number. */
static void
reset(uint32_t start)
{
	memset(&p, 0, sizeof p);
	memset(&test_sched, 0, sizeof test_sched);
	memset(gs, 0, sizeof gs);
	p.runqhead = p.runqtail = start;
	p.schedtick = 1;
	wakes = visits = 0;
	test_gomaxprocs = 1;
	other.act = NULL;
}

static void
putmany(int from, int to)
{
	for (int i = from; i < to; i++)
		runqput(&p, &gs[i]);
}

/* How many of these are not taken from the queue next, in this order. */
static int
wrong(int from, int to)
{
	int bad = 0;

	for (int i = from; i < to; i++)
		bad += runqget(&p) != &gs[i];
	return bad;
}
