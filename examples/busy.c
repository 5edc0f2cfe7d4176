/* SPDX-License-Identifier: MIT */
/* Tangled from book/12-stealing.nw; edit that, not this file. */
/* 200 goroutines, and a main that never steps back. */
#include "rt0.h"

static uint32_t ran;

static void
count(void *arg)
{
	(void)arg;
	__atomic_fetch_add(&ran, 1, __ATOMIC_RELAXED);
}

void
main_main(void)
{
	for (int i = 0; i < 200; i++)
		go(count, NULL);
	while (__atomic_load_n(&ran, __ATOMIC_RELAXED) < 200)
		;
	fmt_Printf("%u have run\n", ran);
}
