/*
 * A goroutine that yields alone, and with one that waits in the list.  What
 * leaves a goroutine writes a pc into its gobuf.
 */
#include "lib/lib.h"

static int stops;

/* Yield; by how much the turns have grown. */
static uint32_t
yield(void)
{
	struct g *gp = getg();
	uint32_t turns = gp->m->p->schedtick;

	gp->sched.pc = 1;
	runtime_Gosched();
	stops += gp->sched.pc != 1;
	return getg()->m->p->schedtick - turns;
}

static void
other(void *unused)
{
	(void)unused;
	fmt_Printf("the other\n");
}

void
main_main(void)
{
	uint32_t turns = 0;
	struct g *gp;

	for (int i = 0; i < 1000; i++)
		turns += yield();
	fmt_Printf("alone: %d turns, %d stops\n", (int)turns, stops);
	go(other, NULL);
	gp = runqget(getg()->m->p);
	lock(&sched.lock);
	globrunqput(gp);
	unlock(&sched.lock);
	turns = yield();
	fmt_Printf("not alone: %d turns, %d stops\n", (int)turns, stops);
}
