/*
 * A goroutine that leaves, by each way, comes back with the registers that a
 * function keeps (chapter 14 and later): runtime_Gosched and gopark of
 * src/sched/proc.c, with one P, on the stacks of real goroutines.
 */
#include "unit.h"

#include "lib/lib.h"

/*
 * int kept(void (*way)(void), uint64_t n): give each callee-saved register a
 * value of its own, call way, and return a bit for each that has changed.
 */
int kept(void (*way)(void), uint64_t n);
__asm__("	.text\n"
	"kept:	pushq	%rbx\n	pushq	%rbp\n	pushq	%r12\n"
	"	pushq	%r13\n	pushq	%r14\n	pushq	%r15\n"
	"	pushq	%rsi\n"
	"	leaq	1(%rsi), %rbx\n	leaq	2(%rsi), %rbp\n"
	"	leaq	3(%rsi), %r12\n	leaq	4(%rsi), %r13\n"
	"	leaq	5(%rsi), %r14\n	leaq	6(%rsi), %r15\n"
	"	call	*%rdi\n"
	"	popq	%rsi\n	xorl	%eax, %eax\n"
	"	.macro	same	number, register\n"
	"	leaq	\\number(%rsi), %rcx\n	cmpq	%rcx, \\register\n"
	"	je	.Lsame\\number\n	orl	$1 << \\number, %eax\n"
	"	.Lsame\\number:\n	.endm\n"
	"	same	1, %rbx\n	same	2, %rbp\n	same	3, %r12\n"
	"	same	4, %r13\n	same	5, %r14\n	same	6, %r15\n"
	"	popq	%r15\n	popq	%r14\n	popq	%r13\n"
	"	popq	%r12\n	popq	%rbp\n	popq	%rbx\n	ret\n");

static struct g *a, *b;
static int on_g0, refuse;

/* Say which registers of gp were lost. */
static void
back(const char *who, int lost)
{
	static const char *const names[] = {
		"", "rbx", "rbp", "r12", "r13", "r14", "r15",
	};

	print("%s:", who);
	for (int i = 1; i <= 6; i++)
		if (lost & 1 << i)
			print(" lost %s", names[i]);
	print("%s\n", lost == 0 ? " all kept" : "");
}

static void second(void *arg);
void settls(uintptr_t *tls);

/* When a goroutine has left to park: start b, if it is not there. */
static int
left(struct g *gp, void *unused)
{
	(void)gp, (void)unused;
	on_g0 = getg() == &g0;
	if (b == NULL)
		newproc(second, NULL);
	return !refuse;
}

static void
park(void)
{
	gopark(left, NULL, "test");
}

/* Who waits in the ring or on the pile of the P goes to the list. */
static void
tolist(void)
{
	struct g *gp;

	while ((gp = runqget(m0.p)) != NULL) {
		lock(&sched.lock);
		globrunqput(gp);
		unlock(&sched.lock);
	}
}

/* On g0: gp is the next, and the next runs, by gogo. */
static void
swap(struct g *gp)
{
	struct g *next = runqget(m0.p);

	casgstatus(gp, Grunning, Grunnable);
	gp->m = NULL;
	runnextput(m0.p, gp);
	casgstatus(next, Grunnable, Grunning);
	next->m = &m0;
	m0.curg = next;
	gogo(&next->sched);
}

/* The two above keep registers for their own sake; here mcall alone does. */
static void
bymcall(void)
{
	mcall(swap);
	finishswitch();
}

static void
first(void *arg)
{
	(void)arg;
	a = getg();
	back("parked alone, back from the other", kept(park, 100));
	print("%s\n", on_g0 ? "left by g0" : "left for the other");
	back("yielded, and the other parked", kept(runtime_Gosched, 200));
	print("%s\n", on_g0 ? "left by g0" : "left for the other");
	goready(b);
	back("yielded, back from g0", kept(runtime_Gosched, 300));
	back("yielded to one in the list", kept(runtime_Gosched, 400));
	back("yielded, back by gogo", kept(runtime_Gosched, 410));
	back("mcall, back by a switch", kept(bymcall, 420));
	refuse = 1;
	back("refused to park, with the other in line", kept(park, 500));
	tolist();
	runqget(m0.p);
	lock(&sched.lock);
	globrunqget();
	unlock(&sched.lock);
	back("refused to park, alone", kept(park, 600));
	os_Exit(0);
}

static void
second(void *arg)
{
	(void)arg;
	b = getg();
	goready(a);
	back("yielded, back from the other", kept(runtime_Gosched, 1100));
	back("parked, and made ready", kept(park, 1200));
	tolist();
	back("yielded to the list", kept(runtime_Gosched, 1300));
	back("mcall, back by a switch", kept(bymcall, 1400));
	back("mcall, back by gogo", kept(bymcall, 1500));
	for (;;)
		runtime_Gosched();
}

TEST("whichever way a goroutine leaves and comes back, it keeps its registers")
{
	static char *env[] = { "GOMAXPROCS=1", NULL };
	struct unit_child child = IN_CHILD(
		alarm(5);
		m0.g0 = &g0;
		g0.m = &m0;
		settls(m0.tls);	/* from here on this is no program of libc */
		setg(&g0);
		physPageSize = 4096;
		envp = env;
		schedinit();
		newproc(first, NULL);
		mstart());

	CHECK_EQ(child.status, 0);
	CHECK_STR(child.output,
		  "parked alone, back from the other: all kept\n"
		  "left by g0\n"
		  "yielded, back from the other: all kept\n"
		  "yielded, and the other parked: all kept\n"
		  "left for the other\n"
		  "parked, and made ready: all kept\n"
		  "yielded, back from g0: all kept\n"
		  "yielded to the list: all kept\n"
		  "yielded to one in the list: all kept\n"
		  "mcall, back by a switch: all kept\n"
		  "yielded, back by gogo: all kept\n"
		  "mcall, back by gogo: all kept\n"
		  "mcall, back by a switch: all kept\n"
		  "refused to park, with the other in line: all kept\n"
		  "refused to park, alone: all kept\n");
}
