/*
 * Goroutines take the unit of one semaphore and give it back, under RT0_SEED:
 * only one runs at a time, and what it does between two calls of the runtime
 * is one step.  Prints how often one got the unit while another waited that
 * had come before.
 */
#include "rt0.h"

enum { N = 5, ROUNDS = 20 };

static uint32_t unit = 1, done;
static uint32_t waits[N];	/* since which call; 0: does not wait */
static uint32_t calls, overtaken;

static void
takes(void *arg)
{
	long me = (long)arg;

	for (int i = 0; i < ROUNDS; i++) {
		uint32_t mine = waits[me] = ++calls;

		runtime_Semacquire(&unit);
		waits[me] = 0;
		for (int k = 0; k < N; k++)
			overtaken += waits[k] != 0 && waits[k] < mine;
		runtime_Semrelease(&unit);
	}
	runtime_Semrelease(&done);
}

void
main_main(void)
{
	for (long i = 0; i < N; i++)
		go(takes, (void *)i);
	for (int i = 0; i < N; i++)
		runtime_Semacquire(&done);
	fmt_Printf("%d overtaken\n", overtaken);
}
