/* The third goroutine looks at all, when the first two have ended. */
#include "boot/boot.h"

static void
second(void *arg)
{
	(void)arg;
}

static void
third(void *arg)
{
	(void)arg;
	for (struct g *gp = allgs; gp != NULL; gp = gp->alllink)
		print("goroutine %ld, status %d, %s m, began in %s\n",
		    gp->goid, (int)gp->atomicstatus, gp->m ? "an" : "no",
		    gp->startpc == (uintptr_t)third ? "third" :
		    gp->startpc == (uintptr_t)second ? "second" :
		    gp->startpc == (uintptr_t)runtime_main ? "main" : "??");
	print("%ld left\n", sched.ngs);
}

void
runtime_main(void *arg)
{
	newproc(second, arg);
	newproc(third, arg);
}
