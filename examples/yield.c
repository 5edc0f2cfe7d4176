/* SPDX-License-Identifier: MIT */
/* Tangled from book/09-many-threads.nw; edit that, not this file. */
/*
 * Three goroutines take turns; on several threads, in any order.
 */
#include "rt0.h"

static void
count(void *name)
{
	for (int i = 1; i <= 3; i++) {
		fmt_Printf("%s %d\n", (const char *)name, i);
		runtime_Gosched();
	}
}

/* start three and wait for them */
void
main_main(void)
{
	static char *names[] = { "red", "green", "blue" };

	for (int i = 0; i < 3; i++)
		go(count, names[i]);
	while (runtime_NumGoroutine() > 1)
		runtime_Gosched();
	fmt_Printf("%ld goroutine left\n", runtime_NumGoroutine());
}
