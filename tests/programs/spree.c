/* 10,000 goroutines are started at once, and none of them ever waits. */
#include "rt0.h"

enum { N = 10000 };

static uint32_t done;

static void
end(void *arg)
{
	(void)arg;
	runtime_Semrelease(&done);
}

void
main_main(void)
{
	for (int i = 0; i < N; i++)
		go(end, NULL);
	for (int i = 0; i < N; i++)
		runtime_Semacquire(&done);
	fmt_Printf("%d goroutines\n", N);
}
