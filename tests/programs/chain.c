/*
 * A chain of goroutines: each starts the next and dies.  No more than two of
 * them are alive at a time, so two stacks are enough for all.
 */
#include "rt0.h"

enum { LINKS = 50000 };

static long links;

static void
link(void *arg)
{
	if (++links < LINKS)
		go(link, arg);
}

void
main_main(void)
{
	go(link, NULL);
	while (runtime_NumGoroutine() > 1)
		runtime_Gosched();
	fmt_Printf("%ld links\n", links);
}
