/*
 * A thousand goroutines, started by main without a pause; each prints its
 * number when it runs.
 */
#include "rt0.h"

static uint32_t done;
static int ran;

static void
say(void *arg)
{
	fmt_Printf("%ld\n", (long)arg);
	if (++ran == 1000)
		runtime_Semrelease(&done);
}

void
main_main(void)
{
	for (long i = 1; i <= 1000; i++)
		go(say, (void *)i);
	runtime_Semacquire(&done);
}
