/*
 * printf for programs (src/lib/fmt.c) against the C library's snprintf. What it
 * calls is replaced: text is kept, and the kernel says what a test wants.
 */
#define writeall the_writeall
#define epipecheck the_epipecheck
#define entersyscall the_entersyscall
#define exitsyscall the_exitsyscall
#include "lib/fmt.c"
#undef writeall
#undef epipecheck
#undef entersyscall
#undef exitsyscall

#include "unit.h"
#include <limits.h>
#include <stddef.h>
#include <wchar.h>

enum { WRITES = 64 };

static char got[16384];
static size_t used, sizes[WRITES];
static int writes, checkedfd, inside;
static int64_t checked;
static long answers[WRITES];

long
the_writeall(int fd, const char *p, size_t n)
{
	(void)fd;
	if (answers[writes] < 0)
		return answers[writes++];
	memcpy(got + used, p, n);
	used += n;
	got[used] = 0;
	sizes[writes++] = n;
	return 0;
}

int the_epipecheck(int fd, int64_t r) { checkedfd = fd; checked = r; return r == -32; }
void the_entersyscall(void) { inside++; }
void the_exitsyscall(void) { inside--; }

static void
fresh(void)
{
	used = 0;
	got[0] = 0;
	writes = 0;
	memset(answers, 0, sizeof answers);
}

/* What fmt prints, what the C library prints, and both counts are the same. */
#define SAME_AS_C(...) do {						\
	char want_[8192];						\
	int n_ = snprintf(want_, sizeof want_, __VA_ARGS__);		\
	fresh();							\
	CHECK_EQ(fmt_Fprintf(7, __VA_ARGS__), n_);			\
	CHECK_STR(got, want_);						\
} while (0)

#define PRINTS(expected, ...) do {					\
	fresh();							\
	CHECK_EQ(fmt_Printf(__VA_ARGS__), (int64_t)strlen(expected));	\
	CHECK_STR(got, expected);					\
} while (0)

/* The formats are made at run time: gcc cannot check them. */
#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-overflow"
#pragma GCC diagnostic ignored "-Wformat-truncation"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
#pragma GCC diagnostic ignored "-Wformat-zero-length"

static uint64_t state = 1;

static unsigned
chance(unsigned n)
{
	state = state * 6364136223846793005 + 1442695040888963407;
	return (unsigned)(state >> 33) % n;
}

/* A random verb without its letter, and the stars in it. */
static int
prefix(char *format, const char *flags, int precision)
{
	int stars = 0;

	*format++ = '[';
	*format++ = '%';
	for (unsigned i = chance(4); i > 0; i--)
		*format++ = flags[chance((unsigned)strlen(flags))];
	if (chance(2) == 0) {
		format += sprintf(format, "%u", 1 + chance(chance(2) ? 30 : 300));
	} else if (chance(3) == 0) {
		*format++ = '*';
		stars++;
	}
	if (precision && chance(2) == 0) {
		*format++ = '.';
		switch (chance(3)) {
		case 0:
			format += sprintf(format, "%u", chance(chance(2) ? 30 : 300));
			break;
		case 1:
			*format++ = '*';
			stars++;
		}
	}
	*format = 0;
	return stars;
}

static long
number_of_any_size(void)
{
	uint64_t x = (uint64_t)chance(UINT_MAX) << 32 ^ chance(UINT_MAX) ^ (uint64_t)chance(4) << 62;

	return (long)(x >> chance(64));
}

TEST("integers of every verb, flag, width, precision and size print as in C")
{
	static const char *const sizes[] = {
		"", "hh", "h", "l", "ll", "j", "z", "t", "q", "L",
	};

	for (int i = 0; i < 30000; i++) {
		char f[80];
		char letter = "diuoxX"[chance(6)];
		int stars = prefix(f, letter == 'd' || letter == 'i' ? "-+ 0'" : "-0#'", 1);
		int a = (int)chance(40) - 20, b = (int)chance(40) - 10;
		long x = number_of_any_size();

		sprintf(f + strlen(f), "%s%c] %%d", sizes[chance(10)], letter);
		if (stars == 0)
			SAME_AS_C(f, x, 77);
		else if (stars == 1)
			SAME_AS_C(f, a, x, 77);
		else
			SAME_AS_C(f, a, b, x, 77);
	}
}

TEST("strings and characters of every width and precision print as in C")
{
	static const char text[] = "The quick brown fox jumps over the lazy dog";

	for (int i = 0; i < 10000; i++) {
		char f[80];
		int string = chance(3) > 0;
		int stars = prefix(f, "-", string);
		int a = (int)chance(120) - 60, b = (int)chance(50) - 5;
		const void *x = string ? text + chance(sizeof text) : (void *)(long)(' ' + chance(90));

		sprintf(f + strlen(f), "%c] %%d", string ? 's' : 'c');
		if (stars == 0)
			SAME_AS_C(f, x, 77);
		else if (stars == 1)
			SAME_AS_C(f, a, x, 77);
		else
			SAME_AS_C(f, a, b, x, 77);
	}
}

TEST("the least and the greatest numbers print as in C")
{
	SAME_AS_C("%d %i %u", INT_MIN, INT_MAX, UINT_MAX);
	SAME_AS_C("%ld %lli %zu", LONG_MIN, LLONG_MAX, SIZE_MAX);
	SAME_AS_C("%hhd %hd %hhu %hu", 0x180, 0x18000, 0x1ff, 0x1ffff);
	SAME_AS_C("%o %#o %#x %#X %lx", UINT_MAX, UINT_MAX, 0u, 0xabcu, ULONG_MAX);
	SAME_AS_C("[%.0d] [%.d] [%5.0u] [%#.0o] [%+.0d]", 0, 0, 0u, 0u, 0);
	SAME_AS_C("%td %jd %zd", (ptrdiff_t)-1, (intmax_t)-2, (ssize_t)-3);
	SAME_AS_C("%-*d|%*d|", INT_MIN + 2147483600, 5, -7, 5);
}

TEST("arguments in registers and on the stack are both found")
{
	SAME_AS_C("%d %s %ld %c %u %x %i %zu %s %p", 1, "two", 3L, '4', 5u, 6u, 7, (size_t)8, "nine", (void *)10);
}

TEST("binary numbers print as in C23")
{
	PRINTS("101 0b101 0B11 00000011 0", "%b %#b %#B %08b %#b", 5u, 5u, 3u, 3u, 0u);
	PRINTS("1111111111111111111111111111111111111111111111111111111111111111", "%lb", ULONG_MAX);
}

TEST("a pointer has its 0x, also NULL")
{
	PRINTS("0x0 0x7fff12345678 [      0x10] [0x10      ]", "%p %p [%10p] [%-10p]", (void *)0,
	    (void *)0x7fff12345678, (void *)16, (void *)16);
}

TEST("NULL is a string, and a precision is the most that is read of one")
{
	char three[3] = { 'a', 'b', 'c' };

	PRINTS("(null) [  (null)] abc", "%s [%8s] %.3s", (char *)NULL, (char *)NULL, three);
}

TEST("a verb that we do not have takes its argument and says so")
{
	PRINTS("%!f(NOVERB) 1", "%f %d", 1.5, 1);
	PRINTS("%!a(NOVERB)%!A(NOVERB)%!e(NOVERB)%!E(NOVERB)%!F(NOVERB)%!g(NOVERB)%!G(NOVERB) 1 2",
	    "%a%A%5.2e%E%F%+g%G %d %d", 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 1, 2);
	PRINTS("%!f(NOVERB) 1 %!g(NOVERB) x", "%Lf %d %-10.3Lg %s", 1.5L, 1, 2.5L, "x");
	PRINTS("1 %!f(NOVERB) 2 3 4 5 6 7", "%d %f %d %d %d %d %d %d", 1, 0.5, 2, 3, 4, 5, 6, 7);
	PRINTS("%!s(NOVERB)%!c(NOVERB)%!S(NOVERB)%!C(NOVERB) 1", "%ls%lc%S%C %d", L"x", (wint_t)'y', L"x",
	    (wint_t)'y', 1);
	PRINTS("%!m(NOVERB) 1", "%m %d", 1);
	int n = 99;

	PRINTS("abc%!n(NOVERB) 1", "abc%n %d", &n, 1);
	CHECK_EQ(n, 99);
}

TEST("nine floating-point numbers are thrown away from where they lie")
{
	PRINTS("%!f(NOVERB)%!f(NOVERB)%!f(NOVERB)%!f(NOVERB)%!f(NOVERB)%!f(NOVERB)%!f(NOVERB)%!f(NOVERB)"
	    "%!f(NOVERB)%!f(NOVERB) x 7", "%f%f%f%f%f%f%f%f%f%f %s %d", 1., 2., 3., 4., 5., 6., 7., 8., 9., 10., "x", 7);
}

TEST("behind an unknown verb the format is printed as it stands")
{
	PRINTS("1 %!y(NOVERB) %s %d", "%d %y %s %d", 1, (char *)1, 2);
	PRINTS("%!$(NOVERB)s %1$d", "%2$s %1$d", 1, "x");
	PRINTS("50%!(NOVERB)", "50%");
	PRINTS("50%!(NOVERB)", "50%-08.3l");
	PRINTS("100% 5%", "100%% %d%5%", 5);
}

TEST("a width beyond all bounds is no overflow")
{
	struct verb v = { .prec = -1, .bits = 32 };
	va_list none;

	memset(&none, 0, sizeof none);
	CHECK_EQ(*parse("99999999999999999999.88888888888888888888d!", &v, none), '!');
	CHECK_EQ(v.width, INT32_MAX);
	CHECK_EQ(v.prec, INT32_MAX);
}

TEST("256 bytes of a program are one write and 257 are two")
{
	fresh();
	CHECK_EQ(fmt_Printf("%256s", ""), 256);
	CHECK_EQ(writes, 1);
	fresh();
	CHECK_EQ(fmt_Printf("%257s", ""), 257);
	CHECK_EQ(writes, 2);
	CHECK_EQ(sizes[1], 1);
	fresh();
	CHECK_EQ(fmt_Printf(""), 0);
	CHECK_EQ(writes, 0);
}

TEST("the first error is returned and nothing is written after it")
{
	fresh();
	answers[1] = -28;
	CHECK_EQ(fmt_Fprintf(7, "%1000s", ""), -28);
	CHECK_EQ(writes, 2);
	CHECK_EQ(checkedfd, 7);
	CHECK_EQ(checked, -28);
	CHECK_EQ(inside, 0);
}

TEST("where epipecheck says so the write is repeated once")
{
	fresh();
	answers[0] = answers[1] = -32;
	CHECK_EQ(fmt_Printf("x"), -32);
	CHECK_EQ(writes, 2);
	fresh();
	answers[0] = -32;
	CHECK_EQ(fmt_Printf("x"), 1);
	CHECK_STR(got, "x");
}

TEST("print goes to standard output")
{
	fresh();
	fmt_Printf("x");
	CHECK_EQ(checkedfd, 1);
}
