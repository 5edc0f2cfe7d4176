/* SPDX-License-Identifier: MIT */
/* Tangled from book/11-p-and-its-queue.nw; edit that, not this file. */
/*
 * Five goroutines on one P: the last one made is the first to run.
 */
#include "rt0.h"

static uint32_t done;

static void
say(void *arg)
{
	fmt_Printf("%ld\n", (long)arg);
	runtime_Semrelease(&done);
}

/* start five and wait for them */
void
main_main(void)
{
	for (long i = 1; i <= 5; i++)
		go(say, (void *)i);
	for (int i = 0; i < 5; i++)
		runtime_Semacquire(&done);
}
