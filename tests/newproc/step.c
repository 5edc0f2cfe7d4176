/*
 * A goroutine with something in every callee-saved register, for ssequiv.
 *
 * step alone: the routine watched runs without ever leaving its stack: where
 * it would call the scheduler it calls a function that only returns.
 * step among: it yields and starts goroutines, and two others that do the
 * same with other numbers run in between.
 *
 * Prints the sum that watched has computed.
 */
#include "rt0.h"

void watched(void *seed);
void other(void *seed);

void (*pause)(void);
void (*start)(void (*fn)(void *), void *arg);

static long sum;
static int running;

__attribute__((used)) static void
done(unsigned long result, const void *seed)
{
	running--;
	if (seed == (void *)1)
		sum = (long)result;
}

/*
 * Five rounds.  In each, all six registers are changed, the goroutine yields
 * twice and starts another one; the sum depends on everything.
 */
#define ROUTINE(name)							\
__asm__(								\
"	.globl	" #name "\n"						\
"	.type	" #name ", @function\n"					\
#name ":\n"								\
"	pushq	%rbx; pushq %rbp; pushq %r12\n"				\
"	pushq	%r13; pushq %r14; pushq %r15\n"				\
"	pushq	$5; pushq %rdi; pushq $0\n"	/* rsp is aligned */	\
"	imulq	$0x01010101, %rdi, %rbx\n"				\
"	imulq	$0x11121314, %rdi, %rbp\n"				\
"	imulq	$0x21222324, %rdi, %r12\n"				\
"	imulq	$0x31323334, %rdi, %r13\n"				\
"	imulq	$0x41424344, %rdi, %r14\n"				\
"	imulq	$0x51525354, %rdi, %r15\n"				\
"1:	call	*pause(%rip)\n"						\
"	leaq	3(%rbx,%rbp), %rbx\n"					\
"	leaq	5(%rbp,%r12), %rbp\n"					\
"	leaq	7(%r12,%r13), %r12\n"					\
"	leaq	9(%r13,%r14), %r13\n"					\
"	call	*pause(%rip)\n"						\
"	leaq	11(%r14,%r15), %r14\n"					\
"	leaq	13(%r15,%rbx), %r15\n"					\
"	leaq	nothing(%rip), %rdi\n"					\
"	movq	%rbx, %rsi\n"						\
"	call	*start(%rip)\n"						\
"	decq	16(%rsp)\n"						\
"	jnz	1b\n"							\
"	leaq	(%rbx,%rbp), %rdi\n"					\
"	addq	%r12, %rdi; addq %r13, %rdi\n"				\
"	addq	%r14, %rdi; addq %r15, %rdi\n"				\
"	movq	8(%rsp), %rsi\n"					\
"	call	done\n"							\
"	addq	$24, %rsp\n"						\
"	popq	%r15; popq %r14; popq %r13\n"				\
"	popq	%r12; popq %rbp; popq %rbx\n"				\
"	ret\n"								\
"	.size	" #name ", .-" #name "\n")

__asm__(".text");
ROUTINE(watched);
ROUTINE(other);

__attribute__((used)) static void
nothing(void *arg)
{
	(void)arg;
}

static void
stay(void)
{
}

static void
start_none(void (*fn)(void *), void *arg)
{
	(void)fn, (void)arg;
}

void
main_main(void)
{
	int alone = os_Args[1][0] == 'a' && os_Args[1][1] == 'l';

	pause = alone ? stay : runtime_Gosched;
	start = alone ? start_none : go;
	running = alone ? 1 : 3;
	go(watched, (void *)1);
	if (!alone) {
		go(other, (void *)2);
		go(other, (void *)-3);
	}
	while (running > 0)
		runtime_Gosched();
	fmt_Printf("%ld\n", sum);
}
