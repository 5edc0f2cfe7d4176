/* SPDX-License-Identifier: MIT */
/* Tangled from book/07-the-main-goroutine.nw; edit that, not this file. */
/*
 * Packages that need each other, in an order that nobody wrote down.
 */
#include "rt0.h"

INIT(server, "log", "config")
{
	fmt_Printf("server\n");
}

INIT(config, "log", "os")
{
	fmt_Printf("config for %s\n", os_Args[0]);
}

INIT(log)
{
	fmt_Printf("log\n");
}

/* what runs before them and after */
__attribute__((constructor)) static void
early(void)
{
	fmt_Printf("constructor\n");
}

void
main_main(void)
{
	fmt_Printf("main\n");
}
