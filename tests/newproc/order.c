/* Three goroutines: in which order, on which stack, with which argument. */
#include "boot/boot.h"

static void
report(void *arg)
{
	struct g *gp = getg();
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	print("goroutine %ld, argument %lx, %s, %s\n", gp->goid,
	    (unsigned long)arg,
	    here > gp->stack.lo && here < gp->stack.hi ? "own stack" : "lost",
	    gp == gp->m->curg && gp->atomicstatus == Grunning ? "running"
	    : "not running");
}

void
runtime_main(void *arg)
{
	newproc(report, (void *)0x123456789abcdef);
	newproc(report, NULL);
	newproc(report, (void *)-1);
	report(arg);
}
