/* SPDX-License-Identifier: MIT */
/* Tangled from book/08-two-threads.nw; edit that, not this file. */
/*
 * Two threads add to one number, a million times each.  With an argument,
 * no addition is lost.
 */
/* include what has threads */
#include "rt0.h"

enum { TIMES = 1000000 };

static volatile long number;
static int safe;

/* add a million times */
static void
add(void)
{
	for (int i = 0; i < TIMES; i++)
		if (safe)
			__atomic_fetch_add(&number, 1, __ATOMIC_RELAXED);
		else
			number++;
}

/* run both threads of tally */
static int done;	/* the second goroutine has added all */

static void
second(void *arg)
{
	(void)arg;
	add();
	/* release: who sees the 1 sees what was added */
	__atomic_store_n(&done, 1, __ATOMIC_RELEASE);
}

/* add on both sides and print the sum */
void
main_main(void)
{
	safe = os_Argc > 1;
	go(second, NULL);
	add();
	while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		runtime_Gosched();
	fmt_Printf("%ld of %d\n", number, 2 * TIMES);
}
