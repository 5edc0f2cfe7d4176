/*
 * 200 goroutines that start 130 others and yield, for ever, and one, with 50
 * of them ahead of it, that says how many turns went by before it ran.
 */
#include "rt0.h"

enum { FILL = 130 };

static long rounds;

static void
filler(void *arg)
{
	(void)arg;
}

static void
late(void *arg)
{
	long turns = rounds * (FILL + 1);

	(void)arg;
	fmt_Printf("%s 100,000 turns\n", turns > 100000 ? "more than" :
	    "fewer than");
	os_Exit(0);
}

static void
runner(void *arg)
{
	(void)arg;
	for (;; rounds++) {
		for (int i = 0; i < FILL; i++)
			go(filler, NULL);
		runtime_Gosched();
	}
}

void
main_main(void)
{
	for (int i = 0; i < 200; i++)
		go(i == 50 ? late : runner, NULL);
	runner(NULL);
}
