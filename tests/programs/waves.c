/*
 * Three waves of 600 goroutines: more than the ring holds, and the second
 * and third wave run on the stacks of the first.
 */
#include "rt0.h"

enum { N = 600 };

static long runs;

static void
wave(void *arg)
{
	volatile char deep[20000];

	(void)arg;
	for (size_t i = 0; i < sizeof deep; i += 4096)
		deep[i] = 1;
	runtime_Gosched();
	runs += deep[0];
}

void
main_main(void)
{
	for (int i = 0; i < 3; i++) {
		for (int j = 0; j < N; j++)
			go(wave, NULL);
		while (runtime_NumGoroutine() > 1)
			runtime_Gosched();
	}
	fmt_Printf("%ld runs\n", runs);
}
