/* SPDX-License-Identifier: MIT */
/* Tangled from book/08-two-threads.nw; edit that, not this file. */
/*
 * Two threads, each writes one word and then reads the other's.  How often
 * do both read 0?  With an argument, a fence stands between the two steps.
 */
/* include what has threads */
#include "rt0.h"

enum { ROUNDS = 100, TRIALS = 10000, PATIENCE = 200 };

/* the words that two threads write and read */
struct cell {
	_Alignas(64) int v;
};

static struct cell cells[TRIALS][2];	/* x and y of each trial */
static int seen[2][TRIALS];		/* what each side has read */
static struct cell progress[2];		/* how far each side is */
static int fenced, both;

/* Write my word and read that of the other side. */
static void
trial(int me, int i)
{
	__atomic_store_n(&cells[i][me].v, 1, __ATOMIC_RELAXED);
	if (fenced)
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	seen[me][i] = __atomic_load_n(&cells[i][!me].v, __ATOMIC_RELAXED);
}

/* Say that this side is at step n.  Is the other one there soon? */
static int
meetother(int me, int n)
{
	__atomic_store_n(&progress[me].v, n, __ATOMIC_RELEASE);
	for (int i = 0; i < PATIENCE; i++)
		if (__atomic_load_n(&progress[!me].v, __ATOMIC_ACQUIRE) >= n)
			return 1;
	return 0;
}

/* Say that this side is at step n, and wait for the other one. */
static void
meet(int me, int n)
{
	while (!meetother(me, n))
		runtime_Gosched();
}

/* Go through all rounds; side 0 clears and counts. */
static void
side(int me)
{
	int n = 0;

	for (int r = 0; r < ROUNDS; r++) {
		for (int i = 0; i < TRIALS && me == 0; i++)
			cells[i][0].v = cells[i][1].v = 0;
		meet(me, ++n);
		for (int i = 0; i < TRIALS; i++) {
			meetother(me, ++n);
			trial(me, i);
		}
		meet(me, ++n);
		for (int i = 0; i < TRIALS && me == 0; i++)
			both += seen[0][i] == 0 && seen[1][i] == 0;
	}
}

/* run both sides of reorder */
static void
otherside(void *arg)
{
	(void)arg;
	side(1);
}

void
main_main(void)
{
	fenced = os_Argc > 1;
	go(otherside, NULL);
	side(0);
	fmt_Printf("both read 0: %d of %d\n", both, ROUNDS * TRIALS);
}
