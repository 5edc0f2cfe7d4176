/*
 * Main yields to a goroutine that keeps its thread until main has gone on, so
 * that another thread must come for main.  There is one, and it sleeps when
 * main is ready.
 */
#include "lib/lib.h"

static int arrived, mainran;

static void
arrives(void *unused)
{
	(void)unused;
	__atomic_store_n(&arrived, 1, __ATOMIC_RELAXED);
}

static void
stays(void *unused)
{
	(void)unused;
	while (!__atomic_load_n(&mainran, __ATOMIC_RELAXED))
		;
}

/* For a breakpoint. */
__attribute__((noinline)) void
ready(void)
{
	__asm__ volatile("");
}

void
main_main(void)
{
	int asleep = 0;

	go(arrives, NULL);
	while (!__atomic_load_n(&arrived, __ATOMIC_RELAXED))
		;
	while (!asleep) {
		lock(&sched.lock);
		asleep = sched.nmidle == sched.mnext - 1;
		unlock(&sched.lock);
	}
	ready();
	go(stays, NULL);
	runtime_Gosched();
	__atomic_store_n(&mainran, 1, __ATOMIC_RELAXED);
	fmt_Printf("main has gone on\n");
}
