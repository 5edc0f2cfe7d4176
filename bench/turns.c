/*
 * What a turn costs: take the goroutine at the front of the line, put it at
 * the end.  Includes chapter 5's runq.c, to reach the list behind the ring.
 * Prints a table; each time is the best of ROUNDS.  Run by bench/turns.sh.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sched/runq.c"

enum { TURNS = 1 << 18, ROUNDS = 9, SPACING = 512 };

struct schedt sched;

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* Nanoseconds for a turn through the ring and the list. */
static double
ring(struct p *pp)
{
	double start = now();

	for (int i = 0; i < TURNS; i++)
		runqput(pp, runqget(pp));
	return (now() - start) / TURNS;
}

/* The same through the list alone. */
static double
list(void)
{
	double start = now();

	for (int i = 0; i < TURNS; i++)
		globrunqput(globrunqget());
	return (now() - start) / TURNS;
}

/* A random order of n places, so that no prefetcher can guess the next. */
static int *
shuffled(int n)
{
	int *order = malloc((size_t)n * sizeof *order);
	unsigned long x = 1;

	for (int i = 0; i < n; i++) {
		int j;

		x = x * 6364136223846793005 + 1442695040888963407;
		j = (int)((x >> 33) % (unsigned long)(i + 1));
		order[i] = order[j];
		order[j] = i;
	}
	return order;
}

int
main(void)
{
	static const int sizes[] = { 1, 16, 256, 512, 4096, 65536 };

	puts("goroutines\tring_ns\tlist_ns");
	for (unsigned k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
		int n = sizes[k];
		int *order = shuffled(n);
		char *gs = calloc((size_t)n, SPACING);
		static struct p p;
		double best[2] = { 0, 0 };

		for (int round = 0; round < ROUNDS; round++) {
			double t[2];

			for (int i = 0; i < n; i++)
				runqput(&p, (struct g *)(gs + (size_t)order[i] *
				    SPACING));
			t[0] = ring(&p);
			while (runqget(&p) != NULL)
				;
			for (int i = 0; i < n; i++)
				globrunqput((struct g *)(gs + (size_t)order[i] *
				    SPACING));
			t[1] = list();
			while (globrunqget() != NULL)
				;
			for (int j = 0; j < 2; j++)
				if (round == 0 || t[j] < best[j])
					best[j] = t[j];
		}
		printf("%d\t%.1f\t%.1f\n", n, best[0], best[1]);
		free(gs);
		free(order);
	}
	return 0;
}
