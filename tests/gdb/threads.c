/*
 * A runtime with two kernel threads, as far as a debugger sees one: the data
 * of the scheduler's chapters, and goroutines that stand where such a runtime
 * leaves them.  test_gdb.py builds it without libc, and with -DOLD once more,
 * without the fields that a runtime with one thread does not have.  Line
 * directives say which functions are the runtime's, in a file below src/, and
 * which are the program's.
 *
 *	G1 main_main	runs on M0, which holds P0
 *	G2 reader	waits (chan receive) on a stack of its own
 *	G3 worker	is runnext of P0 and has not got a stack yet
 *	G4 spinner	runs on M1, a second thread, which holds P1
 *	G5 worker	is in the ring of P0, G6 in the global queue
 *	M2		is idle and has no thread
 */
#include <stddef.h>
#include <stdint.h>

#line 1 "src/sched/threads.c"
struct stack { uintptr_t lo, hi; };
struct gobuf {
	uintptr_t sp, pc;
	struct g *g;
	void *ctxt;
	uintptr_t bx, bp, r12, r13, r14, r15;
};
enum gstatus {
	Gidle = 0, Grunnable = 1, Grunning = 2, Gsyscall = 3, Gwaiting = 4,
	Gdead = 6,
};
struct g {
	struct stack stack;
	struct m *m;
	struct g *schedlink;
	struct gobuf sched;
	_Atomic enum gstatus atomicstatus;
	int64_t goid;
	uintptr_t startpc;
	struct g *alllink;
#ifndef OLD
	const char *waitreason;
#endif
};
struct m {
	struct g *g0;
	uintptr_t tls[16];
	int64_t id;
	struct p *p;
	struct m *alllink;
	struct g *curg;
#ifndef OLD
	struct p *nextp;
	struct m *schedlink;
	_Atomic int spinning;
	uint64_t procid;
#endif
};
enum pstatus { Pidle, Prunning };
struct p {
	int32_t id;
	enum pstatus status;
	struct m *m;
	_Atomic uint32_t runqhead, runqtail;
	struct g *runq[256];
#ifndef OLD
	_Atomic(struct g *) runnext;
#endif
};
struct schedt {
	struct { struct g *head, *tail; } runq;
#ifndef OLD
	struct m *midle;
#endif
};

struct g g0, g01, gs[7], *allgs;
struct m m0, m1, m2, *allm;
struct p p0, p1, *ps[2] = { &p0, &p1 }, **allp = ps;
int32_t gomaxprocs = 2;
struct schedt sched;
static char stacks[7][16384] __attribute__((aligned(16)));
volatile int turns;

long sys(long n, long a, long b);
long clone(long flags, void *stack);
void switchto(struct gobuf *save, struct gobuf *to);
void goexit(void);

__asm__(
"	.text\n"
"	.globl	_start\n"
"	.type	_start, @function\n"
"_start:	.cfi_startproc\n"
"	.cfi_undefined rip\n"
"	xorl	%ebp, %ebp\n"
"	andq	$-16, %rsp\n"
"	call	boot\n"
"	hlt\n"
"	.cfi_endproc\n"
"	.size	_start, .-_start\n"

"	.globl	sys\n"
"	.type	sys, @function\n"
"sys:	.cfi_startproc\n"
"	movq	%rdi, %rax\n"
"	movq	%rsi, %rdi\n"
"	movq	%rdx, %rsi\n"
"	syscall\n"
"	ret\n"
"	.cfi_endproc\n"
"	.size	sys, .-sys\n"

/* The child has the parent's thread pointer and nothing on its stack. */
"	.globl	clone\n"
"	.type	clone, @function\n"
"clone:	.cfi_startproc\n"
"	movl	$56, %eax\n"
"	xorl	%edx, %edx\n"
"	xorl	%r10d, %r10d\n"
"	syscall\n"
"	testq	%rax, %rax\n"
"	jz	1f\n"
"	ret\n"
"1:	.cfi_undefined rip\n"
"	xorl	%ebp, %ebp\n"
"	call	mstart\n"
"	hlt\n"
"	.cfi_endproc\n"
"	.size	clone, .-clone\n"

"	.globl	switchto\n"
"	.type	switchto, @function\n"
"switchto: .cfi_startproc\n"
"	movq	(%rsp), %rax\n"
"	movq	%rax, 8(%rdi)\n"
"	leaq	8(%rsp), %rax\n"
"	movq	%rax, (%rdi)\n"
"	movq	%rbx, 32(%rdi)\n"
"	movq	%rbp, 40(%rdi)\n"
"	movq	%r12, 48(%rdi)\n"
"	movq	%r13, 56(%rdi)\n"
"	movq	%r14, 64(%rdi)\n"
"	movq	%r15, 72(%rdi)\n"
"	movq	16(%rsi), %rax\n"
"	movq	%rax, %fs:-8\n"
"	movq	32(%rsi), %rbx\n"
"	movq	40(%rsi), %rbp\n"
"	movq	48(%rsi), %r12\n"
"	movq	56(%rsi), %r13\n"
"	movq	64(%rsi), %r14\n"
"	movq	72(%rsi), %r15\n"
"	movq	8(%rsi), %rcx\n"
"	movq	(%rsi), %rsp\n"
"	.cfi_undefined rip\n"
"	jmp	*%rcx\n"
"	.cfi_endproc\n"
"	.size	switchto, .-switchto\n"

"	.globl	goexit\n"
"	.type	goexit, @function\n"
"goexit: .cfi_startproc\n"
"	.cfi_undefined rip\n"
"	nop\n"
"	hlt\n"
"	.cfi_endproc\n"
"	.size	goexit, .-goexit\n"
"	.section .note.GNU-stack, \"\", @progbits\n"
"	.text\n");

/* Give this thread mp and its g0. */
static void
minit(struct m *mp, struct g *gp)
{
	mp->g0 = gp;
	gp->m = mp;
	mp->tls[0] = (uintptr_t)gp;
	sys(158, 0x1002, (long)&mp->tls[1]);	/* arch_prctl(ARCH_SET_FS) */
#ifndef OLD
	mp->procid = sys(186, 0, 0);		/* gettid */
#endif
}

/* Make gs[id] a goroutine that has not run. */
static struct g *
mkg(int id, void (*fn)(void), int bound)
{
	struct g *gp = &gs[id];

	gp->goid = id;
	gp->startpc = (uintptr_t)fn;
	gp->atomicstatus = Grunnable;
	gp->sched.g = gp;
	gp->alllink = allgs;
	allgs = gp;
	if (bound) {
		uintptr_t *sp = (uintptr_t *)(stacks[id] + sizeof stacks[id]);

		gp->stack.lo = (uintptr_t)stacks[id];
		gp->stack.hi = (uintptr_t)sp;
		*(sp -= 1) = 0;
		*(sp -= 1) = (uintptr_t)goexit + 1;
		gp->sched.sp = (uintptr_t)sp;
		gp->sched.pc = gp->startpc;
	}
	return gp;
}

/* Run gp on the thread of mp; returns when it parks. */
static void
execute(struct m *mp, struct g *gp)
{
	gp->atomicstatus = Grunning;
	gp->m = mp;
	mp->curg = gp;
	switchto(&mp->g0->sched, &gp->sched);
	mp->curg = NULL;
}

/* Wait for ever. */
__attribute__((noinline)) void
gopark(const char *why)
{
	struct g *gp = &gs[2];

	gp->atomicstatus = Gwaiting;
	(void)why;
#ifndef OLD
	gp->waitreason = why;
#endif
	gp->m->g0->sched.g = gp->m->g0;
	switchto(&gp->sched, &m0.g0->sched);
}

#line 1 "threads.c"
__attribute__((noinline)) void
reader(void)
{
	gopark("chan receive");
	__asm__ volatile("");
}

__attribute__((noinline)) void
worker(void)
{
	__asm__ volatile("");
}

__attribute__((noinline)) void
turn(void)
{
	turns++;
}

/* An event for rt0-trace. */
#line 1 "src/sched/threads.c"
__attribute__((noinline)) void
stopm(void)
{
	__asm__ volatile("");
}

#line 1 "threads.c"
void
spinner(void)
{
	stopm();
	for (;;)
		turn();
}

/* Where the tests stop: both threads run their goroutines. */
__attribute__((noinline)) void
checkpoint(void)
{
	__asm__ volatile("");
}

/* The second thread. */
#line 1 "src/sched/threads.c"
void
mstart(void)
{
	minit(&m1, &g01);
	m1.p = &p1;
	p1.m = &m1;
	p1.status = Prunning;
	execute(&m1, &gs[4]);
}

#line 1 "threads.c"
void
main_main(void)
{
	/* CLONE_VM, FS, FILES, SIGHAND, SYSVSEM, THREAD */
	clone(0x50f00, stacks[0] + sizeof stacks[0]);
	while (turns == 0)
		;
	checkpoint();
	sys(231, 0, 0);				/* exit_group */
}

#line 1 "src/sched/threads.c"
void
boot(void)
{
	minit(&m0, &g0);
	m0.p = &p0;
	p0.m = &m0;
	p0.status = Prunning;
	p1.id = 1;
	m1.id = 1;
	m2.id = 2;
	m1.alllink = &m0;
	m2.alllink = &m1;
	allm = &m2;
	g01.sched.g = &g01;
	mkg(1, main_main, 1);
	execute(&m0, mkg(2, reader, 1));
	gs[2].m = NULL;
	struct g *g3 = mkg(3, worker, 0);
	mkg(4, spinner, 1);
	p0.runq[255] = mkg(5, worker, 1);
	p0.runqhead = (uint32_t)-1;
	p0.runqtail = 0;
	sched.runq.head = sched.runq.tail = mkg(6, worker, 1);
#ifndef OLD
	p0.runnext = g3;
	sched.midle = &m2;
	m1.spinning = 1;
	m2.nextp = &p1;
#else
	(void)g3;
#endif
	execute(&m0, &gs[1]);
}
