/*
 * Main starts goroutines and never lets go of its thread, so that all of them
 * die on another P than the one on which they are made.
 */
#include "rt0.h"

enum { N = 10000 };

static long n;

static void
die(void *arg)
{
	(void)arg;
	__atomic_fetch_add(&n, 1, __ATOMIC_SEQ_CST);
}

void
main_main(void)
{
	for (long i = 0; i < N; i++) {
		go(die, NULL);
		while (__atomic_load_n(&n, __ATOMIC_SEQ_CST) <= i)
			;
	}
	while (runtime_NumGoroutine() > 1)
		runtime_Gosched();
	fmt_Printf("%ld deaths, %ld goroutine\n", n, runtime_NumGoroutine());
}
