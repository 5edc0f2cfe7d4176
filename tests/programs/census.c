/*
 * Goroutines begin and end all the time, and one counts: it never finds
 * fewer than the 600 that live throughout.
 */
#include "rt0.h"

enum { ALIVE = 600, SPARKS = 40, COUNTS = 20000 };

static uint32_t gate, done;
static int stop;

static void
spark(void *arg)
{
	if (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		go(spark, arg);
	else
		runtime_Semrelease(&done);
}

static void
waiter(void *arg)
{
	(void)arg;
	runtime_Semacquire(&gate);
	runtime_Semrelease(&done);
}

void
main_main(void)
{
	long low = 0;

	for (int i = 0; i < ALIVE; i++)
		go(waiter, NULL);
	for (int i = 0; i < SPARKS; i++)
		go(spark, NULL);
	for (int i = 0; i < COUNTS; i++) {
		low += runtime_NumGoroutine() < 1 + ALIVE + SPARKS;
		if (i % 8 == 0)
			runtime_Gosched();
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < ALIVE; i++)
		runtime_Semrelease(&gate);
	for (int i = 0; i < ALIVE + SPARKS; i++)
		runtime_Semacquire(&done);
	fmt_Printf("%ld counts were too low\n", low);
}
