/* SPDX-License-Identifier: MIT */
/* Tangled from book/14-the-short-way.nw; edit that, not this file. */
/*
 * From one goroutine to another, not by way of g0.  For the files that stop
 * a goroutine: the switch must be a part of the function that stops.
 */
#ifndef SWITCH_H
#define SWITCH_H

/* go from one goroutine to another */
#define STR(x)	#x
#define SUM(x)	STR(x)
#define AT(x)	SUM(g_sched + x)

/*
 * Leave from, the current goroutine, and go on as to.  Returns when somebody
 * goes on as from, maybe on another thread.
 */
static inline __attribute__((always_inline)) void
gswitch(struct g *from, struct g *to)
{
	__asm__ volatile(
	    /* save where from goes on */
	    "leaq	1f(%%rip), %%rax\n\t"
	    "movq	%%rax, " AT(gobuf_pc) "(%0)\n\t"
	    "movq	%%rsp, " AT(gobuf_sp) "(%0)\n\t"
	    "movq	%%rbp, " AT(gobuf_bp) "(%0)\n\t"
	    /* load what to goes on with */
	    "movq	%1, %%fs:-8\n\t"
	    "movq	" AT(gobuf_pc) "(%1), %%rax\n\t"
	    "movq	" AT(gobuf_bx) "(%1), %%rbx\n\t"
	    "movq	" AT(gobuf_bp) "(%1), %%rbp\n\t"
	    "movq	" AT(gobuf_r12) "(%1), %%r12\n\t"
	    "movq	" AT(gobuf_r13) "(%1), %%r13\n\t"
	    "movq	" AT(gobuf_r14) "(%1), %%r14\n\t"
	    "movq	" AT(gobuf_r15) "(%1), %%r15\n\t"
	    /* go to the other stack */
	    "movq	" AT(gobuf_sp) "(%1), %%rsp\n\t"
	    ".cfi_remember_state\n\t"
	    ".cfi_undefined rip\n\t"
	    "jmp	*%%rax\n\t"
	    ".cfi_restore_state\n\t"
	    "nop\n"
	    "1:"
	    : "+D"(from), "+S"(to)
	    :
	    : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12",
	      "r13", "r14", "r15", "cc", "memory",
	      /* the registers of SSE */
	      "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
	      "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"
	    );
}

/*
 * Leave gp, which runs, for the next of this P, and there call unlockf(gp,
 * arg), or queue gp if that is NULL.  0: nobody is next; 1: gp goes on.
 */
static inline __attribute__((always_inline)) int
leave(struct g *gp, int (*unlockf)(struct g *, void *), void *arg)
{
	struct m *mp = gp->m;
	struct g *next = fairturn(mp->p) ? runqfair(mp->p) : NULL;

	if (next == NULL)
		next = runqget(mp->p);
	if (next == NULL)
		return 0;
	/* log why it leaves */
	if (unlockf == NULL) {
		/* log that it lets others run */
		TRACE(GoYield, gp->goid, 0, 0);
	}
	mp->left = gp;
	mp->waitunlockf = unlockf;
	mp->waitlock = arg;
	setrunning(mp, next);
	gswitch(gp, next);
	return 1;
}

/* What whoever goes on after a switch does first. */
static inline __attribute__((always_inline)) void
finish(void)
{
	struct m *mp = getg()->m;
	struct g *gp = mp->left;

	if (gp == NULL)
		return;			/* we come from g0 */
	mp->left = NULL;
	gp->m = NULL;
	if (mp->waitunlockf == NULL) {
		casgstatus(gp, Grunning, Grunnable);
		runqput(mp->p, gp);
		wakep();
	} else if (!mp->waitunlockf(gp, mp->waitlock))
		goready(gp);
}
#endif
