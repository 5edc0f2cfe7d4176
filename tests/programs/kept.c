/* A value in a callee-saved register while another goroutine uses it. */
#include "rt0.h"

static void
other(void *arg)
{
	(void)arg;
	__asm__ volatile ("movl $1, %%r14d" ::: "r14");
	runtime_Gosched();
	__asm__ volatile ("" ::: "r14");
}

void
main_main(void)
{
	register long kept __asm__("r14") = 5;

	__asm__ volatile ("" : "+r"(kept));
	go(other, NULL);
	runtime_Gosched();
	__asm__ volatile ("" : "+r"(kept));
	fmt_Printf("%ld\n", kept);
}
