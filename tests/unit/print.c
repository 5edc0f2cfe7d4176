/*
 * Formatted printing (src/os/print.c). Syscall6 is replaced by a kernel that
 * records each write and answers as a test asks it to.
 */
#include "unit.h"
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>

enum { WRITES = 64, NR_WRITE = 1, NR_POLL = 7, ERR_INTR = 4, ERR_IO = 5, ERR_AGAIN = 11, ERR_PERM = 1 };

static char text[8192];		/* what arrived, in one piece */
static size_t used;
static size_t sizes[WRITES];	/* what each write asked for */
static int writes, last_fd;
static long answers[WRITES];	/* 0: all of it; else the answer */
static int nanswers;
static long polled[WRITES];	/* what poll answers, one after the other */
static int polls, pollfd;

long
Syscall6(long nr, long a1, long a2, long a3, long a4, long a5, long a6)
{
	long n = a3;

	(void)a4, (void)a5, (void)a6;
	if (nr == NR_POLL) {
		CHECK_EQ(a2, 1);
		CHECK_EQ(a3, -1);
		CHECK_EQ(((short *)a1)[2], 4);	/* POLLOUT */
		pollfd = *(int *)a1;
		return polled[polls++];
	}
	if (nr != NR_WRITE || writes == WRITES)
		_exit(99);
	if (writes < nanswers && answers[writes] != 0)
		n = answers[writes];
	if (n == LONG_MIN)		/* stands for an answer of 0 */
		n = 0;
	last_fd = (int)a1;
	sizes[writes++] = (size_t)a3;
	if (n > 0) {
		memcpy(text + used, (const char *)a2, (size_t)n);
		used += (size_t)n;
		text[used] = 0;
	}
	return n;
}

void print(const char *format, ...);
long vfprint(int fd, const char *format, va_list ap);
long writeall(int fd, const char *p, size_t n);

static void
fresh(int n, ...)
{
	va_list ap;

	memset(text, 0, sizeof text);
	used = 0;
	writes = 0;
	polls = 0;
	for (int i = 0; i < WRITES; i++)
		polled[i] = 1;
	nanswers = n;
	va_start(ap, n);
	for (int i = 0; i < n; i++)
		answers[i] = va_arg(ap, long);
	va_end(ap);
}

static long
vfprintto(int fd, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	long n = vfprint(fd, format, ap);
	va_end(ap);
	return n;
}

#define PRINTS(expected, ...) do {	\
	fresh(0);			\
	print(__VA_ARGS__);		\
	CHECK_STR(text, expected);	\
} while (0)

TEST("text without verbs is printed as it stands")
{
	PRINTS("hello\n", "hello\n");
}

TEST("an empty format writes nothing")
{
	fresh(0);
	print("");
	CHECK_EQ(writes, 0);
}

TEST("print goes to standard error and vfprint where it is told")
{
	fresh(0);
	print("x");
	CHECK_EQ(last_fd, 2);
	fresh(0);
	vfprintto(7, "x");
	CHECK_EQ(last_fd, 7);
}

TEST("%s prints a string, an empty one and NULL")
{
	PRINTS("[abc]", "[%s]", "abc");
	PRINTS("[]", "[%s]", "");
	PRINTS("[(null)]", "[%s]", (char *)NULL);
}

TEST("%c prints a character")
{
	PRINTS("a-b", "%c-%c", 'a', 'b');
}

TEST("%d prints zero, negative numbers and both limits")
{
	PRINTS("0 -1 7", "%d %d %d", 0, -1, 7);
	PRINTS("2147483647 -2147483648", "%d %d", INT_MAX, INT_MIN);
}

TEST("%ld prints the least and the greatest long")
{
	PRINTS("9223372036854775807 -9223372036854775808", "%ld %ld",
	       LONG_MAX, LONG_MIN);
}

TEST("%u and %lu print the greatest unsigned numbers")
{
	PRINTS("0 4294967295", "%u %u", 0u, UINT_MAX);
	PRINTS("18446744073709551615", "%lu", ULONG_MAX);
}

TEST("%x and %lx print hexadecimal without leading zeros")
{
	PRINTS("0 ff deadbeef", "%x %x %x", 0u, 255u, 0xdeadbeefu);
	PRINTS("ffffffffffffffff 10", "%lx %lx", ULONG_MAX, 16ul);
}

TEST("%p prints an address after 0x")
{
	PRINTS("0x0 0x7fff12345678", "%p %p", (void *)0,
	       (void *)0x7fff12345678);
}

TEST("%% prints one per cent sign")
{
	PRINTS("100%", "100%%");
}

TEST("without an l only 32 bits of an argument are printed")
{
	PRINTS("1 2", "%u %u", 0xf00000001ul, 2u);
}

TEST("arguments on the stack are found as well as those in registers")
{
	PRINTS("1 2 3 4 5 6 7 8", "%d %ld %d %ld %d %ld %d %ld",
	       1, 2L, 3, 4L, 5, 6L, 7, 8L);
}

TEST("from an unknown verb on the format is printed as it stands")
{
	PRINTS("5 %q %d %s\n", "%d %q %d %s\n", 5, 6, (char *)1);
	PRINTS("%5d %s\n", "%5d %s\n", 3, "x");
	PRINTS("%zu %d", "%zu %d", (size_t)1, 2);
	PRINTS("a%lld!", "%c%lld!", 'a', 1LL);
	PRINTS("%lf", "%lf", 1.5);
}

TEST("a % at the end of the format is printed")
{
	PRINTS("50%", "50%");
}

TEST("a format that ends in %l stops there")
{
	static const char two[] = "a%l\0lost";

	PRINTS("a", two);
}

static char *
letters(size_t n)
{
	static char s[1024];

	for (size_t i = 0; i < n; i++)
		s[i] = (char)('a' + i % 26);
	s[n] = 0;
	return s;
}

TEST("256 bytes are one write and 257 are two")
{
	fresh(0);
	print("%s", letters(255));
	CHECK_EQ(writes, 1);
	fresh(0);
	print("%s", letters(256));
	CHECK_EQ(writes, 1);
	CHECK_EQ(sizes[0], 256);
	fresh(0);
	print("%s", letters(257));
	CHECK_EQ(writes, 2);
	CHECK_EQ(sizes[1], 1);
	CHECK_STR(text, letters(257));
}

TEST("a text of four buffers arrives whole and in order")
{
	fresh(0);
	print("%s", letters(1000));
	CHECK_EQ(writes, 4);
	CHECK_STR(text, letters(1000));
}

TEST("what a partial write left over is written next")
{
	fresh(3, 1L, 4L, 2L);
	print("%s", "abcdefghij");
	CHECK_EQ(writes, 4);
	CHECK_STR(text, "abcdefghij");
	CHECK_EQ(sizes[1], 9);
	CHECK_EQ(sizes[2], 5);
	CHECK_EQ(sizes[3], 3);
}

TEST("an interrupted write is repeated with the same bytes")
{
	fresh(3, -(long)ERR_INTR, -(long)ERR_INTR, 0L);
	print("again");
	CHECK_EQ(writes, 3);
	CHECK_EQ(sizes[2], 5);
	CHECK_STR(text, "again");
}

TEST("any other error ends the printing and is returned")
{
	fresh(1, -(long)ERR_IO);
	CHECK_EQ(vfprintto(2, "lost"), -ERR_IO);
	CHECK_EQ(writes, 1);
	fresh(2, 0L, -(long)ERR_IO);
	CHECK_EQ(vfprintto(2, "%s", letters(1000)), -ERR_IO);
	CHECK_EQ(writes, 2);
	CHECK_EQ(used, 256);
}

TEST("what is written is counted")
{
	fresh(3, 1L, 4L, 2L);
	CHECK_EQ(vfprintto(7, "%s", letters(700)), 700);
	CHECK_EQ(vfprintto(7, ""), 0);
}

TEST("a write that takes nothing ends the printing")
{
	fresh(1, LONG_MIN);
	print("lost");
	CHECK_EQ(writes, 1);
}

TEST("where a pipe is full the text waits until there is room")
{
	fresh(4, -(long)ERR_AGAIN, -(long)ERR_AGAIN, 2L, -(long)ERR_AGAIN);
	vfprintto(7, "wait");
	CHECK_EQ(writes, 5);
	CHECK_EQ(polls, 3);
	CHECK_EQ(pollfd, 7);
	CHECK_STR(text, "wait");
}

TEST("an interrupted wait for room goes on")
{
	fresh(1, -(long)ERR_AGAIN);
	polled[0] = polled[1] = -ERR_INTR;
	print("wait");
	CHECK_EQ(polls, 3);
	CHECK_STR(text, "wait");
}

TEST("a wait for room that is refused ends the printing")
{
	fresh(1, -(long)ERR_AGAIN);
	polled[0] = -ERR_PERM;
	print("lost");
	CHECK_EQ(writes, 1);
}

TEST("writeall returns 0 or why it could not")
{
	fresh(2, -(long)ERR_INTR, 1L);
	CHECK_EQ(writeall(3, "four", 4), 0);
	CHECK_STR(text, "four");
	fresh(2, 1L, -(long)ERR_IO);
	CHECK_EQ(writeall(3, "four", 4), -ERR_IO);
	fresh(1, LONG_MIN);
	CHECK_EQ(writeall(3, "four", 4), -ERR_IO);
	fresh(1, -(long)ERR_AGAIN);
	polled[0] = -ERR_PERM;
	CHECK_EQ(writeall(3, "four", 4), -ERR_PERM);
	CHECK_EQ(writeall(3, "", 0), 0);
}
