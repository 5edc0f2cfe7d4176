/* Start 40,000 goroutines and run none. */
#include "boot/boot.h"
#include "os/sys_linux.h"

static void
nothing(void *arg)
{
	(void)arg;
}

void
runtime_main(void *arg)
{
	(void)arg;
	for (int i = 0; i < 40000; i++)
		newproc(nothing, NULL);
	print("40000 goroutines\n");
	sys_exit_group(0);
}
