/*
 * More goroutines than a ring holds take turns: in every round each runs
 * once, and in the order in which they were started.
 */
#include "rt0.h"

enum { N = 1000, ROUNDS = 5 };

static long turns, wrong;

static void
turn(void *arg)
{
	for (long round = 0; round < ROUNDS; round++) {
		wrong += turns != round * N + (long)(intptr_t)arg;
		turns++;
		runtime_Gosched();
	}
}

void
main_main(void)
{
	for (intptr_t i = 0; i < N; i++)
		go(turn, (void *)i);
	while (runtime_NumGoroutine() > 1)
		runtime_Gosched();
	fmt_Printf("%ld turns, %ld out of order\n", turns, wrong);
}
