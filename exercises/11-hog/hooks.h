/*
 * hooks.h: sysmon.c is compiled with this in exercise 11, so that the driver
 * is the clock, and says when a nap of sysmon is over.
 */
#ifndef __ASSEMBLER__
#include "sched/sched.h"

int64_t hook(int where, const volatile void *p);
enum { AT_CLOCK, AT_NAP, AT_SLEEP, AT_CLEAR };

#define nanotime() hook(AT_CLOCK, 0)
#define usleep(us) do {							\
	int64_t t_ = (us);						\
									\
	hook(AT_NAP, &t_);						\
} while (0)
#define notetsleep(n, ns) do {						\
	struct { struct note *note; int64_t ns; } s_ = { n, ns };	\
									\
	hook(AT_SLEEP, &s_);						\
} while (0)
#define noteclear(n) (hook(AT_CLEAR, n), noteclear(n))
#endif
