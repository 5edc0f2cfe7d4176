/*
 * Into the kernel and out, and sysmon (src/sched/syscall.c and src/sched/sysmon.c), of
 * chapter 17, with one M that plays all parts.  What they call is replaced:
 * threads are not started, sleeps end at once, and other threads act where
 * a test lets them.
 */
#define mcall the_mcall
#define startm the_startm
#define lookagain the_lookagain
#define notewakeup the_notewakeup
#define notetsleep the_notetsleep
#define notesleep the_notesleep
#define finishswitch the_finishswitch
#define unlock the_unlock
#define usleep the_usleep
#define incidle the_incidle
#define newsysm the_newsysm
#define runtime_Gosched the_gosched
#include "sched/sched.h"

static int32_t nps(void);	/* what sysmon reads in each turn of a loop */
#define gomaxprocs nps()
#include "sched/syscall.c"
#include "sched/sysmon.c"
#undef gomaxprocs
#undef usleep
#undef unlock

#include "unit.h"

void unlock(struct mutex *l);

static struct m self, other;
static struct g sched0, gp;
static struct p ps[2], *pps[2];
static int watchers, gone, started, woken, slept, waited, finished, yields, n;
static int64_t sleptns, naptime;
static struct p *startedp;
static void (*at_unlock)(void), (*at_loop)(void), (*at_sleep)(void);
static void (*at_incidle)(void);
static int32_t nmidle_at_start;

static void act(void (**what)(void))
{
	void (*fn)(void) = *what;

	*what = NULL;
	if (fn != NULL)
		fn();
}

static int32_t nps(void) { act(&at_loop); return n; }
void the_mcall(void (*fn)(struct g *)) { gone = fn == exitsyscall0; }
void the_startm(struct p *pp)
{
	started++;
	startedp = pp;
	nmidle_at_start = sched.nmidle;
}
struct p *the_lookagain(void)
{
	for (int i = 0; i < n; i++)
		if (!runqempty(&ps[i]) || sched.runqsize)
			return pidleget();
	return NULL;
}
void the_notewakeup(struct note *x) { woken++; x->key++; }
void the_notetsleep(struct note *x, int64_t ns)
{
	(void)x;
	slept++;
	sleptns = ns;
	act(&at_sleep);
}
void the_notesleep(struct note *x) { (void)x; waited++; }
void the_finishswitch(void) { finished++; }
void the_usleep(int64_t us) { naptime = us; }
void the_unlock(struct mutex *l) { unlock(l); act(&at_unlock); }
void the_gosched(void) { yields++; self.p->schedtick++; }
void the_newsysm(void (*fn)(void)) { watchers += fn == sysmon; }
void the_incidle(int32_t v) { sched.nmidle += v; act(&at_incidle); }

static void
begin(int count)
{
	memset(&sched, 0, sizeof sched);
	memset(&self, 0, sizeof self);
	memset(&gp, 0, sizeof gp);
	memset(ps, 0, sizeof ps);
	n = count;
	for (int i = 0; i < 2; i++) {
		pps[i] = &ps[i];
		ps[i].id = i;
		ps[i].schedtick = 1;	/* its first turn */
	}
	allp = pps;
	sched.maxmcount = 100;
	sched.sysmonstarted = 1;
	self.g0 = &sched0;
	self.curg = &gp;
	gp.m = &self;
	gp.atomicstatus = Grunning;
	setg(&gp);
	acquirep(&ps[0]);
	watchers = gone = started = woken = slept = waited = finished = 0;
	yields = 0;
	at_unlock = at_loop = at_sleep = at_incidle = NULL;
	startedp = NULL;
}

static void queue(struct p *pp) { static struct g x; runqput(pp, &x); }

TEST("a P in the kernel is nobody's")
{
	begin(1);
	entersyscall();
	CHECK_EQ(ps[0].status, Psyscall);
	CHECK(ps[0].m == NULL && self.p == NULL && self.oldp == &ps[0]);
	CHECK_EQ(gp.atomicstatus, Gsyscall);
	CHECK_EQ(self.curg == &gp, 1);
}

TEST("who comes back at once has its P and has counted the call")
{
	begin(1);
	entersyscall();
	exitsyscall();
	CHECK(self.p == &ps[0] && ps[0].m == &self);
	CHECK_EQ(ps[0].status, Prunning);
	CHECK_EQ(ps[0].syscalltick, 1);
	CHECK_EQ(gp.atomicstatus, Grunning);
	CHECK_EQ(gone, 0);
}

TEST("who comes back and finds the P taken goes to g0")
{
	begin(1);
	for (enum pstatus s = Pidle; s <= Prunning; s++) {
		gone = finished = 0;
		gp.atomicstatus = Grunning;
		self.p = &ps[0];
		entersyscall();
		ps[0].status = s;
		ps[0].m = &other;
		exitsyscall();
		CHECK_EQ(gone, 1);
		CHECK_EQ(finished, 1);
		CHECK(self.p == NULL && ps[0].m == &other);
		CHECK_EQ(ps[0].status, s);
	}
}

TEST("who comes back and finds the P taken takes an idle one")
{
	begin(2);
	entersyscall();
	ps[0].status = Prunning;
	ps[0].m = &other;
	pidleput(&ps[1]);
	exitsyscall();
	CHECK(self.p == &ps[1] && ps[1].m == &self);
	CHECK_EQ(gone, 0);
	CHECK_EQ(gp.atomicstatus, Grunning);
	CHECK_EQ(sched.npidle, 0);
}

TEST("a P is taken back from a later call of another")
{
	begin(1);
	entersyscall();
	ps[0].status = Prunning;	/* others have had it ... */
	queue(&ps[0]);
	ps[0].status = Psyscall;	/* ... and are in the kernel */
	exitsyscall();
	CHECK(self.p == &ps[0]);
	CHECK(!runqempty(&ps[0]));
}

TEST("a call is overdue at the second look, if somebody waits")
{
	begin(2);
	queue(&ps[0]);
	entersyscall();
	CHECK_EQ(overdue(&ps[0], 1000), 0);
	CHECK_EQ(overdue(&ps[0], 2000), 1);
}

TEST("two calls are not one long one")
{
	begin(2);
	queue(&ps[0]);
	for (int i = 1; i < 20; i++) {
		entersyscall();
		CHECK_EQ(overdue(&ps[0], i * 1000), 0);
		exitsyscall();
	}
}

TEST("a P that was taken counts as the end of a call")
{
	begin(2);
	queue(&ps[0]);
	entersyscall();
	CHECK_EQ(retake(1000), 0);
	CHECK_EQ(retake(2000), 1);
	CHECK_EQ(ps[0].syscalltick, 1);
	CHECK_EQ(ps[0].status, Pidle);
	CHECK(started == 1 && startedp == &ps[0]);
	CHECK_EQ(sched.nmspinning, 1);
}

TEST("if nobody waits and another P is idle there are 10 ms of time")
{
	begin(2);
	pidleput(&ps[1]);
	entersyscall();
	CHECK_EQ(overdue(&ps[0], 1000), 0);
	CHECK_EQ(overdue(&ps[0], 9000000), 0);
	CHECK_EQ(overdue(&ps[0], 10001000), 1);
}

TEST("if nobody waits and no P is idle there is none")
{
	begin(1);
	entersyscall();
	CHECK_EQ(overdue(&ps[0], 1000), 0);
	CHECK_EQ(overdue(&ps[0], 2000), 1);
}

TEST("a P that runs or is idle is not taken")
{
	begin(2);
	queue(&ps[0]);
	retake(1000);
	CHECK_EQ(retake(2000), 0);
	CHECK_EQ(ps[0].status, Prunning);
	CHECK_EQ(started, 0);
}

TEST("a P whose M comes back between the look and the swap is not taken")
{
	begin(1);
	queue(&ps[0]);
	entersyscall();
	retake(1000);
	at_incidle = exitsyscall;
	CHECK_EQ(retake(2000), 0);
	CHECK_EQ(ps[0].status, Prunning);
	CHECK(ps[0].m == &self);
	CHECK_EQ(ps[0].syscalltick, 1);
	CHECK_EQ(started, 0);
	CHECK_EQ(sched.nmidle, 0);
}

TEST("sysmon is not idle while it holds a P")
{
	begin(1);
	sched.nmidle = 1;
	queue(&ps[0]);
	entersyscall();
	retake(1000);
	retake(2000);
	CHECK_EQ(started, 1);
	CHECK_EQ(nmidle_at_start, 0);
	CHECK_EQ(sched.nmidle, 1);
}

TEST("a P for which there is nothing to do is idle")
{
	begin(1);
	self.p = NULL;
	ps[0].status = Pidle;
	handoffp(&ps[0]);
	CHECK_EQ(sched.npidle, 1);
	CHECK_EQ(started, 0);
	CHECK_EQ(sched.nmspinning, 0);
}

TEST("a goroutine in the list is reason enough to run a P")
{
	struct g x = { .goid = 7 };

	begin(1);
	self.p = NULL;
	ps[0].status = Pidle;
	globrunqput(&x);
	handoffp(&ps[0]);
	CHECK_EQ(started, 1);
	CHECK_EQ(sched.npidle, 0);
}

static void queue1(void) { queue(&ps[1]); }

TEST("work that is queued while a P is put down is not missed")
{
	begin(2);
	self.p = NULL;
	ps[0].status = Pidle;
	at_unlock = queue1;	/* and npidle was 0 when it was looked at */
	handoffp(&ps[0]);
	CHECK(started == 1 && startedp == &ps[0]);
	CHECK_EQ(sched.nmspinning, 1);
}

TEST("a turn of 10 ms ends with the call that is under way")
{
	int ms;

	begin(1);
	for (ms = 1; ms <= 30 && yields == 0; ms++) {
		entersyscall();
		CHECK_EQ(retake(ms * INT64_C(1000000)), 0);
		exitsyscall();
	}
	CHECK_EQ(ms - 1, 11);	/* 10 ms after the first look */
	entersyscall();		/* and the next turn is young */
	CHECK_EQ(retake(ms * INT64_C(1000000)), 0);
	exitsyscall();
	CHECK_EQ(yields, 1);
}

TEST("a turn is long though no look finds it in the kernel")
{
	begin(1);
	retake(1000000);
	retake(11000000);
	CHECK_EQ(yields, 0);
	entersyscall();
	exitsyscall();
	CHECK_EQ(yields, 1);
}

TEST("who has had other turns between does not step back")
{
	begin(1);
	for (int ms = 1; ms <= 40; ms++) {
		self.p->schedtick += ms % 5 == 0;
		entersyscall();
		retake(ms * INT64_C(1000000));
		exitsyscall();
	}
	CHECK_EQ(yields, 0);
}

TEST("a P that was idle begins a new turn, whatever its number")
{
	begin(1);
	retake(1000000);
	pidleput(releasep());
	retake(2000000);
	acquirep(pidleget());
	retake(12000000);
	entersyscall();
	exitsyscall();
	CHECK_EQ(yields, 0);
}

static struct pace pace;

/* Nap after so many looks in vain; the looks that are counted after it. */
static int
napafter(int idle, int least)
{
	pace = (struct pace){ idle, least };
	nap(&pace);
	return pace.idle;
}

TEST("fifty short naps, then twice as long each, to 10 ms")
{
	begin(1);
	entersyscall();
	for (int i = 0; i <= 50; i++) {
		naptime = 0;
		CHECK_EQ(napafter(i, 20), i);
		CHECK_EQ(naptime, 20);
	}
	for (int i = 51, us = 40; i < 80; i++) {
		sleptns = 0;
		CHECK_EQ(napafter(i, 20), i);
		CHECK_EQ(sleptns, us * 1000);
		us = us * 2 > 10000 ? 10000 : us * 2;
	}
}

TEST("no nap is shorter than the shortest")
{
	begin(1);
	entersyscall();
	for (int i = 0; i <= 55; i++) {
		naptime = 0;
		CHECK_EQ(napafter(i, 640), i);
		CHECK_EQ(naptime, 640);
	}
	napafter(56, 640);
	CHECK_EQ(sleptns, 1280000);
}

TEST("with no P in the kernel sysmon sleeps without end")
{
	begin(1);
	napafter(60, 20);
	CHECK_EQ(sleptns, -1);
}

static int waits;
static void look(void) { waits = sched.sysmonwait; }

TEST("the flag says how deep it sleeps, and is 0 afterwards")
{
	begin(1);
	at_sleep = look;
	napafter(60, 20);
	CHECK_EQ(waits, 2);
	CHECK_EQ(sched.sysmonwait, 0);
	entersyscall();
	at_sleep = look;
	CHECK_EQ(napafter(60, 20), 60);
	CHECK_EQ(waits, 1);
	CHECK_EQ(sched.sysmonwait, 0);
}

/* Another M enters the kernel and has not yet called notewakeup. */
static void
enter(void)
{
	__atomic_exchange_n(&sched.sysmonwait, 0, __ATOMIC_SEQ_CST);
}

TEST("a waker between the look and the sleep is waited for")
{
	begin(1);
	entersyscall();
	at_loop = enter;	/* sysmon has said 2 and is about to look */
	CHECK_EQ(napafter(60, 20), 0);
	CHECK_EQ(waited, 1);
}

TEST("a waker during the sleep is waited for")
{
	begin(1);
	at_sleep = enter;
	CHECK_EQ(napafter(60, 20), 0);
	CHECK_EQ(waited, 1);
}

/* Another M finds no idle P while sysmon says 2. */
static void
want(void)
{
	sched.needspinning = 1;
	wantp();
}

/* Another M enters the kernel before that, and leaves a goroutine there. */
static void
leaveone(void)
{
	queue(&ps[0]);
}

static void
listone(void)
{
	static struct g x;

	globrunqput(&x);
}

TEST("who comes while sysmon lies down is not left waiting for 10 ms")
{
	void (*whats[])(void) = { want, leaveone, listone };

	for (int i = 0; i < 3; i++) {
		begin(1);
		entersyscall();
		at_loop = whats[i];
		sleptns = 7;
		CHECK_EQ(napafter(60, 20), 0);
		CHECK_EQ(sleptns, 0);
		CHECK_EQ(woken + waited, 0);
		CHECK_EQ(sched.sysmonwait, 0);
	}
}

TEST("what a running P has in its ring does not keep sysmon awake")
{
	begin(2);
	entersyscall();
	ps[1].status = Prunning;
	queue(&ps[1]);
	CHECK_EQ(napafter(60, 20), 60);
	CHECK_EQ(sleptns, 10000000);
}

TEST("each call in vain doubles the shortest nap, up to 640 us")
{
	begin(1);
	pace = (struct pace){ 60, 20 };
	for (int us = 40; us <= 640; us *= 2) {
		pace.idle = 60;
		at_sleep = enter;
		nap(&pace);
		CHECK_EQ(pace.least, us);
	}
	pace.idle = 60;
	at_sleep = enter;
	nap(&pace);
	CHECK_EQ(pace.least, 640);
	CHECK_EQ(pace.idle, 0);
}

TEST("a look in vain is counted, a nap that was cut short begins again")
{
	begin(2);
	pidleput(&ps[1]);	/* so that the call has time */
	entersyscall();
	pace = (struct pace){ 3, 20 };
	watchonce(&pace);
	CHECK_EQ(pace.idle, 4);
	pace.idle = 60;
	at_sleep = enter;
	watchonce(&pace);
	CHECK_EQ(pace.idle, 1);
	CHECK_EQ(pace.least, 40);
	pace.idle = 60;
	watchonce(&pace);
	CHECK_EQ(pace.idle, 61);
}

TEST("each P that was taken halves the shortest nap, down to 20 us")
{
	begin(1);
	queue(&ps[0]);
	entersyscall();
	pace = (struct pace){ 3, 160 };
	watchonce(&pace);
	CHECK_EQ(started, 0);
	CHECK_EQ(pace.idle, 4);
	watchonce(&pace);
	CHECK_EQ(started, 1);
	CHECK_EQ(pace.idle, 0);
	CHECK_EQ(pace.least, 80);
	pace.least = 20;
	self.p = &ps[0];
	gp.atomicstatus = Grunning;
	entersyscall();
	watchonce(&pace);
	watchonce(&pace);
	CHECK_EQ(started, 2);
	CHECK_EQ(pace.least, 20);
}

TEST("of two who enter one wakes sysmon")
{
	begin(2);
	sched.sysmonwait = 2;
	entersyscall();
	CHECK_EQ(woken, 1);
	CHECK_EQ(sched.sysmonwait, 0);
	tellsysmon(&ps[1]);
	tellsysmon(&ps[1]);
	wakesysmon();
	CHECK_EQ(woken, 1);
}

TEST("who leaves goroutines behind wakes sysmon from a long nap")
{
	struct g x = { .goid = 7 };

	begin(1);
	sched.sysmonwait = 1;
	entersyscall();
	CHECK_EQ(woken, 0);
	exitsyscall();
	queue(&ps[0]);
	entersyscall();
	CHECK_EQ(woken, 1);
	begin(1);
	sched.sysmonwait = 1;
	globrunqput(&x);
	entersyscall();
	CHECK_EQ(woken, 1);
}

TEST("who leaves work behind with a note for one that looks wakes sysmon")
{
	begin(1);
	sched.sysmonwait = 1;
	sched.needspinning = 1;
	entersyscall();
	CHECK_EQ(woken, 1);
}

TEST("who leaves nobody behind does not start sysmon")
{
	begin(1);
	sched.sysmonstarted = 0;
	entersyscall();
	CHECK_EQ(watchers, 0);
	CHECK_EQ(ps[0].status, Psyscall);
}

TEST("who leaves work behind starts sysmon, and the next one does not")
{
	struct g x = { .goid = 7 };

	begin(1);
	sched.sysmonstarted = 0;
	queue(&ps[0]);
	entersyscall();
	CHECK_EQ(watchers, 1);
	exitsyscall();
	entersyscall();
	CHECK_EQ(watchers, 1);
	begin(1);
	sched.sysmonstarted = 0;
	globrunqput(&x);
	entersyscall();
	CHECK_EQ(watchers, 1);
}

TEST("work for an idle P or for one that looks does not start sysmon")
{
	begin(2);
	sched.sysmonstarted = 0;
	queue(&ps[0]);
	pidleput(&ps[1]);
	entersyscall();
	exitsyscall();
	pidleget();
	sched.nmspinning = 1;
	entersyscall();
	CHECK_EQ(watchers, 0);
}

TEST("who wants a P starts sysmon or wakes it, if a P is in the kernel")
{
	begin(2);
	sched.sysmonstarted = 0;
	wantp();
	CHECK_EQ(watchers, 1);
	wantp();
	CHECK_EQ(woken, 0);
	sched.sysmonwait = 2;
	wantp();
	CHECK_EQ(woken, 0);
	sched.sysmonwait = 1;
	wantp();
	CHECK_EQ(woken, 1);
	CHECK_EQ(watchers, 1);
}

TEST("a thread that prints the schedule does not stand in for sysmon")
{
	begin(2);
	sched.sysmonstarted = 0;
	sched.nmsys = 1;
	wantp();
	CHECK_EQ(watchers, 1);
	sched.sysmonwait = 1;
	wantp();
	CHECK_EQ(woken, 1);
}

TEST("a seeded program keeps its P")
{
	begin(1);
	seeded = 1;
	entersyscall();
	CHECK_EQ(ps[0].status, Prunning);
	exitsyscall();
	CHECK_EQ(ps[0].status, Prunning);
	CHECK_EQ(gp.atomicstatus, Grunning);
	seeded = 0;
}
