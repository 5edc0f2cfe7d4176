/*
 * Who looks for work, and for how long (chapter 13 and later): static
 * functions of src/sched/proc.c, with a clock that goes on when somebody looks.
 */
#define nanotime test_nanotime
#define stealwork test_stealwork
#define globrunqgetbatch test_globrunqgetbatch
#include "sched/proc.c"	/* first: errno.h makes macros of its enum */
#undef nanotime
#undef stealwork
#undef globrunqgetbatch

#include "unit.h"

static struct m me;
static struct g megp, one;
static struct p p;

static void
scene(int n, int idle, int spinning)
{
	memset(&sched, 0, sizeof sched);
	memset(&me, 0, sizeof me);
	memset(&p, 0, sizeof p);
	gomaxprocs = n;
	sched.npidle = idle;
	sched.nmspinning = spinning;
	megp.m = &me;
	me.p = &p;
	unit_tls[1] = &megp;
}

TEST("at most half of the busy Ps look, rounded up")
{
	scene(8, 0, 3);
	CHECK_EQ(mayspin(&me), 1);
	CHECK_EQ(sched.nmspinning, 4);
	scene(8, 0, 4);
	CHECK_EQ(mayspin(&me), 0);
	CHECK_EQ(sched.nmspinning, 4);
	scene(3, 0, 1);			/* two of three */
	CHECK_EQ(mayspin(&me), 1);
	scene(3, 0, 2);
	CHECK_EQ(mayspin(&me), 0);
	scene(8, 6, 1);			/* two are busy, and one looks */
	CHECK_EQ(mayspin(&me), 0);
	CHECK_EQ(me.spinning, 0);
}

TEST("who spins already may go on and is not counted twice")
{
	scene(4, 0, 2);
	me.spinning = 1;
	CHECK_EQ(mayspin(&me), 1);
	CHECK_EQ(sched.nmspinning, 2);
}

TEST("with one P nobody looks")
{
	scene(1, 0, 0);
	CHECK_EQ(mayspin(&me), 0);
	CHECK_EQ(sched.nmspinning, 0);
}

TEST("who begins to look takes the request to look away")
{
	scene(4, 0, 0);
	sched.needspinning = 1;
	CHECK_EQ(mayspin(&me), 1);
	CHECK_EQ(sched.needspinning, 0);
}

/* -- for how long --------------------------------------------------------- */

enum { TICK = 300 };
enum { NOWHERE, OTHERS, LIST };

static int64_t now, begun;
static int steals, lists, where, when;

int64_t
test_nanotime(void)
{
	return now += TICK;
}

/* From the moment when on, there is a goroutine to be had. */
static struct g *
look(int here)
{
	return here == where && now - begun >= when ? &one : NULL;
}

struct g *
test_stealwork(struct p *pp)
{
	CHECK(pp == &p);
	steals++;
	return look(OTHERS);
}

struct g *
test_globrunqgetbatch(struct p *pp)
{
	CHECK(pp == &p);
	lists++;
	return look(LIST);
}

static struct g *
lookfor(int here, int then)
{
	scene(2, 0, 1);
	where = here;
	when = then;
	steals = lists = 0;
	now += 1000000;
	begun = now;
	return lookaround(&p);
}

TEST("who finds nothing gives up after 50 microseconds, and not before")
{
	CHECK(lookfor(NOWHERE, 0) == NULL);
	CHECK(now - begun >= 50000);
	CHECK(now - begun <= 50000 + 3 * TICK);
	CHECK(steals > 50000 / TICK - 3);
	CHECK_EQ(lists, steals);
}

TEST("who finds something looks no longer")
{
	for (int then = 0; then < 50000; then += 7000)
		for (int here = OTHERS; here <= LIST; here++) {
			CHECK(lookfor(here, then) == &one);
			CHECK(now - begun <= then + 2 * TICK);
		}
	CHECK(lookfor(OTHERS, 0) == &one);
	CHECK_EQ(steals, 1);
	CHECK_EQ(lists, 0);
}

TEST("the last look may still find something")
{
	CHECK(lookfor(OTHERS, 50000) == &one);
	CHECK(lookfor(OTHERS, 51000) == NULL);
}
