/*
 * The driver of exercise 02.
 *
 *	driver first ARG	main starts a goroutine and goes on after it
 *	driver call		mcall(probe), twice
 *	driver fresh N		N goroutines, one after another, on one stack
 *	driver watch N SEED CALLS
 *		the goroutine `watched` among N others; CALLS says which of its
 *		calls are real: y yields, s starts a goroutine, b borrows g0.
 *		Where they are not, it calls a function that only returns.
 *	driver step		one switch, to be stepped
 *
 * What it finds, it notes (note.h); what should be found is oracle.py's to know.
 */
#include "lib/lib.h"
#include "note.h"

void watched(void *seed);
void other(void *seed);
void fresh(void *arg);
void stay(void);
void probe(struct g *gp);
void finish(void *arg);

/* What watched calls: the second of each, where its calls are real. */
void (*const yields[])(void) = { stay, runtime_Gosched };
void (*const starts[])(void (*fn)(void *), void *arg) = {
	(void (*)(void (*)(void *), void *))stay, go };
void (*const borrows[])(void (*fn)(void *), void *arg) = {
	(void (*)(void (*)(void *), void *))stay, systemstack };
own int yield, start, borrow;	/* which of them */

volatile own int finished;	/* watched is at its end */
volatile own long turns;	/* of all others */

/* Not local to main_main: a switch that loses registers harms only watched. */
static volatile own intptr_t others, i, seed;

static int
has(const char *s, char c)
{
	for (; *s != 0; s++)
		if (*s == c)
			return 1;
	return 0;
}

static void
hello(void *arg)
{
	note("hello", arg, getg()->goid, 0);
}

static void
begin(void *arg)
{
	note("stack", getg()->stack.lo, getg()->stack.hi, 0);
	watched(arg);
	note("turns", turns, 0, 0);
}

static void
nothing(void *arg)
{
	(void)arg;		/* a note would end the stepping */
}

static void
watchmode(char **args)
{
	others = number(args[2]);
	seed = number(args[3]);
	yield = has(args[4], 'y');
	start = has(args[4], 's');
	borrow = has(args[4], 'b');
	for (i = 1; i <= others; i++) {
		go(other, (void *)(seed + i));
		if (i == (others + 1) / 2)
			go(begin, (void *)seed);
	}
	if (others == 0)
		go(begin, (void *)seed);
	while (!finished || runtime_NumGoroutine() > 1)
		runtime_Gosched();
}

/* The rest of probe: on g0, back to where mcall was called. */
_Noreturn void
goback(struct g *gp)
{
	gogo(&gp->sched);
}

static own const char *mode;

void
main_main(void)
{
	mode = os_Args[1];
	if (mode[0] == 'f' && mode[1] == 'i') {
		note("main", 1, getg()->goid, 0);
		go(hello, (void *)number(os_Args[2]));
		runtime_Gosched();
		note("main", 2, getg()->goid, 0);
	} else if (mode[0] == 'c') {
		for (i = 0; i < 2; i++) {
			struct g *g0 = getg()->m->g0;

			note("before", getg(), g0, g0->sched.sp);
			mcall(probe);
			note("after", getg(), getg()->m->g0, g0->sched.sp);
		}
	} else if (mode[0] == 'f') {
		for (i = number(os_Args[2]); i > 0; i--) {
			go(fresh, (void *)i);
			while (runtime_NumGoroutine() > 1)
				runtime_Gosched();
		}
	} else if (mode[0] == 'w') {
		watchmode(os_Args);
	} else {
		go(nothing, NULL);
		note("step", 0, 0, 0);	/* from here on, each instruction */
		runtime_Gosched();
		note("back", getg(), 0, 0);
	}
	note("done", 0, 0, 0);
}
