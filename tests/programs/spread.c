/*
 * spread: main starts eight goroutines and waits.  Each of them looks at the
 * clock for a while, and the last to end wakes main.  For threads that take
 * turns: each look is a point.
 */
#include "rt0.h"

enum { N = 8, LOOKS = 12 };

static uint32_t left = N, done;

static void
work(void *arg)
{
	(void)arg;
	for (int i = 0; i < LOOKS; i++)
		runtime_Nanotime();
	if (__atomic_sub_fetch(&left, 1, __ATOMIC_SEQ_CST) == 0)
		runtime_Semrelease(&done);
}

void
main_main(void)
{
	for (int i = 0; i < N; i++)
		go(work, NULL);
	runtime_Semacquire(&done);
}
