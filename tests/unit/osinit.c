/*
 * osinit (src/os/os_linux.c, chapter 4) on machines that a test invents:
 * Syscall6 is replaced by a kernel with any mask and any file.
 */
#include "unit.h"
#include <stdint.h>

enum { NR_READ = 0, NR_OPEN = 2, NR_CLOSE = 3, NR_GETAFFINITY = 204 };

extern int32_t ncpu;
extern size_t physPageSize, physHugePageSize;
void osinit(void);

static uint64_t mask[1024];
static long maskbytes;		/* what sched_getaffinity returns */
static const char *file;	/* NULL: open fails */
static long readresult;		/* if not 0 */
static int opened, closed;

long
Syscall6(long nr, long a1, long a2, long a3, long a4, long a5, long a6)
{
	(void)a4, (void)a5, (void)a6;
	switch (nr) {
	case NR_GETAFFINITY:
		if (a1 != 0 || a2 != sizeof mask)
			return -22;
		memcpy((void *)a3, mask, sizeof mask);
		return maskbytes;
	case NR_OPEN:
		if (file == NULL)
			return -2;
		opened++;
		return 42;
	case NR_READ:
		if (a1 != 42)
			return -9;
		if (readresult != 0)
			return readresult;
		if ((size_t)a3 > strlen(file))
			a3 = (long)strlen(file);
		memcpy((void *)a2, file, (size_t)a3);
		return a3;
	case NR_CLOSE:
		closed += a1 == 42;
		return 0;
	}
	_exit(99);
}

static void
machine(long bytes, const char *contents)
{
	memset(mask, 0, sizeof mask);
	maskbytes = bytes;
	file = contents;
	readresult = 0;
	opened = closed = 0;
	physPageSize = 4096;
	ncpu = -1;
	physHugePageSize = 77;
}

TEST("each bit of the mask is one processor")
{
	machine(16, "0\n");
	mask[0] = 0x8000000000000001;
	mask[1] = 0xff0;
	osinit();
	CHECK_EQ(ncpu, 10);
}

TEST("a full mask of 65,536 processors is counted")
{
	machine(8192, "0\n");
	memset(mask, 0xff, sizeof mask);
	osinit();
	CHECK_EQ(ncpu, 65536);
}

TEST("bits behind what the kernel wrote do not count")
{
	machine(8, "0\n");
	memset(mask, 0xff, sizeof mask);
	mask[0] = 5;
	osinit();
	CHECK_EQ(ncpu, 2);
}

TEST("a refused mask counts as one processor")
{
	machine(-1, "0\n");
	memset(mask, 0xff, sizeof mask);
	osinit();
	CHECK_EQ(ncpu, 1);
	machine(-22, "0\n");
	osinit();
	CHECK_EQ(ncpu, 1);
}

TEST("an empty mask counts as one processor")
{
	machine(8, "0\n");
	osinit();
	CHECK_EQ(ncpu, 1);
}

#define HUGE(contents, expected) do {			\
	machine(8, contents);				\
	osinit();					\
	CHECK_EQ(physHugePageSize, expected);		\
	CHECK_EQ(opened, closed);			\
} while (0)

TEST("the size of a huge page is read from the file")
{
	HUGE("2097152\n", 2097152);
	HUGE("1073741824\n", 1073741824);
	HUGE("2097152", 2097152);
}

TEST("a missing file means that the size is not known")
{
	HUGE(NULL, 0);
}

TEST("a file that cannot be read means that the size is not known")
{
	machine(8, "2097152\n");
	readresult = -5;
	osinit();
	CHECK_EQ(physHugePageSize, 0);
	CHECK_EQ(closed, 1);
}

TEST("garbage, an empty file and a negative number are not a size")
{
	HUGE("huge\n", 0);
	HUGE("", 0);
	HUGE("-2097152\n", 0);
	HUGE(" 2097152\n", 0);
}

TEST("a size that is no power of two is refused")
{
	HUGE("2097153\n", 0);
	HUGE("3145728\n", 0);
}

TEST("a size below that of a page is refused")
{
	HUGE("2048\n", 0);
	HUGE("0\n", 0);
	HUGE("4096\n", 4096);
}

TEST("eighteen digits are read to the last")
{
	HUGE("576460752303423488\n", 1ul << 59);
}

TEST("a number that could overflow is refused")
{
	/* 2 to the 64 and 2 to the 21: the low bits alone would pass. */
	HUGE("18446744073711648768\n", 0);
	HUGE("999999999999999999999999999\n", 0);
}
