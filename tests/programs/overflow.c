/*
 * Main starts 1,000 goroutines and keeps its thread: what did not fit into
 * its ring must be run by another.
 */
#include "rt0.h"

static int ran;

static void
once(void *arg)
{
	(void)arg;
	__atomic_store_n(&ran, 1, __ATOMIC_RELEASE);
}

void
main_main(void)
{
	for (int i = 0; i < 1000; i++)
		go(once, NULL);
	while (!__atomic_load_n(&ran, __ATOMIC_ACQUIRE))
		;
	fmt_Printf("somebody else has run one\n");
}
