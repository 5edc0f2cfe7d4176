/*
 * The first instructions of a goroutine: arg and the stack are as after a
 * call, and the five registers that hold nothing yet are 0.
 */
#include "boot/boot.h"

void first(void *arg);
void seen(void *arg, unsigned long rsp, unsigned long ored);

__asm__(
"	.text\n"
"first:	movaps	%xmm0, -24(%rsp)\n"	/* faults unless rsp is 8 past 16 */
"	movq	%rsp, %rsi\n"
"	movq	%rbx, %rdx\n"
"	orq	%rbp, %rdx\n"
"	orq	%r12, %rdx\n"
"	orq	%r13, %rdx\n"
"	orq	%r14, %rdx\n"
"	orq	%r15, %rdx\n"
"	jmp	seen\n");

void
seen(void *arg, unsigned long rsp, unsigned long ored)
{
	print("argument %lx, rsp %% 16 = %lu, below hi %lu, registers %lx\n",
	    (unsigned long)arg, rsp % 16, getg()->stack.hi - rsp, ored);
}

void
runtime_main(void *arg)
{
	(void)arg;
	newproc(first, (void *)0x5eed);
}
