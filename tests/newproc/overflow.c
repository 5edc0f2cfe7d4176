/* A goroutine that uses its stack up, next to one that must not notice. */
#include "boot/boot.h"

static volatile int depth;

__attribute__((noinline)) static int
deeper(void)
{
	volatile char room[1000];

	room[0] = 1;
	if (++depth < 0)
		return 0;
	return deeper() + room[0];
}

static void
run(void *arg)
{
	(void)arg;
	deeper();
}

void
runtime_main(void *arg)
{
	newproc(run, arg);
}
