/*
 * A thief carries a goroutine from a ring that is looked at late to one that
 * has been looked at.  The runtime of this program has three hooks in it: see
 * tests/test_stealing.py.  Runs with three Ps; prints a line, or hangs.
 *
 * main parks, and its P, P0, goes to search: the thief, held before.  Another
 * P runs nop, finds nothing more and is about to give itself up: the looker.
 * The third, that of maker, has a, b, c in its ring and d next.  The looker
 * looks at P0 and is held; the thief takes a and b, and runs b; maker ends, and
 * its P runs d and c.  Now both rings are empty for the looker, but a waits.
 */
#include "lib/lib.h"

enum { SEARCH, GIVEUP, LOOK };

extern void (*hook)(int where, int32_t id);
static uint32_t never;
static int32_t makers = -1;	/* the P of maker */
static int armed, thief, search, nopran, looker, giveup, looks, look, brun, aran;

static int
get(int *v)
{
	return __atomic_load_n(v, __ATOMIC_SEQ_CST);
}

static void
set(int *v)
{
	__atomic_store_n(v, 1, __ATOMIC_SEQ_CST);
}

static void
waitfor(int *v)
{
	while (!get(v))
		__builtin_ia32_pause();
}

static void
hold(int where, int32_t id)
{
	if (!get(&armed))
		return;
	if (where == SEARCH && id == 0) {
		set(&thief);
		waitfor(&search);
	} else if (where == GIVEUP && id != 0 && get(&nopran)) {
		set(&looker);
		waitfor(&giveup);
	} else if (where == LOOK && id == makers && get(&giveup)) {
		set(&looks);
		waitfor(&look);
	}
}

static void
a(void *unused)
{
	(void)unused;
	set(&aran);
}

static void
b(void *unused)
{
	(void)unused;
	set(&brun);
	waitfor(&aran);
}

static void
c(void *unused)
{
	(void)unused;
	set(&look);
	waitfor(&aran);
	fmt_Printf("a has run\n");
	os_Exit(0);
}

static void
nothing(void *unused)
{
	(void)unused;
	set(&nopran);
}

static void
maker(void *unused)
{
	(void)unused;
	makers = getg()->m->p->id;
	set(&armed);
	waitfor(&thief);
	go(nothing, NULL);
	waitfor(&looker);
	go(a, NULL);
	go(b, NULL);
	go(c, NULL);
	go(nothing, NULL);
	set(&giveup);
	waitfor(&looks);
	set(&search);
	waitfor(&brun);
}

void
main_main(void)
{
	hook = hold;
	go(maker, NULL);
	waitfor(&armed);
	runtime_Semacquire(&never);
}
