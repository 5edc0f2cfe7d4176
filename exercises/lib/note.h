/*
 * note.h: how a driver tells the grader what it sees.
 *
 *	note("turn", id, round, 0);
 *
 * The text has up to 8 letters.  Nothing is printed: the int3 stops the
 * process, and watch, outside of it, reads the registers.
 */
#ifndef NOTE_H
#define NOTE_H

#define NOTE_NAME(n)  NOTE_NAME_(n)
#define NOTE_NAME_(n) #n

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
