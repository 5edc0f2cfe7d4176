/*
 * The driver of exercise 05.
 *
 *	driver queue OPS	n puts the next g into runnext of P a, p into its
 *		ring, g takes from it; N, P and G do that with P b
 *	driver pair TURNS BYSTANDERS	two goroutines that wake each other, and
 *		some that step back, until there have been TURNS turns
 */
#include "lib/lib.h"
#include "note.h"

enum { MANY = 5000 };

static struct g gs[MANY];
static struct p a, b;
static own long total, limit;
static uint32_t ping, pong;

static void
queue(const char *ops)
{
	long n = 0;

	for (; *ops != 0; ops++) {
		struct p *pp = *ops >= 'a' ? &a : &b;
		struct g *gp;

		switch (*ops | 32) {
		case 'n':
			gs[n].atomicstatus = Grunnable;
			runnextput(pp, &gs[n++]);
			break;
		case 'p':
			gs[n].atomicstatus = Grunnable;
			runqput(pp, &gs[n++]);
			break;
		default:
			gp = runqget(pp);
			note("got", gp == NULL ? -1 : gp - gs, pp == &b, 0);
		}
	}
}

static void
turn(long id)
{
	note("turn", id, 0, 0);
	if (++total < limit)
		return;
	note("done", 0, 0, 0);
	os_Exit(0);
}

/* One of the pair: wait for one semaphore, give the other. */
static void
one(void *arg)
{
	long id = (long)arg;

	for (;;) {
		runtime_Semacquire(id == 0 ? &ping : &pong);
		turn(id);
		runtime_Semrelease(id == 0 ? &pong : &ping);
	}
}

static void
bystander(void *arg)
{
	for (;;) {
		turn((long)arg);
		runtime_Gosched();
	}
}

void
main_main(void)
{
	static uint32_t never;

	if (os_Args[1][0] == 'q') {
		queue(os_Args[2]);
		note("done", 0, 0, 0);
		return;
	}
	limit = number(os_Args[2]);
	for (long i = 0; i < number(os_Args[3]); i++)
		go(bystander, (void *)(2 + i));
	go(one, (void *)0);
	go(one, (void *)1);
	runtime_Semrelease(&ping);
	runtime_Semacquire(&never);
}
