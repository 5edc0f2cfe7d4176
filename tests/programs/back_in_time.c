/*
 * With two Ps: a goroutine that never steps back waits for one that comes
 * out of the kernel.
 */
#include "rt0.h"

enum { ROUNDS = 300, SYS_pipe = 22 };

static int fds[2];
static volatile int got;

static void
read(void *arg)
{
	char c;

	(void)arg;
	for (int i = 1; i <= ROUNDS; i++) {
		os_Read(fds[0], &c, 1);
		got = i;
	}
}

void
main_main(void)
{
	syscall_Syscall6(SYS_pipe, (long)fds, 0, 0, 0, 0, 0);
	go(read, NULL);
	for (int i = 1; i <= ROUNDS; i++) {
		os_Write(fds[1], "x", 1);
		while (got != i)
			;
	}
	fmt_Printf("%d answers\n", ROUNDS);
}
