/*
 * refused: gopark whose function says no, alone and with another goroutine
 * that can run, 1000 times each; then one that parks so for ever, beside one
 * that waits in the ring.  It knows the runtime from inside.
 */
#include "lib/lib.h"

static long asked;
static int wrong, over;

static int
refuse(struct g *gp, void *arg)
{
	wrong += arg != &asked || gp->atomicstatus != Gwaiting;
	asked++;
	return 0;
}

static void
yields(void *arg)
{
	(void)arg;
	while (!over)
		runtime_Gosched();
	over = 2;
}

static void
again(long n)
{
	struct g *me = getg();

	for (long i = 0; i < n; i++) {
		gopark(refuse, &asked, "refused");
		wrong += getg() != me || me->atomicstatus != Grunning;
	}
}

void
main_main(void)
{
	again(1000);
	fmt_Printf("%ld refused alone, ", asked);
	go(yields, NULL);
	runtime_Gosched();
	again(1000);
	over = 1;
	while (over != 2)
		runtime_Gosched();
	over = 0;
	fmt_Printf("%ld with another, ", asked - 1000);

	go(yields, NULL);
	runtime_Gosched();		/* it is in the ring now */
	over = 1;
	for (asked = 0; over != 2 && asked < 1000000;)
		again(1);
	fmt_Printf("%s, %d wrong\n", asked <= 61 ? "the ring had its turn" :
	    "the ring had no turn", wrong);
}
