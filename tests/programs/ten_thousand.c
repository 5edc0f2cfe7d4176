/* 10,000 goroutines are alive at once, and each does its share. */
#include "rt0.h"

enum { N = 10000 };

static long started, sum;

static void
add(void *arg)
{
	started++;
	while (started < N)
		runtime_Gosched();
	sum += (long)(intptr_t)arg;
}

void
main_main(void)
{
	for (intptr_t i = 1; i <= N; i++)
		go(add, (void *)i);
	fmt_Printf("%ld goroutines\n", runtime_NumGoroutine());
	while (runtime_NumGoroutine() > 1)
		runtime_Gosched();
	fmt_Printf("sum %ld\n", sum);
}
