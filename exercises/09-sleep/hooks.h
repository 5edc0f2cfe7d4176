/*
 * hooks.h: proc.c is compiled with this in exercise 09, so that the driver
 * is the clock, and sees when the thread sleeps and when it is woken.
 */
#ifndef __ASSEMBLER__
#include "sched/sched.h"

void hook(int where, const volatile void *p);
enum { AT_CLOCK, AT_SLEEP, AT_WAKE };

#define nanotime() ({ int64_t t_ = 0; hook(AT_CLOCK, &t_); t_; })
#define stopmuntil(when) do {						\
	int64_t t_ = (when);						\
									\
	hook(AT_SLEEP, &t_);						\
} while (0)
#define wakesleeper() hook(AT_WAKE, &sched)
#endif
