/*
 * Calls of such a length that many of them end while sysmon takes the P:
 * nobody else is awake then, and that is no deadlock.
 */
#include "rt0.h"

enum { CALLS = 3000, SYS_nanosleep = 35 };

static uint32_t never;

static void
wait(void *arg)
{
	(void)arg;
	runtime_Semacquire(&never);
}

void
main_main(void)
{
	go(wait, NULL);
	runtime_Gosched();
	for (long i = 0; i < CALLS; i++) {
		long ts[2] = { 0, 20000 + i * 37 % 150000 };

		syscall_Syscall6(SYS_nanosleep, (long)ts, 0, 0, 0, 0, 0);
	}
	fmt_Printf("%d calls\n", CALLS);
}
