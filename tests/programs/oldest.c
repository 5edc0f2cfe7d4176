/*
 * Two goroutines send each other messages on top of a pile; a third is the
 * oldest of the same pile and says how many there were before its turn.
 */
#include "rt0.h"

static uint32_t ping, pong, never;
static long messages;

static void
oldest(void *arg)
{
	(void)arg;
	fmt_Printf("the oldest runs after %ld messages\n", messages);
	os_Exit(0);
}

static void
ponger(void *arg)
{
	(void)arg;
	for (;;) {
		runtime_Semacquire(&ping);
		messages++;
		runtime_Semrelease(&pong);
	}
}

static void
pinger(void *arg)
{
	(void)arg;
	for (;;) {
		messages++;
		runtime_Semrelease(&ping);
		runtime_Semacquire(&pong);
	}
}

void
main_main(void)
{
	go(oldest, NULL);
	go(ponger, NULL);
	go(pinger, NULL);
	runtime_Semacquire(&never);
}
