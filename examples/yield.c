/* SPDX-License-Identifier: MIT */
/* Tangled from book/07-the-main-goroutine.nw; edit that, not this file. */
/*
 * Three goroutines take turns on one thread.
 */
#include "rt0.h"

static int running;

static void
count(void *name)
{
	for (int i = 1; i <= 3; i++) {
		fmt_Printf("%s %d\n", (const char *)name, i);
		runtime_Gosched();
	}
	running--;
}

/* start three and wait for them */
void
main_main(void)
{
	static char *names[] = { "red", "green", "blue" };

	for (int i = 0; i < 3; i++) {
		running++;
		go(count, names[i]);
	}
	while (running > 0)
		runtime_Gosched();
	fmt_Printf("%ld goroutine left\n", runtime_NumGoroutine());
}
