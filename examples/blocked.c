/* SPDX-License-Identifier: MIT */
/* Tangled from book/17-system-calls.nw; edit that, not this file. */
/*
 * A goroutine reads from a pipe that only the other one will write to.
 */
#include "rt0.h"

enum { TURNS = 1000, SYS_pipe = 22 };

static int fds[2];		/* read from the first, write to the second */
static uint32_t ready, done;

/* read what there is */
static void
reader(void *arg)
{
	char buf[16];
	int64_t n;

	(void)arg;
	fmt_Printf("the reader waits\n");
	runtime_Semrelease(&ready);
	n = os_Read(fds[0], buf, sizeof buf - 1);
	buf[n < 0 ? 0 : n] = 0;
	fmt_Printf("the reader has got: %s\n", buf);
	runtime_Semrelease(&done);
}

/* take turns, then write */
void
main_main(void)
{
	syscall_Syscall6(SYS_pipe, (long)fds, 0, 0, 0, 0, 0);
	go(reader, NULL);
	runtime_Semacquire(&ready);
	for (int i = 0; i < TURNS; i++)
		runtime_Gosched();
	fmt_Printf("main has taken %d turns and writes\n", TURNS);
	os_Write(fds[1], "hello", 5);
	runtime_Semacquire(&done);
}
