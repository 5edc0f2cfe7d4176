/* One goroutine changes the rounding mode of SSE, the next one looks. */
#include "boot/boot.h"

static void
change(void *arg)
{
	unsigned up = 0x1f80 | 2 << 13;

	(void)arg;
	__asm__ volatile("ldmxcsr %0" : : "m"(up));
}

static void
look(void *arg)
{
	unsigned mode;

	__asm__ volatile("stmxcsr %0" : "=m"(mode));
	print("%s: rounding mode %u\n", (const char *)arg, mode >> 13 & 3);
}

void
runtime_main(void *arg)
{
	(void)arg;
	newproc(look, "before");
	newproc(change, NULL);
	newproc(look, "after");
}
