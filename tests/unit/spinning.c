/*
 * When to wake an M and when to look for work (chapter 13, and later): wakep of
 * src/sched/m.c.  The Ms that sleep are not threads; who wakes them sets their
 * notes.
 */
#define wantp asked		/* for a P from the kernel, from chapter 17 on */
static void before_load(void *p);
#define __atomic_load_n(p, order) \
	({ before_load((void *)(p)); __atomic_load_n(p, order); })
#include "sched/m.c"
#undef __atomic_load_n

#include "unit.h"

void asked(void);
void asked(void) { }

enum { N = 4 };

static struct m me, sleeping[N];
static struct g megp;
static struct p ps[N];

/* n Ps in all, of which some are idle; as many Ms sleep. */
static void
scene(int n, int idlers)
{
	memset(&sched, 0, sizeof sched);
	memset(&me, 0, sizeof me);
	memset(ps, 0, sizeof ps);
	memset(sleeping, 0, sizeof sleeping);
	gomaxprocs = n;
	megp.m = &me;
	me.g0 = &megp;
	unit_tls[1] = &megp;
	for (int i = 0; i < idlers; i++) {
		lock(&sched.lock);
		pidleput(&ps[i]);
		unlock(&sched.lock);
		sleeping[i].schedlink = sched.midle;
		sched.midle = &sleeping[i];
		sched.nmidle++;
	}
}

static int
woken(void)
{
	int n = 0;

	for (int i = 0; i < N; i++)
		n += sleeping[i].park.key != 0 && sleeping[i].nextp != NULL;
	return n;
}

static int another;		/* is about to look, when we look for a P */

static void
before_load(void *p)
{
	if (p == &sched.npidle && another) {
		another = 0;
		sched.nmspinning++;
	}
}

TEST("who is about to wake one and sees another begin to look wakes nobody")
{
	scene(4, 3);
	another = 1;
	wakep();
	CHECK_EQ(another, 0);
	CHECK_EQ(woken(), 0);
	CHECK_EQ(sched.nmspinning, 1);
}

TEST("two who make work wake one")
{
	scene(4, 3);
	wakep();
	wakep();
	CHECK_EQ(woken(), 1);
	CHECK_EQ(sched.nmspinning, 1);
	CHECK_EQ(sched.npidle, 2);
	CHECK_EQ(sched.nmidle, 2);
}

TEST("nobody is woken while somebody looks")
{
	scene(4, 3);
	sched.nmspinning = 1;
	wakep();
	CHECK_EQ(woken(), 0);
	CHECK_EQ(sched.nmspinning, 1);
	CHECK_EQ(sched.npidle, 3);
}

TEST("with one P nobody is woken")
{
	scene(1, 1);
	wakep();
	CHECK_EQ(woken(), 0);
	CHECK_EQ(sched.nmspinning, 0);
}

TEST("who finds no idle P asks, and is not counted any more")
{
	scene(4, 0);
	wakep();
	CHECK_EQ(sched.needspinning, 1);
	CHECK_EQ(sched.nmspinning, 0);
	CHECK_EQ(sched.lock.key, 0);
}

TEST("who sees that somebody is asked already does not take the lock")
{
	scene(4, 0);
	sched.needspinning = 1;
	sched.lock.key = 1;		/* we would wait for ever */
	wakep();
	CHECK_EQ(sched.nmspinning, 0);
}
