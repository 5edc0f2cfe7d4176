/* SPDX-License-Identifier: MIT */
/* Tangled from book/16-watching-it-run.nw; edit that, not this file. */
/*
 * Threads that take turns.  Under a seed for several Ps only the thread that
 * has the baton runs; each other one waits at its own word.  Who is next
 * follows from the seed, and what time it is from the turns.
 */
#include "os/os.h"
#include "os/sys_linux.h"

static struct turner *threads;	/* all, the newest first */
int turns;
static uint64_t chance;		/* state of draw, never 0 */
static uint32_t seldom;		/* one of so many points ends a turn */
static int64_t now;		/* ns; only the turns let it pass */

/* A number below n (xorshift64*). */
static uint32_t
draw(uint32_t n)
{
	chance ^= chance >> 12;
	chance ^= chance << 25;
	chance ^= chance >> 27;
	return (uint32_t)(chance * 0x2545f4914f6cdd1d >> 32) % n;
}

/* One of those who can go on.  If all sleep, it becomes later. */
static struct turner *
nextturn(void)
{
	for (;;) {
		struct turner *to = NULL;
		int64_t soon = INT64_MAX;
		uint32_t n = 0;

		for (struct turner *t = threads; t != NULL; t = t->next) {
			if (t->sleepsat != NULL && t->until > now)
				soon = t->until < soon ? t->until : soon;
			else if (draw(++n) == 0)
				to = t;
		}
		if (to != NULL)
			return to;
		if (soon == INT64_MAX)
			fatal("all threads sleep, and none will be woken");
		now = soon;
	}
}

/* Wait for the baton. */
void
turnwait(void)
{
	struct mOS *me = getmos();

	/* acquire: of all that its last holder did */
	while (__atomic_load_n(&me->turn, __ATOMIC_ACQUIRE) == 0)
		(sys_futex)(&me->turn, FUTEX_WAIT_PRIVATE, 0, NULL);
	me->turn = 0;
}

/* Pass the baton on, and return when it comes back. */
static void
pass(void)
{
	struct turner *to = nextturn();

	if (to->os == getmos())
		return;
	/* release: who gets it sees all that we have done */
	__atomic_store_n(&to->os->turn, 1, __ATOMIC_RELEASE);
	(sys_futex)(&to->os->turn, FUTEX_WAKE_PRIVATE, 1, NULL);
	turnwait();
}

/* Others may run here. */
void
turnpoint(void)
{
	enum { STEP = 1000 };	/* ns */

	now += STEP;
	if (draw(seldom) == 0)
		pass();
}

/* Wake one that sleeps at addr, if there is one; returns how many. */
static long
turnwake(uint32_t *addr)
{
	struct turner *to = NULL;
	uint32_t n = 0;

	for (struct turner *t = threads; t != NULL; t = t->next)
		if (t->sleepsat == addr && draw(++n) == 0)
			to = t;
	if (to != NULL)
		to->sleepsat = NULL;
	turnpoint();
	return to != NULL;
}

/* As the system call: sleep while *addr is val, or wake one. */
long
turnfutex(uint32_t *addr, int op, uint32_t val, const void *timeout)
{
	const int64_t *ts = timeout;
	struct turner *me = getmos()->turner;

	if (op == FUTEX_WAKE_PRIVATE)
		return turnwake(addr);
	if (*addr != val)
		return -EAGAIN;
	me->sleepsat = addr;
	me->until = ts == NULL ? INT64_MAX : now + ts[0] * 1000000000 + ts[1];
	pass();
	if (me->sleepsat == NULL)
		return 0;
	me->sleepsat = NULL;
	return -ETIMEDOUT;
}

/* Sleep for as long as want says. */
long
turnnap(const void *want)
{
	uint32_t never = 0;

	turnfutex(&never, FUTEX_WAIT_PRIVATE, 0, want);
	return 0;
}

/* What time it is. */
static int64_t
turntime(void)
{
	turnpoint();
	return now;
}

/* Put os on the list, with t. */
static void
enlist(struct mOS *os, struct turner *t)
{
	t->os = os;
	t->next = threads;
	os->turner = threads = t;
}

/* os is a thread from now on, and will wait for the baton.  t: new memory. */
void
turnadd(struct mOS *os, struct turner *t)
{
	os->rand = (uint64_t)draw(UINT32_MAX) << 32 | 1;
	enlist(os, t);
}

/* Let threads take turns; this one, the only one, begins. */
void
taketurns(struct turner *t)
{
	struct mOS *me = getmos();

	enlist(me, t);
	me->turn = 1;		/* mstart1 waits for it */
	chance = me->rand;
	seldom = 2u << draw(5);
	clockuse(turntime);
	turns = 1;
}
