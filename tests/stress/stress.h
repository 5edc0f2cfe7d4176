/*
 * For the programs of tests/stress: NAME SEED PROCS [SCALE].
 *
 * A program prints "ok" and ends with status 0, or says what is wrong and
 * ends with status 1.  One that does not end has lost a goroutine or a
 * wake-up; tests/stress/run watches for that.
 */
#include "rt0.h"

/* What the command line says. */
static uint64_t seed;
static long procs, scale = 1;

static long
number(const char *s)
{
	long n = 0;

	while (*s >= '0' && *s <= '9')
		n = n * 10 + *s++ - '0';
	return n;
}

static void
arguments(void)
{
	if (os_Argc < 3) {
		fmt_Fprintf(2, "usage: %s SEED PROCS [SCALE]\n", os_Args[0]);
		os_Exit(2);
	}
	seed = (uint64_t)number(os_Args[1]);
	procs = number(os_Args[2]);
	if (os_Argc > 3)
		scale = number(os_Args[3]);
}

/* A random number below n; the state is any number, and each its own. */
static inline uint64_t
below(uint64_t *state, uint64_t n)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (z ^ z >> 31) % n;
}

static inline uint64_t
atomicget(uint64_t *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static inline uint64_t
atomicadd(uint64_t *p, uint64_t n)
{
	return __atomic_add_fetch(p, n, __ATOMIC_ACQ_REL);
}

/* Turn round n times, and no goroutine and no thread steps back. */
static inline void
spin(uint64_t n)
{
	for (; n > 0; n--)
		__builtin_ia32_pause();
}

/*
 * Wait without giving up the P until *p is n.  The thread steps back now and
 * then for other threads, as there may be more of them than processors.
 */
static inline void
await(uint64_t *p, uint64_t n)
{
	for (int i = 1; atomicget(p) != n; i++)
		if (i % 64 == 0) {
			long r = 24;		/* sched_yield */

			__asm__ volatile("syscall" : "+a"(r) : :
			    "rcx", "r11", "memory");
		} else
			spin(1);
}

#define FAIL(...) (fmt_Printf(__VA_ARGS__), os_Exit(1))
