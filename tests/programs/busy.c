/*
 * 300 goroutines are too many for a ring, and the P never runs out of work,
 * because two of them step back in turn for ever.
 */
#include "rt0.h"

static uint32_t done;

static void
ever(void *arg)
{
	(void)arg;
	for (;;)
		runtime_Gosched();
}

static void
once(void *arg)
{
	(void)arg;
	runtime_Semrelease(&done);
}

void
main_main(void)
{
	go(ever, NULL);
	go(ever, NULL);
	for (int i = 0; i < 300; i++)
		go(once, NULL);
	for (int i = 0; i < 300; i++)
		runtime_Semacquire(&done);
	fmt_Printf("300 have run\n");
}
