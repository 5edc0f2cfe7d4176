/*
 * note.h: how a driver tells the grader what it sees.
 *
 *	note("turn", id, round, 0);
 *
 * The text has up to 8 letters.  Nothing is printed: the int3 stops the
 * process, and watch, outside of it, reads the registers.
 *
 * Watch keeps every other code out of the driver (watch.c, -d).  What is
 * declared "own" may change only while the driver runs: the variables that no
 * call of the driver's hands on.  A function that others call is main_main,
 * or its name begins with hook, or a call of the driver has handed it on.  A
 * local variable whose address goes into a call should be static.  What must
 * call others too often for each call to be watched stands in loops.c.
 */
#ifndef NOTE_H
#define NOTE_H

#define NOTE_NAME(n)  NOTE_NAME_(n)
#define NOTE_NAME_(n) #n

#define own __attribute__((section("own")))

static __attribute__((noinline, noclone)) void
note_(const char *text, long a, long b, long c)
{
	__asm__ volatile("note_trap_" NOTE_NAME(NONCE) ": int3"
	    : : "D"(text), "S"(a), "d"(b), "c"(c) : "memory");
}

#define note(text, a, b, c) do {					\
	static const char text_[8] __attribute__((aligned(8),		\
	    nonstring)) = text;						\
	note_(text_, (long)(a), (long)(b), (long)(c));			\
} while (0)

/* The number at the beginning of a word of the command line. */
static inline long
number(const char *s)
{
	long n = 0;

	for (; *s >= '0' && *s <= '9'; s++)
		n = 10 * n + *s - '0';
	return n;
}

#endif
