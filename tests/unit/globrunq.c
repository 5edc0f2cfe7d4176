/*
 * The list of runnable goroutines (src/sched/runq.c, chapter 9 and later: sched.runq
 * under sched.lock), and what Ms and Ps must not do (src/sched/proc.c).
 */
#include "unit.h"

#include "sched/sched.h"

static struct g gs[1000];

static void
reset(void)
{
	memset(&sched, 0, sizeof sched);
	memset(&m0, 0, sizeof m0);
	g0.m = &m0;
	setg(&g0);
}

TEST("who was put into the list first is taken first")
{
	reset();
	CHECK(globrunqget() == NULL);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 1000; i++)
			globrunqput(&gs[i]);
		CHECK_EQ(sched.runqsize, 1000);
		for (int i = 0; i < 1000; i++)
			CHECK(globrunqget() == &gs[i]);
		CHECK(globrunqget() == NULL);
		CHECK_EQ(sched.runqsize, 0);
	}
}

TEST("an emptied list can be filled again")
{
	reset();
	globrunqput(&gs[0]);
	CHECK(globrunqget() == &gs[0]);
	globrunqput(&gs[1]);
	globrunqput(&gs[2]);
	CHECK(globrunqget() == &gs[1]);
	CHECK(globrunqget() == &gs[2]);
	CHECK(sched.runq.tail == NULL);
}

TEST("an M gives up the P that it has and no other")
{
	static struct p pp;
	static struct m other;

	reset();
	CHECK_THROWS(releasep(), "releasep: invalid p state");
	acquirep(&pp);
	pp.m = &other;
	CHECK_THROWS(releasep(), "releasep: invalid p state");
	pp.m = &m0;
	CHECK_THROWS(acquirep(&pp), "acquirep: already in use");
	CHECK(releasep() == &pp);
	CHECK(m0.p == NULL && pp.m == NULL && pp.status == Pidle);
	pidleput(&pp);
	CHECK_EQ(sched.npidle, 1);
	CHECK(pidleget() == &pp);
	CHECK_EQ(sched.npidle, 0);
	CHECK(pidleget() == NULL);
}

TEST("an M does not sleep with a lock or a P")
{
	static struct p pp;

	reset();
	acquirep(&pp);
	CHECK_THROWS(stopm(), "stopm: holding a lock or a P");
	releasep();
	m0.os.locks = 1;
	CHECK_THROWS(stopm(), "stopm: holding a lock or a P");
}

TEST("an M too many ends the process")
{
	static struct m m1, m2;

	reset();
	sched.maxmcount = 1;
	mcommoninit(&m1);
	CHECK_THROWS(mcommoninit(&m2), "runtime: program exceeds 1-thread limit\n"
	    "fatal error: thread exhaustion\n");
}

TEST("a status that is not what it should be ends the process")
{
	static struct g gp = { .atomicstatus = Grunning };

	reset();
	casgstatus(&gp, Grunning, Gwaiting);
	CHECK_EQ(gp.atomicstatus, Gwaiting);
	CHECK_THROWS(casgstatus(&gs[0], Gwaiting, Grunnable), "casgstatus: bad incoming status");
}

static char *pieces[4][400];

static void *
allocate(void *arg)
{
	struct m m = { .id = 0 };
	struct g g = { .m = &m };
	long n = (long)arg;

	setg(&g);
	for (int i = 0; i < 400; i++)
		pieces[n][i] = memset(persistentalloc((size_t)i + 1), (int)n + 1,
		    (size_t)i + 1);
	return NULL;
}

TEST("pieces of memory for four threads do not overlap and fit cache lines")
{
	pthread_t threads[4];

	for (long n = 0; n < 4; n++)
		pthread_create(&threads[n], NULL, allocate, (void *)n);
	for (long n = 0; n < 4; n++)
		pthread_join(threads[n], NULL);
	for (int n = 0; n < 4; n++)
		for (int i = 0; i < 400; i++) {
			CHECK_EQ((uintptr_t)pieces[n][i] % (i + 1 < 64 ? 16 : 64), 0);
			for (int j = 0; j <= i; j++)
				if (pieces[n][i][j] != n + 1)
					REQUIRE(!"a byte belongs to two threads");
		}
}
