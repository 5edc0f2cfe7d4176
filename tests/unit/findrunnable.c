/*
 * The search for a goroutine and its end (chapter 13 and later): findrunnable
 * of src/sched/proc.c, with one M.  What it asks of others is replaced, so that a
 * test says when there is work; the clock goes on when somebody looks.
 */
#define nanotime test_nanotime
#define stealwork test_stealwork
#define globrunqgetbatch test_globrunqgetbatch
#define lookagain test_lookagain
#define stopm test_stopm
#define wakep test_wakep
#include "sched/proc.c"	/* first: errno.h makes macros of its enum */
#undef nanotime
#undef stealwork
#undef globrunqgetbatch
#undef lookagain
#undef stopm
#undef wakep

#include "unit.h"

static struct m me;
static struct g megp, one;
static struct p p;
static struct g *tosteal;		/* what stealwork will find, once */
static int again;			/* how often lookagain gives a P */
static int stops, wakes, given;
static int atstop, atagain;		/* nmspinning then */

int64_t
test_nanotime(void)
{
	static int64_t now;

	return now += 10000;
}

struct g *
test_stealwork(struct p *pp)
{
	struct g *gp = tosteal;

	CHECK(pp == &p);
	tosteal = NULL;
	return gp;
}

struct g *test_globrunqgetbatch(struct p *pp) { (void)pp; return NULL; }
void test_wakep(void) { wakes++; }

struct p *
test_lookagain(void)
{
	CHECK(me.p == NULL);
	atagain = sched.nmspinning;
	if (again == 0)
		return NULL;
	again--;
	given++;
	tosteal = &one;
	return pidleget();
}

/* Another M wakes us up, and has counted us, for the goroutine that it makes. */
void
test_stopm(void)
{
	CHECK(me.p == NULL);
	CHECK_EQ(me.spinning, 0);
	atstop = sched.nmspinning;
	stops++;
	acquirep(pidleget());
	me.spinning = 1;
	sched.nmspinning++;
	tosteal = &one;
}

/* n Ps, of which so many are idle; so many others spin. */
static void
scene(int n, int idle, int spinning)
{
	memset(&sched, 0, sizeof sched);
	memset(&me, 0, sizeof me);
	memset(&p, 0, sizeof p);
	memset(&one, 0, sizeof one);
	gomaxprocs = n;
	sched.npidle = idle;
	sched.nmspinning = spinning;
	megp.m = &me;
	unit_tls[1] = &megp;
	acquirep(&p);
	tosteal = NULL;
	again = stops = wakes = given = 0;
	atstop = atagain = -1;
}

TEST("who has found a goroutine is not counted any more and wakes another")
{
	scene(2, 0, 0);
	tosteal = &one;
	CHECK(findrunnable() == &one);
	CHECK_EQ(me.spinning, 0);
	CHECK_EQ(sched.nmspinning, 0);
	CHECK_EQ(wakes, 1);
	CHECK_EQ(stops, 0);
}

TEST("who has one of its own looks nowhere and wakes nobody")
{
	scene(2, 0, 0);
	runqput(&p, &one);
	wakes = 0;
	CHECK(findrunnable() == &one);
	CHECK_EQ(wakes, 0);
	CHECK_EQ(sched.nmspinning, 0);
}

TEST("who sleeps is not counted, before the last look")
{
	scene(2, 0, 0);
	CHECK(findrunnable() == &one);
	CHECK_EQ(stops, 1);
	CHECK_EQ(atagain, 0);
	CHECK_EQ(atstop, 0);
	CHECK_EQ(sched.nmspinning, 0);
	CHECK_EQ(me.spinning, 0);
}

TEST("a request to look that comes late does not count one that looks twice")
{
	scene(2, 0, 0);
	CHECK_EQ(mayspin(&me), 1);
	sched.needspinning = 1;
	CHECK(findrunnable() == &one);
	CHECK_EQ(atstop, 0);
	CHECK_EQ(sched.nmspinning, 0);
}

TEST("who may not look, and is asked to, looks and keeps its P")
{
	scene(2, 0, 1);
	sched.needspinning = 1;
	tosteal = &one;
	CHECK_EQ(mayspin(&me), 0);
	CHECK(findrunnable() == &one);
	CHECK_EQ(stops, 0);
	CHECK_EQ(sched.needspinning, 0);
	CHECK_EQ(sched.nmspinning, 1);	/* the other one */
	CHECK_EQ(sched.npidle, 0);
}

TEST("who may not look, and is not asked to, sleeps without a last look")
{
	scene(2, 0, 1);
	CHECK(findrunnable() == &one);
	CHECK_EQ(stops, 1);
	CHECK_EQ(atagain, -1);
	CHECK_EQ(atstop, 1);		/* the other one */
}

TEST("who finds work at its last look is counted again, and once")
{
	scene(2, 0, 0);
	again = 1;
	CHECK(findrunnable() == &one);
	CHECK_EQ(given, 1);
	CHECK_EQ(stops, 0);
	CHECK_EQ(sched.nmspinning, 0);
	CHECK_EQ(me.spinning, 0);
	CHECK(me.p == &p);
}

TEST("a goroutine that comes to the list in the last moment keeps the P")
{
	for (int spinning = 0; spinning < 2; spinning++) {
		scene(2, 0, spinning);
		globrunqput(&one);
		CHECK(findrunnable() == &one);
		CHECK_EQ(stops, 0);
		CHECK_EQ(sched.npidle, 0);
		CHECK(me.p == &p && p.status == Prunning);
		CHECK_EQ(sched.nmspinning, spinning);
	}
}
