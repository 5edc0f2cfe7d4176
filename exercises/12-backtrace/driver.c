/*
 * The program whose core is looked at.  Its work comes as arguments, a letter
 * and a number each: w3 waits three calls deep, d0 ends, y2 steps back again
 * and again two calls deep, b1 waits once and is then busy for ever, h0 is
 * busy at once, n0 never runs.
 */
#include "sched/sched.h"
#include "rt0.h"

#define CALLED __attribute__((noipa))	/* neither inlined nor folded */

static uint32_t never, gate;
static struct g *volatile there;	/* who has begun, or goes on */

/* Inlined, and a thread that comes back stands in it still: at the nop. */
static inline __attribute__((always_inline)) long
kernel(long nr)
{
	__asm__ volatile("syscall; nop" : "+a"(nr) : : "rcx", "r11", "memory");
	return nr;
}

static void
here(void)
{
	there = getg();
}

/* n calls, each with two variables that its caller's registers keep. */
static CALLED long
wait(long n, long tag)
{
	if (n == 0) {
		runtime_Semacquire(&never);
		return tag;
	}
	return wait(n - 1, 3 * tag + 1) + n * tag;
}

static CALLED long
step(long n, long tag)
{
	if (n == 0) {
		while (never == 0)
			runtime_Gosched();
		return tag;
	}
	return step(n - 1, 5 * tag + 1) + n * tag;
}

static CALLED long
busy(long n, long tag)
{
	if (n == 0) {
		while (never == 0)
			kernel(34);		/* pause */
		return tag;
	}
	return busy(n - 1, 7 * tag + 1) + n * tag;
}

static CALLED void waiter(void *n) { here(); wait((long)n, (long)n + 2); }
static CALLED void yielder(void *n) { here(); step((long)n, (long)n + 3); }
static CALLED void mortal(void *n) { (void)n; here(); }
static CALLED void hog(void *n) { here(); busy((long)n, (long)n + 4); }
static CALLED void late(void *n) { (void)n; runtime_Gosched(); }

static CALLED void
awakened(void *n)
{
	here();
	runtime_Semacquire(&gate);
	here();
	busy((long)n, (long)n + 5);
}

/* Wait until the goroutine that was started last has one of these states. */
static void
await(int states)
{
	do
		kernel(24);			/* sched_yield */
	while (there == NULL || (1 << readgstatus(there) & states) == 0);
	there = NULL;
}

static CALLED _Noreturn void
die(void)
{
	for (;;)
		__builtin_trap();
}

static void
work(char letter, long n)
{
	const int waits = 1 << Gwaiting, runs = 1 << Grunning;

	if (letter == 'b') {
		go(awakened, (void *)n);
		await(waits);
		runtime_Semrelease(&gate);
		await(runs);
	} else if (letter == 'w') {
		go(waiter, (void *)n);
		await(waits);
	} else if (letter == 'd') {
		go(mortal, (void *)n);
		await(1 << Gdead);
	} else if (letter == 'y') {
		go(yielder, (void *)n);
		await(runs | 1 << Grunnable);
	} else if (letter == 'h') {
		go(hog, (void *)n);
		await(runs);
	} else
		go(late, (void *)n);
}

void
main_main(void)
{
	for (long i = 1; i < os_Argc; i++) {
		long n = 0;

		for (const char *p = os_Args[i] + 1; *p != 0; p++)
			n = 10 * n + *p - '0';
		work(os_Args[i][0], n);
	}
	die();
}
