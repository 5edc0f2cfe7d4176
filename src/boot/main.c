/* SPDX-License-Identifier: MIT */
/* Tangled from book/06-newproc.nw; edit that, not this file. */
/*
 * The first goroutine, which goes on to the program's main_main.
 */
#include "boot/boot.h"
#include "os/sys_linux.h"

/* The first goroutine. */
void
runtime_main(void *arg)
{
	(void)arg;
	/* what the main goroutine does */
	if (debug.schedtrace > 0)
		newsysm(schedtracer);
	sched.mainStarted = 1;
	long n = __stop_inittasks - __start_inittasks;

	runtimeInitTime = nanotime();
	doInit(runtime_inittasks, 2);
	runconstructors();
	sortinits(__start_inittasks, n);
	doInit(__start_inittasks, n);
	main_main();
	sys_exit_group(0);
}
