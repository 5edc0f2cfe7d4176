/* SPDX-License-Identifier: MIT */
/* Tangled from book/03-check-and-args.nw; edit that, not this file. */
/*
 * The first C of the boot: check that compiler and processor keep the
 * promises on which the rest is built, then take the arguments.
 */
#include "boot/boot.h"

_Static_assert(sizeof(void *) == 8 && sizeof(long) == 8, "not LP64");
_Static_assert(sizeof(uintptr_t) == sizeof(void *), "odd uintptr_t");
_Static_assert((char)-1 < 0 && -1 >> 1 == -1, "odd signed integers");

/* Throw if an assumption does not hold.  Runs once, on g0. */
void
check(void)
{
	/* check the thread pointer */
	if (getg() != &g0 || getg()->m != &m0)
		throw("check: thread pointer does not lead to g0 and m0");
	/* check the stack and the direction flag */
	uintptr_t fp = (uintptr_t)__builtin_frame_address(0);

	if (fp <= g0.stack.lo || fp > g0.stack.hi)
		throw("check: stack pointer outside of g0");
	if (fp % 16 != 0)
		throw("check: stack not aligned to 16 bytes");
	if (__builtin_ia32_readeflags_u64() & 1 << 10)
		throw("check: direction flag is set");
	/* check the atomics */
	uint32_t v = 1;
	uint32_t old = 2;

	if (__atomic_compare_exchange_n(&v, &old, 3, 0, __ATOMIC_SEQ_CST,
	    __ATOMIC_SEQ_CST) || v != 1 || old != 1)
		throw("check: cas succeeded on a different value");
	if (!__atomic_compare_exchange_n(&v, &old, 0xffffffff, 0,
	    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST) || v != 0xffffffff)
		throw("check: cas failed on an equal value");
	uint64_t w = 42;

	if (__atomic_fetch_add(&w, 1ull << 40, __ATOMIC_SEQ_CST) != 42 ||
	    w != (1ull << 40) + 42)
		throw("check: 64-bit add");
	if (__atomic_exchange_n(&w, 7, __ATOMIC_SEQ_CST) != (1ull << 40) + 42 ||
	    __atomic_load_n(&w, __ATOMIC_SEQ_CST) != 7)
		throw("check: 64-bit exchange");
	/* check that a NaN differs from itself */
	volatile uint64_t bits = ~0ull;
	double nan;

	memcpy(&nan, (const void *)&bits, sizeof nan);
	if (nan == nan || !(nan != nan))
		throw("check: NaN equals itself");
}

/*
 * Remember argc and argv, and walk past them: the environment and the
 * auxiliary vector follow in memory.
 */
void
args(long c, char **v)
{
	char **p;

	argc = c;
	argv = v;
	envp = v + c + 1;
	for (p = envp; *p != NULL; p++)
		;
	sysauxv((uintptr_t *)(p + 1));
}
