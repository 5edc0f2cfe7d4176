/*
 * short_calls US: main makes calls that end at once and computes for US
 * microseconds between two of them, until another goroutine has run, or for
 * three seconds.  Prints how many microseconds the other one has waited.
 */
#include "rt0.h"
#include "number.h"

static volatile int64_t ran;

static void
other(void *arg)
{
	(void)arg;
	ran = runtime_Nanotime();
}

void
main_main(void)
{
	int64_t us = number(os_Args[1]), start = runtime_Nanotime(), now = start;

	go(other, NULL);
	while (ran == 0 && now - start < 3000000000) {
		os_Write(-1, "", 0);
		now = runtime_Nanotime();
		for (int64_t end = now + us * 1000; now < end;)
			now = runtime_Nanotime();
	}
	fmt_Printf("%ld\n", ((ran != 0 ? ran : now) - start) / 1000);
}
