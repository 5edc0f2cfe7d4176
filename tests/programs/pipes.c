/*
 * pipes N ROUNDS: a number passes through N goroutines by pipes, and each
 * adds 1.  All of them wait in the kernel, and one at a time goes on.
 */
#include "rt0.h"
#include "number.h"

enum { MAX = 200, SYS_pipe = 22 };

static int fds[MAX + 1][2];
static long rounds;

static void
pass(void *arg)
{
	long i = (long)arg, v;

	for (long r = 0; r < rounds; r++) {
		if (os_Read(fds[i][0], &v, sizeof v) != sizeof v)
			os_Exit(3);
		v++;
		if (os_Write(fds[i + 1][1], &v, sizeof v) != sizeof v)
			os_Exit(4);
	}
}

void
main_main(void)
{
	long n = number(os_Args[1]), v = 0;

	rounds = number(os_Args[2]);
	for (long i = 0; i <= n; i++)
		if (syscall_Syscall6(SYS_pipe, (long)fds[i], 0, 0, 0, 0, 0) < 0)
			os_Exit(5);
	for (long i = 0; i < n; i++)
		go(pass, (void *)i);
	for (long r = 0; r < rounds; r++) {
		os_Write(fds[0][1], &v, sizeof v);
		os_Read(fds[n][0], &v, sizeof v);
	}
	fmt_Printf("%ld\n", v);
}
