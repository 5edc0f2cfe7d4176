/*
 * The program whose boot is predicted.  Each of its arguments is worth a
 * goroutine; mark is there for a debugger to stop in.
 */
#include "rt0.h"

__attribute__((noinline, noclone)) void
mark(long what)
{
	__asm__ volatile("" : : "r"(what) : "memory");
}

static void
work(void *arg)
{
	mark((long)arg);
	runtime_Gosched();
	mark((long)arg + 100);
}

static void
heir(void *arg)
{
	mark((long)arg);
}

void
main_main(void)
{
	for (long i = 1; i < os_Argc; i++)
		go(work, (void *)i);
	runtime_Gosched();
	mark(0);
	go(heir, (void *)200);
	while (runtime_NumGoroutine() > 1)
		runtime_Gosched();
	go(heir, (void *)201);
	runtime_Gosched();
}
