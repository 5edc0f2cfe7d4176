/* SPDX-License-Identifier: MIT */
/* Tangled from book/05-schedinit.nw; edit that, not this file. */
/*
 * The scheduler.
 *
 * A G is a goroutine, an M a thread, a P the right to run Gs.  An M needs a
 * P to run a goroutine, and there are gomaxprocs Ps.
 */
#include "runtime.h"
#include "sys_linux.h"

struct schedt sched;
struct p **allp;
int32_t gomaxprocs;
struct m *allm;

/* Give mp its number and its random state, and put it on allm. */
static void
mcommoninit(struct m *mp)
{
	mp->id = sched.mnext++;
	mp->rand = bootrand() | 1;	/* the state must not be 0 */
	mp->alllink = allm;
	allm = mp;
}

/* Make pp the P of this M. */
static void
acquirep(struct p *pp)
{
	struct m *mp = getg()->m;

	if (mp->p != NULL || pp->m != NULL || pp->status != Pidle)
		throw("acquirep: already in use");
	mp->p = pp;
	pp->m = mp;
	pp->status = Prunning;
}

/* Put pp, which nobody holds, on the list of idle Ps. */
static void
pidleput(struct p *pp)
{
	if (pp->runqhead != pp->runqtail)
		throw("pidleput: P has goroutines to run");
	pp->link = sched.pidle;
	sched.pidle = pp;
	sched.npidle++;
}

/* Make n Ps, give the first one to this M and put the others on pidle. */
static void
procresize(int32_t n)
{
	allp = persistentalloc((size_t)n * sizeof allp[0]);
	gomaxprocs = n;
	for (int32_t i = n - 1; i >= 0; i--) {
		struct p *pp = persistentalloc(sizeof *pp);

		pp->id = i;
		allp[i] = pp;
		if (i > 0)
			pidleput(pp);
		else
			acquirep(pp);
	}
}

/*
 * Bring up everything that the first goroutine needs.  The order matters:
 * a step may use what those above it have made.
 */
void
schedinit(void)
{
	randinit();
	mcommoninit(&m0);
	checkfds();		/* before anything that may complain */
	parsedebugvars();
	procresize(procsfromenv());
}

/* the life of a goroutine */
struct g *allgs;

/* Change gp's status from one to another; it must have been the first. */
static void
casgstatus(struct g *gp, enum gstatus from, enum gstatus to)
{
	if (gp->atomicstatus != from)
		throw("casgstatus: bad incoming status");
	gp->atomicstatus = to;
}

/* A new g with a stack, dead. */
static struct g *
malg(void)
{
	struct g *gp = persistentalloc(sizeof *gp);

	gp->stack = stackalloc();
	gp->stackguard0 = gp->stack.lo + STACKGUARD;
	casgstatus(gp, Gidle, Gdead);
	gp->alllink = allgs;
	allgs = gp;
	return gp;
}

/* Keep gp, which is dead, for the next newproc on pp. */
static void
gfput(struct p *pp, struct g *gp)
{
	gp->schedlink = pp->gFree;
	pp->gFree = gp;
}

/* The goroutine that died last on pp, or NULL. */
static struct g *
gfget(struct p *pp)
{
	struct g *gp = pp->gFree;

	if (gp != NULL) {
		pp->gFree = gp->schedlink;
		gp->schedlink = NULL;
	}
	return gp;
}

/* What newproc has to tell newproc1. */
struct newprocargs {
	void (*fn)(void *);
	void *arg;
};

/* Make gp look as if goexit had called fn(arg) and fn had not begun. */
static void
gostartcall(struct g *gp, void (*fn)(void *), void *arg)
{
	uintptr_t *sp = (uintptr_t *)(gp->stack.hi - 32);

	*--sp = (uintptr_t)goexit + 1;	/* the return address of fn */
	gp->sched = (struct gobuf){
		.sp = (uintptr_t)sp,
		.pc = (uintptr_t)fn,
		.g = gp,
		.ctxt = arg,
	};
	gp->startpc = (uintptr_t)fn;
}

/* The part of newproc that runs on g0. */
static void
newproc1(void *p)
{
	struct newprocargs *a = p;
	/* get a goroutine that is dead */
	struct g *gp = gfget(getg()->m->p);

	if (gp == NULL)
		gp = malg();

	gostartcall(gp, a->fn, a->arg);
	gp->goid = ++sched.goidgen;
	sched.ngs++;
	casgstatus(gp, Gdead, Grunnable);
	runqput(getg()->m->p, gp);
}

/* Start fn(arg) as a new goroutine: it goes to the end of the line. */
void
newproc(void (*fn)(void *), void *arg)
{
	struct newprocargs a = { fn, arg };

	if (fn == NULL)
		throw("go of nil func value");
	systemstack(newproc1, &a);
}

/* Run gp, which is runnable, on this thread.  Does not return. */
static _Noreturn void
execute(struct g *gp)
{
	struct m *mp = getg()->m;

	casgstatus(gp, Grunnable, Grunning);
	gp->m = mp;
	mp->curg = gp;
	gogo(&gp->sched);
}

/* The next goroutine in the line.  Does not return if there is none. */
static struct g *
findrunnable(void)
{
	struct g *gp = runqget(getg()->m->p);

	/* there is nothing to run */
	if (gp == NULL)
		fatal("no goroutines (main called runtime.Goexit) - deadlock!");
	return gp;
}

/* One round of the scheduler: find a goroutine and run it. */
static _Noreturn void
schedule(void)
{
	execute(findrunnable());
}

/* gp no longer runs here. */
static void
dropg(struct g *gp)
{
	gp->m->curg = NULL;
	gp->m = NULL;
}

/* On g0: bury gp, which has called goexit, and go on with another. */
static _Noreturn void
goexit0(struct g *gp)
{
	casgstatus(gp, Grunning, Gdead);
	dropg(gp);
	sched.ngs--;
	/* keep the dead goroutine for the next newproc */
	gfput(getg()->m->p, gp);
	schedule();
}

/* The end of every goroutine. */
_Noreturn void
goexit1(void)
{
	mcall(goexit0);
	__builtin_unreachable();
}

/* The C half of mstart: on g0, for ever. */
_Noreturn void
mstart1(void)
{
	struct g *gp = getg();

	if (gp != gp->m->g0)
		throw("mstart1: not on g0");
	gp->stackguard0 = gp->stack.lo + STACKGUARD;
	schedule();
}

/* The first goroutine. */
void
runtime_main(void *arg)
{
	(void)arg;
	/* what the main goroutine does */
	long n = __stop_inittasks - __start_inittasks;

	runtimeInitTime = nanotime();
	doInit(runtime_inittasks, 2);
	runconstructors();
	sortinits(__start_inittasks, n);
	doInit(__start_inittasks, n);
	main_main();
	sys_exit_group(0);
}

/* On g0: gp goes to the end of the line. */
static _Noreturn void
goschedImpl(struct g *gp)
{
	casgstatus(gp, Grunning, Grunnable);
	dropg(gp);
	runqput(getg()->m->p, gp);
	schedule();
}

/* Let every goroutine that waits in the line run before us. */
void
runtime_Gosched(void)
{
	mcall(goschedImpl);
}
