/* SPDX-License-Identifier: MIT */
/* Tangled from book/10-park-and-ready.nw; edit that, not this file. */
/*
 * Four goroutines share a piece of work: how many primes are there?
 */
#include "rt0.h"

enum { LIMIT = 200000, PIECE = 1000, WORKERS = 4 };

static uint32_t mutex = 1;	/* a unit: who has it may touch these */
static long next, primes;

static uint32_t done;		/* a unit for each worker that has ended */

/* count the primes of one piece */
static long
count(long from, long to)
{
	long n = 0;

	for (long i = from < 2 ? 2 : from; i < to; i++) {
		long d = 2;

		while (d * d <= i && i % d != 0)
			d++;
		n += d * d > i;
	}
	return n;
}

/* take pieces until none is left */
static void
work(void *arg)
{
	long from, found = 0;

	(void)arg;
	do {
		runtime_Semacquire(&mutex);
		primes += found;
		from = next;
		next += PIECE;
		runtime_Semrelease(&mutex);
		found = from < LIMIT ? count(from, from + PIECE) : 0;
	} while (from < LIMIT);
	runtime_Semrelease(&done);
}

/* start the workers and wait for them */
void
main_main(void)
{
	for (int i = 0; i < WORKERS; i++)
		go(work, NULL);
	for (int i = 0; i < WORKERS; i++)
		runtime_Semacquire(&done);
	fmt_Printf("%ld primes below %d\n", primes, LIMIT);
}
