/*
 * N goroutines sleep in the kernel, while all others wait for units.  That
 * is no deadlock.  Then they wait, too, and now it is one.
 */
#include "rt0.h"

enum { N = 3, SYS_nanosleep = 35 };

static uint32_t never, back;

static void
sleep(void *arg)
{
	long ts[2] = { 0, (long)arg };

	syscall_Syscall6(SYS_nanosleep, (long)ts, 0, 0, 0, 0, 0);
	runtime_Semrelease(&back);
	runtime_Semacquire(&never);
}

void
main_main(void)
{
	for (long i = 1; i <= N; i++)
		go(sleep, (void *)(i * 7000000));
	for (int i = 0; i < N; i++)
		runtime_Semacquire(&back);
	fmt_Printf("all are back\n");
	runtime_Semacquire(&never);
}
