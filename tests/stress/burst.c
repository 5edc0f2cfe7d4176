/*
 * burst: goroutines come in bursts with nothing to do between them, so that
 * threads go to sleep at every moment of the next burst.  The pauses turn
 * round; nothing sleeps.
 *
 * Main waits for the burst without giving up its P, if there is another P:
 * then the others alone must run all of it.
 */
#include "stress.h"

static uint64_t ended;

static void
leaf(void *arg)
{
	spin((uint64_t)arg);
	atomicadd(&ended, 1);
}

/* Half of the burst from another P than the first. */
static void
branch(void *arg)
{
	for (uint64_t n = (uint64_t)arg; n > 1; n--)
		go(leaf, (void *)(n % 32));
	leaf(NULL);
}

void
main_main(void)
{
	arguments();
	for (long round = 0; round < 600 * scale; round++) {
		uint64_t n = 1 + below(&seed, 1UL << below(&seed, 10));
		uint64_t half = below(&seed, n + 1);

		ended = 0;
		if (half > 0)
			go(branch, (void *)half);
		for (uint64_t i = half; i < n; i++)
			go(leaf, (void *)below(&seed, 64));
		if (procs > 1)
			await(&ended, n);
		while (atomicget(&ended) != n)
			runtime_Gosched();
		spin(below(&seed, 1UL << below(&seed, 16)));
	}
	fmt_Printf("ok\n");
}
