/*
 * One goroutine reads from standard input, and main waits for it.  When the
 * reader goes into the kernel it leaves main behind, which can still run.
 */
#include "rt0.h"

static uint32_t ready, done;

static void
reader(void *arg)
{
	char c;

	(void)arg;
	runtime_Semrelease(&ready);
	os_Read(0, &c, 1);
	runtime_Semrelease(&done);
}

void
main_main(void)
{
	go(reader, NULL);
	runtime_Semacquire(&ready);
	runtime_Semacquire(&done);
	fmt_Printf("end\n");
}
