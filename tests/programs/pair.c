/*
 * Two goroutines wake each other in turn for ever; a third, which stands in
 * the ring, must run all the same.
 */
#include "rt0.h"

static uint32_t ping, pong;

static void
ponger(void *arg)
{
	(void)arg;
	for (;;) {
		runtime_Semacquire(&ping);
		runtime_Semrelease(&pong);
	}
}

static void
third(void *arg)
{
	(void)arg;
	fmt_Printf("the third has run\n");
	os_Exit(0);
}

void
main_main(void)
{
	go(third, NULL);
	go(ponger, NULL);
	for (;;) {
		runtime_Semrelease(&ping);
		runtime_Semacquire(&pong);
	}
}
