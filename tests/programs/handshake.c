/*
 * Two goroutines on two threads: main starts one and waits for it without
 * leaving its thread, so somebody else has to come.  In each round one that
 * has just found nothing to do may be about to give up.
 *
 *	handshake ROUNDS [three]
 *
 * three: then two that need each other, so that three must run at once.
 */
#include "rt0.h"

static volatile long began, met;

/* Let the kernel run another thread, of which there may be too many. */
static void
relax(void)
{
	long r = 24;		/* sched_yield */

	__asm__ volatile("syscall" : "+a"(r) : : "rcx", "r11", "memory");
}

static void
child(void *arg)
{
	began = (long)arg;
}

/* One that must meet another: both run at the same time or never end. */
static void
meet(void *arg)
{
	__atomic_fetch_add(&met, 1, __ATOMIC_SEQ_CST);
	while (met < 2 * (long)arg)
		relax();
}

void
main_main(void)
{
	long rounds = 0;
	int three = os_Argc > 2;

	for (const char *s = os_Args[1]; *s != 0; s++)
		rounds = rounds * 10 + (*s - '0');
	for (long i = 1; i <= rounds; i++) {
		go(child, (void *)i);
		while (began != i)
			relax();
		for (int j = (int)(i % 64); j > 0; j--)
			__builtin_ia32_pause();
		if (!three)
			continue;
		go(meet, (void *)i);
		go(meet, (void *)i);
		while (met != 2 * i)
			relax();
	}
	fmt_Printf("%ld rounds\n", rounds);
}
