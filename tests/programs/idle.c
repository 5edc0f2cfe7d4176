/*
 * A hundred goroutines wait for units that nobody gives, and main's thread
 * waits in the kernel until somebody closes its standard input.
 */
#include "rt0.h"

static uint32_t here, never;

static void
wait(void *arg)
{
	(void)arg;
	runtime_Semrelease(&here);
	runtime_Semacquire(&never);
}

void
main_main(void)
{
	char c;
	long r;

	for (int i = 0; i < 100; i++)
		go(wait, NULL);
	for (int i = 0; i < 100; i++)
		runtime_Semacquire(&here);
	fmt_Printf("all wait\n");
	__asm__ volatile("syscall" : "=a"(r) : "a"(0L), "D"(0L), "S"(&c),
	    "d"(1L) : "rcx", "r11", "memory");
	fmt_Printf("end\n");
}
