/*
 * hooks.h: proc.c is compiled with this in exercise 09, so that the driver
 * is the clock, and sees when the thread sleeps and when it is woken.
 */
#ifndef __ASSEMBLER__
#include "sched/sched.h"

int64_t hook(int where, const volatile void *p);
enum { AT_CLOCK, AT_SLEEP, AT_WAKE };

#define nanotime() hook(AT_CLOCK, 0)
#define stopmuntil(when) do {						\
	int64_t t_ = (when);						\
									\
	hook(AT_SLEEP, &t_);						\
} while (0)
#define wakesleeper() hook(AT_WAKE, &sched)
#endif
