/*
 * Three goroutines that make short calls for ever, for bench/watch.sh.
 */
#include "rt0.h"

static void
call(void *arg)
{
	(void)arg;
	for (;;)
		os_Write(-1, "", 0);
}

void
main_main(void)
{
	go(call, NULL);
	go(call, NULL);
	call(NULL);
}
