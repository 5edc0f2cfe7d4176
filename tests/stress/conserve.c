/*
 * conserve: trees of goroutines, and each of them runs exactly once.
 *
 * The number of a goroutine is its place in an array of counters.  The
 * shapes are drawn from the seed: a few that start more than a ring holds,
 * and many that start one or two.
 */
#include "stress.h"

enum { MAX = 20000 };

static uint32_t runs[MAX];
static uint64_t started, ended;
static long limit;
static uint32_t done;

static void live(void *arg);

/* Start a goroutine if there is a number left for it. */
static void
start(void)
{
	uint64_t i = atomicadd(&started, 1) - 1;

	if (i < (uint64_t)limit)
		go(live, (void *)i);
}

static void
live(void *arg)
{
	uint64_t i = (uint64_t)arg, state = seed ^ i << 20;
	uint64_t kind = below(&state, 100);
	uint64_t children = kind == 0 ? 600 : kind < 10 ? 30 :
	    below(&state, 3);

	__atomic_fetch_add(&runs[i], 1, __ATOMIC_RELAXED);
	for (uint64_t k = 0; k < children; k++) {
		start();
		if (below(&state, 8) == 0)
			runtime_Gosched();
	}
	spin(below(&state, 50));
	if (below(&state, 4) == 0)
		runtime_Gosched();
	if (atomicadd(&ended, 1) == (uint64_t)limit)
		runtime_Semrelease(&done);
}

void
main_main(void)
{
	arguments();
	for (long round = 0; round < 4 * scale; round++) {
		limit = 1 + (long)below(&seed, MAX - 1);
		started = ended = 0;
		for (long i = 0; i < limit; i++)
			runs[i] = 0;
		/* a tree may end early: plant more, from here */
		while (atomicget(&started) < (uint64_t)limit) {
			start();
			if (below(&seed, 3) == 0)
				runtime_Gosched();
		}
		runtime_Semacquire(&done);
		for (long i = 0; i < limit; i++)
			if (runs[i] != 1)
				FAIL("round %ld: goroutine %ld of %ld ran "
				    "%u times\n", round, i, limit, runs[i]);
		if (done != 0)
			FAIL("round %ld: done is %u\n", round, done);
	}
	fmt_Printf("ok\n");
}
