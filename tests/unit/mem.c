/*
 * memset, memmove, memcpy and memcmp (src/os/memmove_amd64.S). The file is
 * assembled into this program, so that its functions and not the C
 * library's are called; through pointers, so that gcc does not expand them.
 */
#include "unit.h"
#include <stdint.h>

__asm__(".include \"src/os/memmove_amd64.S\"\n\t.text\n");

static void *(*volatile set)(void *, int, size_t) = memset;
static void *(*volatile move)(void *, const void *, size_t) = memmove;
static void *(*volatile copy)(void *, const void *, size_t) = memcpy;
static int (*volatile compare)(const void *, const void *, size_t) = memcmp;

enum { SIZE = 300, GUARD = 16 };

static unsigned char a[SIZE + 2 * GUARD], b[SIZE + 2 * GUARD];

static void
fill(unsigned char *p)
{
	for (int i = 0; i < SIZE + 2 * GUARD; i++)
		p[i] = (unsigned char)(i * 7 + 1);
}

/* Whether move(a + to, a + from, n) does what a copy by a second buffer does. */
static int
moves(size_t to, size_t from, size_t n)
{
	fill(a);
	fill(b);
	for (size_t i = 0; i < n; i++)
		b[to + i] = a[from + i];
	if (move(a + to, a + from, n) != a + to)
		return 0;
	for (size_t i = 0; i < sizeof a; i++)
		if (a[i] != b[i])
			return 0;
	return 1;
}

/* The direction flag, as C may rely on it. */
static int
down(void)
{
	return (__builtin_ia32_readeflags_u64() >> 10) & 1;
}

TEST("memset fills exactly n bytes with the low byte of c")
{
	fill(a);
	fill(b);
	CHECK(set(a + GUARD, 0x1234ab, SIZE) == a + GUARD);
	for (int i = 0; i < SIZE + 2 * GUARD; i++) {
		int in = i >= GUARD && i < GUARD + SIZE;

		if (a[i] != (in ? 0xab : b[i]))
			CHECK_EQ(i, -1);
	}
}

TEST("memset of no bytes changes nothing and returns its target")
{
	fill(a);
	CHECK(set(a, 0, 0) == a);
	CHECK_EQ(a[0], 1);
}

TEST("memmove copies blocks that do not touch")
{
	CHECK(moves(150, 10, 100));
	CHECK(moves(10, 150, 100));
}

TEST("memmove copies to a higher address that overlaps")
{
	for (size_t shift = 1; shift < 20; shift++)
		CHECK(moves(GUARD + shift, GUARD, 200));
}

TEST("memmove copies to a lower address that overlaps")
{
	for (size_t shift = 1; shift <= GUARD; shift++)
		CHECK(moves(GUARD - shift, GUARD, 200));
}

TEST("memmove copies blocks that meet but do not overlap")
{
	CHECK(moves(100, 0, 100));
	CHECK(moves(0, 100, 100));
	CHECK(moves(99, 0, 100));
}

TEST("memmove copies a block onto itself")
{
	CHECK(moves(5, 5, 100));
}

TEST("memmove of no bytes or one byte is exact")
{
	CHECK(moves(7, 3, 0));
	CHECK(moves(3, 7, 0));
	CHECK(moves(7, 7, 0));
	CHECK(moves(7, 3, 1));
	CHECK(moves(3, 7, 1));
}

TEST("memmove leaves the direction flag clear")
{
	int flag;

	move(a + 1, a, 100);
	flag = down();
	__asm__ volatile("cld");
	CHECK_EQ(flag, 0);
}

TEST("memcpy copies and returns its target")
{
	fill(a);
	set(b, 0, sizeof b);
	CHECK(copy(b, a, SIZE) == b);
	for (int i = 0; i < SIZE; i++)
		if (b[i] != a[i])
			CHECK_EQ(i, -1);
	CHECK_EQ(b[SIZE], 0);
}

TEST("memcmp finds a difference in every place and its sign")
{
	fill(a);
	fill(b);
	CHECK_EQ(compare(a, b, SIZE), 0);
	for (int i = 0; i < SIZE; i++) {
		unsigned char old = b[i];

		b[i] = (unsigned char)(a[i] ^ 0x40);
		if ((compare(a, b, SIZE) < 0) != (a[i] < b[i]) ||
		    compare(a, b, SIZE) == 0)
			CHECK_EQ(i, -1);
		b[i] = old;
	}
}

TEST("memcmp compares bytes as unsigned")
{
	CHECK(compare("\x80", "\x7f", 1) > 0);
	CHECK(compare("\x01", "\xff", 1) < 0);
}

TEST("memcmp looks no further than n bytes and past zeros")
{
	CHECK_EQ(compare("abcX", "abcY", 3), 0);
	CHECK(compare("a\0b", "a\0c", 3) < 0);
}

TEST("memcmp stops at the first difference")
{
	CHECK(compare("bz", "ca", 2) < 0);
}

TEST("memcmp of no bytes is 0 whatever the flags were")
{
	int result;

	/* Called with the zero flag clear. */
	__asm__ volatile("movl $1, %%eax\n\ttestl %%eax, %%eax\n\t"
	    "movq %1, %%rdi\n\tmovq %2, %%rsi\n\tmovl $0, %%edx\n\t"
	    "call *%3\n\tmovl %%eax, %0"
	    : "=r"(result)
	    : "r"("xa" + 1), "r"("yb" + 1), "r"(compare)
	    : "rax", "rcx", "rdx", "rdi", "rsi", "r8", "r9", "r10", "r11",
	      "cc", "memory");
	CHECK_EQ(result, 0);
	CHECK_EQ(compare("xa" + 1, "yb" + 1, 0), 0);
}
