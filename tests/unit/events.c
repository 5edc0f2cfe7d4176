/*
 * The event trace (src/sched/trace.c, chapter 15).  The file is memory here.
 */
#include "sched/sched.h"
static void before_count(void *word);
#define __atomic_store_n(p, v, order) \
	(before_count(p), __atomic_store_n(p, v, order))
#include "sched/trace.c"

#include "unit.h"

static struct p ps[2];
static struct m m;		/* the thread that writes events */
static struct g self = { .m = &m };
static struct tracefile *file;
static int64_t seen;		/* the event that is about to be counted */

static void
before_count(void *word)
{
	struct tracebuf *b = word;

	if (file != NULL && (b == &file->buf[0] || b == &file->buf[1]))
		seen = b->ring[b->n % TRACERING].goid;
}

/* An M with P number i, or with none, and an empty trace. */
static void
reset(int i)
{
	free(file);
	file = calloc(1, sizeof *file + 2 * sizeof file->buf[0]);
	trace = file;
	trace->seed = 7;
	ps[1].id = 1;
	m.p = i < 0 ? NULL : &ps[i];
	setg(&self);
}

TEST("an event is in the ring of the P and nowhere else")
{
	reset(1);
	traceevent(GoCreate, 7, 8);
	CHECK_EQ(file->buf[0].n, 0);
	CHECK_EQ(file->buf[1].n, 1);
	CHECK_EQ(file->buf[1].ring[0].kind, GoCreate);
	CHECK_EQ(file->buf[1].ring[0].goid, 7);
	CHECK_EQ(file->buf[1].ring[0].arg, 8);
}

TEST("the event is there when it is counted")
{
	reset(0);
	for (int i = 1; i <= 5; i++) {
		traceevent(GoStart, 100 + i, 0);
		CHECK_EQ(seen, 100 + i);
	}
}

TEST("a full ring has the youngest events")
{
	reset(0);
	for (int i = 0; i < TRACERING + 3; i++)
		traceevent(GoStart, i, 0);
	CHECK_EQ(file->buf[0].n, TRACERING + 3);
	CHECK_EQ(file->buf[0].ring[2].goid, TRACERING + 2);
	CHECK_EQ(file->buf[0].ring[3].goid, 3);
	CHECK_EQ(file->buf[0].ring[TRACERING - 1].goid, TRACERING - 1);
}

TEST("without a P nothing is noted")
{
	reset(-1);
	traceevent(GoStart, 1, 0);
	CHECK_EQ(file->buf[0].n + file->buf[1].n, 0);
}

TEST("when is a count under a seed and a time without")
{
	reset(0);
	traceevent(GoStart, 1, 0);
	traceevent(GoStart, 1, 0);
	CHECK_EQ(file->buf[0].ring[1].when, file->buf[0].ring[0].when + 1);
	trace->seed = -1;
	traceevent(GoStart, 1, 0);
	CHECK(file->buf[0].ring[2].when > 1000);
}

TEST("a set-user-id program writes no trace")
{
	static char variable[] = "RT0TRACE=build/tests/secure.trace";
	static char *environment[] = { variable, NULL };

	remove(variable + 9);
	envp = environment;
	gomaxprocs = 1;
	trace = NULL;
	secureMode = 1;
	traceinit();
	CHECK(trace == NULL);
	CHECK(fopen(variable + 9, "r") == NULL);
	secureMode = 0;
	traceinit();
	CHECK(trace != NULL);
	remove(variable + 9);
}
