/*
 * The driver of exercise 06: turns of a P that nobody runs.
 *
 *	driver PERIOD TICK TURNS LIST RING NEXT
 *
 * LIST goroutines go back to the list after each turn, RING to the ring, and
 * NEXT to runnext.  Each turn takes one as findrunnable does, out of turn
 * first, then of the P's own, and counts it in schedtick, which begins at TICK.
 */
#include "lib/lib.h"
#include "note.h"

static struct g gs[512];
static struct p a;

static void
tolist(struct g *gp)
{
	lock(&sched.lock);
	globrunqput(gp);
	unlock(&sched.lock);
}

void
main_main(void)
{
	long turns = number(os_Args[3]), n[3], k = 0;

	a.schedtick = (uint32_t)number(os_Args[2]);
	for (int kind = 0; kind < 3; kind++) {
		n[kind] = number(os_Args[4 + kind]);
		for (long i = 0; i < n[kind]; i++, k++)
			if (kind == 0)
				tolist(&gs[k]);
			else if (kind == 1)
				runqput(&a, &gs[k]);
			else
				runnextput(&a, &gs[k]);
	}
	sched.fairturn = (uint32_t)number(os_Args[1]);
	for (long t = 0; t < turns; t++) {
		struct g *gp = runqfair(&a);
		int out = gp != NULL;

		if (gp == NULL)
			gp = runqget(&a);
		if (gp == NULL)
			gp = globrunqgetbatch(&a);
		a.schedtick++;
		k = gp == NULL ? -1 : gp - gs;
		note("turn", k, out, 0);
		if (gp == NULL)
			continue;
		if (k < n[0])
			tolist(gp);
		else if (k < n[0] + n[1])
			runqput(&a, gp);
		else
			runnextput(&a, gp);
	}
	sched.fairturn = 0;
	note("done", 0, 0, 0);
}
