/*
 * pieces: work that is cut into goroutines.
 *
 *	pieces STEPS
 *
 * Starts goroutines of so many steps each, 500 at a time, for 20 million steps
 * in all, but for 100,000 goroutines at most.  Prints the nanoseconds that one
 * takes, all that belongs to it included.
 */
#include "rt0.h"

enum { STEPS = 20000000, PIECES = 100000, BATCH = 500 };

static long done;

static void
piece(void *arg)
{
	unsigned long x = 1;

	for (long n = (long)arg; n > 0; n--)
		__asm__ volatile ("imul	$3, %0" : "+r" (x));
	/* release: who sees the count sees what was done */
	__atomic_fetch_add(&done, 1, __ATOMIC_RELEASE);
}

void
main_main(void)
{
	long steps = 0, pieces;
	int64_t start;

	for (const char *s = os_Argc > 1 ? os_Args[1] : ""; *s != 0; s++)
		steps = steps * 10 + (*s - '0');
	pieces = steps > STEPS / PIECES ? STEPS / steps : PIECES;
	pieces = (pieces + BATCH - 1) / BATCH * BATCH;
	start = runtime_Nanotime();
	for (long made = 0; made < pieces; ) {
		for (int i = 0; i < BATCH; i++, made++)
			go(piece, (void *)steps);
		while (__atomic_load_n(&done, __ATOMIC_ACQUIRE) < made)
			runtime_Gosched();
	}
	fmt_Printf("%ld\n", (runtime_Nanotime() - start) / pieces);
}
