/* SPDX-License-Identifier: MIT */
/* Tangled from book/11-p-and-its-queue.nw; edit that, not this file. */
/*
 * crowd N: so many goroutines wait at the same time.
 */
#include "rt0.h"

static uint32_t arrived, gate;

static void
wait(void *arg)
{
	(void)arg;
	runtime_Semrelease(&arrived);
	runtime_Semacquire(&gate);
	runtime_Semrelease(&arrived);
}

/* start a crowd and let it go */
void
main_main(void)
{
	long n = 0;

	for (const char *s = os_Argc > 1 ? os_Args[1] : "10"; *s; s++)
		n = n * 10 + (*s - '0');
	for (long i = 0; i < n; i++)
		go(wait, NULL);
	for (long i = 0; i < n; i++)
		runtime_Semacquire(&arrived);
	fmt_Printf("%ld goroutines wait\n", runtime_NumGoroutine() - 1);
	for (long i = 0; i < n; i++)
		runtime_Semrelease(&gate);
	for (long i = 0; i < n; i++)
		runtime_Semacquire(&arrived);
}
