/*
 * The driver of exercise 09.  It is the clock, which moves when a goroutine
 * works and when the thread sleeps, and not otherwise.
 *
 *	driver heap OPS...	a.G.WHEN puts goroutine G into the heap, t.NOW
 *		takes one out, f asks for the earliest time
 *	driver many N STEP	N goroutines with the times i * STEP % N go in,
 *		and all come out
 *	driver run SPEC...	a SPEC is what a goroutine does: s.NS sleeps, w.NS
 *		works and steps back, p waits, z sleeps as long as can be and
 *		counts as ended.  Or it is @.T.G.WHEN: at T, if the thread
 *		sleeps, another one makes G, which waits, wake up at WHEN
 */
#include "lib/lib.h"
#include "note.h"

enum { MANY = 200100, SPECS = 400, TOOMANY = 20000, AT_CLOCK = 0, AT_SLEEP };

static struct g fake[MANY];
static own struct g *gs[SPECS];
static own const char *other[SPECS];
static own long nother, did, alive;
static own int64_t now, looks, idle;	/* idle: looks since anybody did anything */

int64_t hook(int where, const volatile void *p);
void addall(struct g *gs, int64_t n, int64_t step);
uint32_t takesome(struct g *gs, int64_t now, int64_t many, uint32_t sum);

/* The number after the next full stop. */
static int64_t
nextnumber(const char **s)
{
	int64_t n = 0;
	int minus;

	while (**s != '.')
		++*s;
	minus = (*s)[1] == '-';
	for (*s += 1 + minus; **s >= '0' && **s <= '9'; ++*s)
		n = 10 * n + **s - '0';
	return minus ? -n : n;
}

static void
end(void)
{
	note("looks", looks, 0, 0);
	note("done", 0, 0, 0);
	os_Exit(0);
}

/* Other threads act until it is time; 1 if one of them woke the sleeper. */
static int
others(int64_t until)
{
	while (did < nother) {
		const char *s = other[did];
		int64_t t = nextnumber(&s), id = nextnumber(&s), when = nextnumber(&s);

		if (t >= until)
			return 0;
		did++;
		now = t > now ? t : now;
		lock(&sched.lock);
		note("adds", id, now, when);
		timeradd(gs[id], when);
		unlock(&sched.lock);
		if (sched.sleeper == NULL)
			return 1;
	}
	return 0;
}

static void
threadsleeps(int64_t until)
{
	struct m *mp = getg()->m;

	note("thread", now, until, 0);
	idle = 0;
	if (mp->p != NULL || sched.sleeper != NULL)
		throw("stopmuntil: holding a P, or another M sleeps");
	sched.sleeper = mp;
	unlock(&sched.lock);
	if (!others(until) && until > now)
		now = until;
	lock(&sched.lock);
	sched.sleeper = NULL;
	unlock(&sched.lock);
	acquirep(pidleget());
}

int64_t
hook(int where, const volatile void *p)
{
	if (where == AT_CLOCK) {
		looks++;
		if (++idle > TOOMANY) {
			note("spins", now, 0, 0);
			end();
		}
	} else if (where == AT_SLEEP) {
		threadsleeps(*(const volatile int64_t *)p);
	} else {
		note("rouses", now, 0, 0);
		if (sched.sleeper == NULL)
			throw("wakesleeper: no M sleeps");
		sched.sleeper = NULL;
	}
	return now;
}

static int
parked(struct g *gp, void *l)
{
	(void)gp;
	(void)l;
	return 1;
}

static void
work(void *arg)
{
	const char *s = os_Args[(long)arg + 2];
	int64_t n;

	gs[(long)arg] = getg();
	for (; *s != 0; s += *s == ',') {
		char op = *s++;

		idle = 0;
		switch (op) {
		case 's':
			n = nextnumber(&s);
			note("sleeps", arg, now, n);
			runtime_Sleep(n);
			note("wakes", arg, now, 0);
			break;
		case 'w':
			now += nextnumber(&s);
			note("works", arg, now, 0);
			runtime_Gosched();
			break;
		case 'p':
			gopark(parked, NULL, "test");
			note("wakes", arg, now, 0);
			break;
		case 'z':
			note("sleeps", arg, now, INT64_MAX);
			if (--alive == 0)
				end();
			runtime_Sleep(INT64_MAX);
			note("wakes", arg, now, 0);
			end();
		}
	}
	if (--alive == 0)
		end();
}

static void
heap(long n)
{
	struct g *gp;

	for (long i = 2; i < n; i++) {
		const char *s = os_Args[i];
		int64_t id;

		switch (*s) {
		case 'a':
			id = nextnumber(&s);
			timeradd(&fake[id], nextnumber(&s));
			break;
		case 't':
			gp = timertake(nextnumber(&s));
			note("takes", gp == NULL ? -1 : gp - fake, 0, 0);
			break;
		case 'f':
			note("first", timerfirst(), 0, 0);
		}
	}
}

static void
many(const char *spec)
{
	int64_t n = nextnumber(&spec), step = nextnumber(&spec);
	uint32_t sum = 0;

	addall(fake, n, step);
	for (int64_t i = 1000; i <= n; i += 1000) {
		sum = takesome(fake, n, 1000, sum);
		note("sum", i, sum, 0);
	}
}

void
main_main(void)
{
	if (os_Args[1][0] == 'r') {
		for (long i = 2; i < os_Argc; i++)
			if (os_Args[i][0] == '@') {
				other[nother++] = os_Args[i];
			} else {
				alive++;
				go(work, (void *)(i - 2));
			}
		runtime_Goexit();
	}
	lock(&sched.lock);
	if (os_Args[1][0] == 'h')
		heap(os_Argc);
	else
		many(os_Args[2]);
	unlock(&sched.lock);
	note("done", 0, 0, 0);
	os_Exit(0);
}
