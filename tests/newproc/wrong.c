/* Break a rule; argv[1] says which. */
#include "boot/boot.h"

static void
returns(struct g *gp)
{
	(void)gp;
}

static void
again(void *arg)
{
	(void)arg;
	mcall(returns);
}

static void
once(void *arg)
{
	print("on g0: %d, argument %lx\n", getg() == getg()->m->g0,
	    (unsigned long)arg);
}

static void
twice(void *arg)
{
	systemstack(once, arg);
	once(arg);
}

void
runtime_main(void *arg)
{
	const char *what = argc > 1 ? argv[1] : "";

	(void)arg;
	if (compare(what, "mcall-on-g0") == 0)
		systemstack(again, NULL);
	if (compare(what, "mcall-returns") == 0)
		mcall(returns);
	if (compare(what, "nil") == 0)
		newproc(NULL, NULL);
	if (compare(what, "status") == 0)
		getg()->atomicstatus = Gwaiting;	/* and end */
	if (compare(what, "mstart") == 0)
		mstart1();
	if (compare(what, "systemstack") == 0)
		systemstack(twice, (void *)0x77);
	print("on g0: %d\n", getg() == getg()->m->g0);
}
