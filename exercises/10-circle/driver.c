/*
 * The driver of exercise 10: goroutines that do one thing at a time, as told.
 *
 *	driver GOROUTINES OP...		an OP is l for taking a mutex, u for
 *		giving one back, s for giving one back and taking another in one
 *		go, then .G.M for the goroutine and the mutex, and .N for the
 *		other: l.3.7  u.3.7  s.3.7.8
 *
 * Between two of them all have time to do what they can, until nobody can go
 * on but the main goroutine, which always can.
 */
#include "lib/lib.h"
#include "note.h"

enum { MANY = 512, AT_CIRCLE = 0 };

static struct sync_Mutex mutexes[MANY];
static own struct g *gs[MANY];
static uint32_t turn[MANY];	/* a unit: there is something to do */
static own const char *todonext[MANY];

void hook(int where, const volatile void *p);

static long
nextnumber(const char **s)
{
	long n = 0;

	for (++*s; **s >= '0' && **s <= '9'; ++*s)
		n = 10 * n + **s - '0';
	return n;
}

static long
who(const volatile void *gp)
{
	for (long i = 0; i < MANY; i++)
		if (gp != NULL && gs[i] == gp)
			return i;
	return -1;
}

static long
which(const volatile void *m)
{
	const volatile char *p = m, *first = (const volatile char *)mutexes;

	return p >= first && p < first + sizeof mutexes ?
	    (p - first) / (long)sizeof mutexes[0] : -1;
}

void
hook(int where, const volatile void *p)
{
	const volatile void *const volatile *three = p;
	const volatile struct mutex *l = p;

	if (where == AT_CIRCLE)
		note("circle", who(three[0]), which(three[1]), who(three[2]));
	else
		note("waits", who(getg()), l->key != 0, 0);
}

static void
take(long id, long m)
{
	note("wants", id, m, 0);
	if (mutexlock(&mutexes[m]))
		note("has", id, m, 0);
	else
		note("refused", id, m, 0);
}

static void
give(long id, long m)
{
	note("gives", id, m, 0);
	mutexunlock(&mutexes[m]);
}

static void
work(void *arg)
{
	long id = (long)arg;

	gs[id] = getg();
	for (;;) {
		const char *s;
		char op;

		runtime_Semacquire(&turn[id]);
		s = todonext[id];
		op = *s++;
		nextnumber(&s);
		if (op != 'l')
			give(id, nextnumber(&s));
		if (op != 'u')
			take(id, nextnumber(&s));
	}
}

static void
settle(void)
{
	for (int i = 0; i < 4; i++)
		runtime_Gosched();
}

void
main_main(void)
{
	const char *s = os_Args[1] - 1;
	long n = nextnumber(&s);

	for (long i = 0; i < n; i++)
		go(work, (void *)i);
	settle();
	for (long i = 2; i < os_Argc; i++) {
		s = os_Args[i] + 1;
		n = nextnumber(&s);
		todonext[n] = os_Args[i];
		runtime_Semrelease(&turn[n]);
		settle();
	}
	note("done", 0, 0, 0);
	os_Exit(0);
}
