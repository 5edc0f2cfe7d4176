/*
 * The event trace (src/sched/trace.c, chapter 16).  The file is memory here.
 */
#include "sched/sched.h"
static void before_count(void *word);
#define __atomic_store_n(p, v, order) \
	(before_count(p), __atomic_store_n(p, v, order))
#include "sched/trace.c"

#include "unit.h"

enum { RING = 16 };

static struct p ps[2];
static struct m m;		/* the thread that writes events */
static struct g self = { .m = &m };
static struct tracefile *file;
static int64_t seen;		/* the event that is about to be counted */

/* The buffer of P number i. */
static struct tracebuf *
buf(int i)
{
	return (void *)((char *)file->buf + (size_t)i * tracesize);
}

static void
before_count(void *word)
{
	struct tracebuf *b = word;

	if (file != NULL && (b == buf(0) || b == buf(1)))
		seen = b->ring[b->n % RING].goid;
}

/* An M with P number i, or with none, and an empty trace. */
static void
reset(int i)
{
	free(file);
	tracesize = sizeof file->buf[0] + RING * sizeof(struct event);
	file = calloc(1, sizeof *file + 2 * tracesize);
	file->ring = RING;
	trace = file;
	trace->seed = 7;
	ps[1].id = 1;
	m.p = i < 0 ? NULL : &ps[i];
	setg(&self);
}

TEST("an event is in the ring of the P and nowhere else")
{
	reset(1);
	traceevent(GoCreate, 7, 8, 0);
	CHECK_EQ(buf(0)->n, 0);
	CHECK_EQ(buf(1)->n, 1);
	CHECK_EQ(buf(1)->ring[0].kind, GoCreate);
	CHECK_EQ(buf(1)->ring[0].goid, 7);
	CHECK_EQ(buf(1)->ring[0].arg, 8);
	CHECK_EQ(buf(1)->count[GoCreate - 1], 1);
}

TEST("the event is there when it is counted")
{
	reset(0);
	for (int i = 1; i <= 5; i++) {
		traceevent(GoStart, 100 + i, 0, 0);
		CHECK_EQ(seen, 100 + i);
	}
}

TEST("a full ring has the youngest events")
{
	reset(0);
	for (int i = 0; i < RING + 3; i++)
		traceevent(GoStart, i, 0, 0);
	CHECK_EQ(buf(0)->n, RING + 3);
	CHECK_EQ(buf(0)->ring[2].goid, RING + 2);
	CHECK_EQ(buf(0)->ring[3].goid, 3);
	CHECK_EQ(buf(0)->ring[RING - 1].goid, RING - 1);
}

TEST("without a P nothing is noted")
{
	reset(-1);
	traceevent(GoStart, 1, 0, 0);
	CHECK_EQ(buf(0)->n + buf(1)->n, 0);
}

TEST("when is a count under a seed and a time without")
{
	reset(0);
	traceevent(GoStart, 1, 0, 0);
	traceevent(GoStart, 1, 0, 0);
	CHECK_EQ(buf(0)->ring[1].when, buf(0)->ring[0].when + 1);
	trace->seed = -1;
	traceevent(GoStart, 1, 0, 0);
	CHECK(buf(0)->ring[2].when > 1000);
}

TEST("the name of a file may have a size behind it")
{
	char name[4096];

	CHECK_EQ(traceoptions("a,events=1000", name), 1024);
	CHECK_STR(name, "a");
	CHECK_EQ(traceoptions("a,b,event", name), TRACERING);
	CHECK_STR(name, "a,b,event");
	CHECK_EQ(traceoptions("x,events=1", name), 16);
}

TEST("a set-user-id program writes no trace")
{
	static char variable[] = "RT0TRACE=build/secure.trace";
	static char *environment[] = { variable, NULL };

	remove(variable + 9);
	reset(0);
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
