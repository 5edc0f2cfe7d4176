/*
 * places: a yield, when the two that yield do so at two places of the program.
 *
 * The workload yield of bench/sched.c in all else.  Prints the nanoseconds
 * that the work took and by what to divide them.
 */
#include "rt0.h"

enum { N = 50000 };

static uint32_t done;		/* a semaphore: one unit for each that ended */

static void
here(void *arg)
{
	(void)arg;
	for (int i = 0; i < N; i++)
		runtime_Gosched();
	runtime_Semrelease(&done);
}

static void
there(void *arg)
{
	(void)arg;
	for (int i = 0; i < N; i++) {
		runtime_Gosched();
		__asm__ volatile("nop");	/* or gcc would make one function of the two */
	}
	runtime_Semrelease(&done);
}

void
main_main(void)
{
	int64_t t = runtime_Nanotime();

	go(here, NULL);
	go(there, NULL);
	runtime_Semacquire(&done);
	runtime_Semacquire(&done);
	fmt_Printf("%ld %d\n", (long)(runtime_Nanotime() - t), 2 * N);
}
