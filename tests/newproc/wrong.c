/* Break a rule; argv[1] says which. */
#include "runtime.h"

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
	if (streq(what, "mcall-on-g0"))
		systemstack(again, NULL);
	if (streq(what, "mcall-returns"))
		mcall(returns);
	if (streq(what, "nil"))
		newproc(NULL, NULL);
	if (streq(what, "status"))
		getg()->atomicstatus = Gwaiting;	/* and end */
	if (streq(what, "mstart"))
		mstart1();
	if (streq(what, "systemstack"))
		systemstack(twice, (void *)0x77);
	print("on g0: %d\n", getg() == getg()->m->g0);
}
