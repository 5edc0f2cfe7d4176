/* Where mcall and systemstack run a function, and what g0 and g look like. */
#include "boot/boot.h"
#include "os/go_asm.h"

void called(void *arg);
void seen(void *arg, uintptr_t rsp);

__asm__(
"	.text\n"
"called:	movq	%rsp, %rsi\n"
"	jmp	seen\n");

static int times;

/* rsp is as it was at the first instruction of called. */
void
seen(void *arg, uintptr_t rsp)
{
	struct g *gp = getg(), *g0 = gp->m->g0;

	print("%s: g0 %d, its stack %d, %ld below its sp, rsp %% 16 = %lu\n",
	    times++ < 2 ? "mcall" : "systemstack", gp == g0,
	    rsp > g0->stack.lo && rsp < g0->stack.hi,
	    (long)(g0->sched.sp - rsp), rsp % 16);
	if (arg != NULL)
		gogo(&((struct g *)arg)->sched);
}

void
runtime_main(void *arg)
{
	struct g *gp = getg(), *g0 = gp->m->g0;

	(void)arg;
	mcall((void (*)(struct g *))called);
	mcall((void (*)(struct g *))called);
	systemstack(called, NULL);
	systemstack(called, NULL);
	print("guards %ld and %ld above lo\n",
	    (long)(gp->stackguard0 - gp->stack.lo),
	    (long)(g0->stackguard0 - g0->stack.lo));
}
