/* SPDX-License-Identifier: MIT */
/* Tangled from book/07-the-main-goroutine.nw; edit that, not this file. */
/*
 * Say hello; with -a print the arguments, with -e the environment.
 */
#include "rt0.h"

static void
hello(void *done)
{
	fmt_Printf("hello, world\n");
	*(int *)done = 1;
}

/* print a list of strings */
static void
list(const char *what, char **strings)
{
	for (int i = 0; strings[i] != NULL; i++)
		fmt_Printf("%s %d: %s\n", what, i, strings[i]);
}

void
main_main(void)
{
	int done = 0;

	go(hello, &done);
	while (!done)
		runtime_Gosched();
	/* list what the user asks for */
	const char *option = os_Argc > 1 ? os_Args[1] : "";

	if (option[0] == '-' && option[1] == 'a')
		list("argument", os_Args);
	if (option[0] == '-' && option[1] == 'e')
		list("environment", os_Environ);
}
