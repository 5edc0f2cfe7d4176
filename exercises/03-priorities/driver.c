/*
 * The driver of exercise 03.
 *
 *	driver queue OPS	puts and gets on two Ps that nobody runs:
 *		a3 puts the next g on P a with priority 3, b5 on P b;
 *		A takes from a, B from b; what comes out is noted
 *	driver run SPEC...	goroutines that take turns: a SPEC is the
 *		priorities of its turns, one digit each
 */
#include "lib/lib.h"
#include "note.h"

enum { MANY = 5000 };

static struct g gs[MANY];
static struct p a, b;

static void
queue(const char *ops)
{
	int32_t n = 0;

	for (; *ops != 0; ops++)
		if (*ops == 'a' || *ops == 'b') {
			struct p *pp = *ops++ == 'a' ? &a : &b;

			gs[n].prio = *ops - '0';
			gs[n].atomicstatus = Grunnable;
			gs[n].schedlink = &gs[0];	/* an old link */
			runqput(pp, &gs[n++]);
		} else {
			struct g *gp = runqget(*ops == 'A' ? &a : &b);

			note("got", gp == NULL ? -1 : gp - gs, *ops == 'B', 0);
		}
}

struct turns {
	intptr_t id;
	const char *prios;
};

static own struct turns ts[64];

/* One turn for each digit, at that priority. */
static void
turn(void *arg)
{
	struct turns *t = arg;

	note("born", t->id, getg()->prio, 0);
	for (const char *c = t->prios; *c != 0; c++) {
		note("turn", t->id, c - t->prios, 0);
		runtime_SetPriority(*c - '0');
		runtime_Gosched();
	}
	note("end", t->id, 0, 0);
}

void
main_main(void)
{
	if (os_Args[1][0] == 'q') {
		queue(os_Args[2]);
	} else {
		for (long i = 2; i < os_Argc; i++) {
			ts[i].id = i - 1;
			ts[i].prios = os_Args[i];
			runtime_SetPriority(os_Args[i][0] - '0');
			go(turn, &ts[i]);
		}
		runtime_SetPriority(0);
		while (runtime_NumGoroutine() > 1)
			runtime_Gosched();
	}
	note("done", 0, 0, 0);
}
