/*
 * Constructors: by priority, before every package of the program, with
 * arguments and environment, and free to use goroutines.
 */
#include "rt0.h"

INIT(aaa)
{
	fmt_Printf("package aaa\n");
}

__attribute__((constructor)) static void
last(int argc, char **argv, char **envp)
{
	fmt_Printf("last %d %d %d\n", argc == os_Argc, argv == os_Args,
	    envp == os_Environ);
}

__attribute__((constructor(300))) static void
third(void)
{
	fmt_Printf("300\n");
}

static void
hello(void *done)
{
	fmt_Printf("a goroutine of 200\n");
	*(int *)done = 1;
}

__attribute__((constructor(200))) static void
second(void)
{
	int done = 0;

	go(hello, &done);
	while (!done)
		runtime_Gosched();
	fmt_Printf("200 %s\n", os_Getenv("WHO"));
}

void
main_main(void)
{
	fmt_Printf("main\n");
}
