/*
 * Where the fences of who makes work and of who goes to sleep stand (chapter 18 and
 * later): wakep of src/sched/m.c, the last look of findrunnable in
 * src/sched/proc.c, and handoffp of src/sched/syscall.c.
 */
static void before_load(void *p);
static void passed(char fence);
#define stealwork test_stealwork
#define lookagain test_lookagain
#define stopm test_stopm
#define nanotime test_nanotime
#define heavyfence test_heavyfence
#include "sched/sched.h"
#define lightfence() passed('l')
#define __atomic_load_n(p, order) \
	({ before_load((void *)(p)); __atomic_load_n(p, order); })
#define wakep() ((void)0)	/* for the next one */
#include "sched/proc.c"
#undef wakep
#undef stopm
#include "sched/m.c"
#include "sched/syscall.c"
#undef __atomic_load_n
#undef lightfence
#undef nanotime

#include "unit.h"

static struct m me;
static struct g megp, one;
static struct p p;
static char events[100];	/* l, H: fences; s: it looks who looks; A: for work */
static int nevents;
static int spinning, idle;	/* what the others see at the heavy fence */
static struct g *tosteal;

static void
passed(char what)
{
	if (nevents < 99)
		events[nevents++] = what;
}

static void
before_load(void *at)
{
	if (at == &sched.nmspinning)
		passed('s');
}

void
test_heavyfence(void)
{
	passed('H');
	spinning = sched.nmspinning;
	idle = sched.npidle;
}

struct p *
test_lookagain(void)
{
	passed('A');
	return NULL;
}

struct g *
test_stealwork(struct p *pp)
{
	struct g *gp = tosteal;

	(void)pp;
	tosteal = NULL;
	return gp;
}

int64_t
test_nanotime(void)
{
	static int64_t now;

	return now += 10000;
}

void test_stopm(void);

/* Another M wakes us up, and has counted us, for the goroutine that it makes. */
void
test_stopm(void)
{
	acquirep(pidleget());
	me.spinning = 1;
	sched.nmspinning++;
	tosteal = &one;
}

static void
begin(int n)
{
	memset(&sched, 0, sizeof sched);
	memset(&me, 0, sizeof me);
	memset(&p, 0, sizeof p);
	memset(&one, 0, sizeof one);
	gomaxprocs = n;
	me.g0 = &megp;
	megp.m = &me;
	setg(&megp);
	acquirep(&p);
	tosteal = NULL;
	memset(events, 0, sizeof events);
	nevents = 0;
	spinning = idle = -1;
}

TEST("who makes work passes the light fence, and then looks whether somebody looks")
{
	begin(4);
	sched.nmspinning = 1;
	wakep();
	CHECK_STR(events, "ls");
}

TEST("with one P there is nobody to see, and no fence")
{
	begin(1);
	wakep();
	CHECK_STR(events, "");
}

/* The events without the looks at the number of those who look. */
static const char *
fences(void)
{
	int n = 0;

	for (int i = 0; i < nevents; i++)
		if (events[i] != 's')
			events[n++] = events[i];
	events[n] = 0;
	return events;
}

TEST("who stops looking has said so, passes the heavy fence, and then looks once more")
{
	begin(2);
	CHECK(findrunnable() == &one);
	CHECK_EQ(fences()[0], 'H');
	CHECK_EQ(events[1], 'A');
	CHECK_EQ(spinning, 0);
	CHECK_EQ(idle, 1);
}

TEST("who has not looked for work sleeps without a heavy fence")
{
	begin(2);
	sched.nmspinning = 1;		/* another one does */
	CHECK(findrunnable() == &one);
	CHECK(strchr(events, 'H') == NULL);
	CHECK(strchr(events, 'A') == NULL);
}

TEST("a P that was taken is idle, then comes the heavy fence, and then the look")
{
	begin(2);
	releasep();
	handoffp(&p);
	CHECK_STR(fences(), "HA");
	CHECK_EQ(idle, 1);
}
