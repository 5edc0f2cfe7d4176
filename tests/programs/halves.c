/*
 * Main and a goroutine look at one half of the numbers each: which of them
 * takes the most steps to come to 1, if n goes to n / 2 or to 3 n + 1?
 */
#include "rt0.h"

enum { LIMIT = 1000000 };

static long most[2];		/* steps, found by main and by the goroutine */
static int done;

/* Try every second number, from 1 or from 2 on. */
static void
try(int side)
{
	for (long start = 1 + side; start < LIMIT; start += 2) {
		long steps = 0;

		for (long n = start; n != 1; steps++)
			n = n % 2 == 0 ? n / 2 : 3 * n + 1;
		if (steps > most[side])
			most[side] = steps;
	}
}

static void
half(void *arg)
{
	(void)arg;
	try(1);
	/* release: who sees the 1 sees what was found */
	__atomic_store_n(&done, 1, __ATOMIC_RELEASE);
}

void
main_main(void)
{
	go(half, NULL);
	try(0);
	while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		runtime_Gosched();
	fmt_Printf("%ld steps below %d\n", most[most[1] > most[0]], LIMIT);
}
