/*
 * The gate to the kernel (src/os/sys_linux_amd64.S), tried on the real kernel
 * with calls whose answer shows which argument went where.
 */
#include "unit.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NR_CLOSE = 3, NR_MMAP = 9, NR_GETPID = 39, PAGE = 4096 };

long Syscall6(long nr, long a1, long a2, long a3, long a4, long a5, long a6);

TEST("six arguments reach the kernel in their places")
{
	/* A file of three pages; its second is mapped at the address asked for. */
	char *at = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
	    -1, 0);
	int fd = memfd_create("gate", 0);

	REQUIRE(at != MAP_FAILED && fd >= 0);
	REQUIRE(ftruncate(fd, 3 * PAGE) == 0);
	REQUIRE(pwrite(fd, "first", 5, 0) == 5);
	REQUIRE(pwrite(fd, "second", 6, PAGE) == 6);
	CHECK_EQ(Syscall6(NR_MMAP, (long)at, PAGE, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_FIXED, fd, PAGE), (long)at);
	CHECK_STR(at, "second");
	at[0] = 'S';			/* shared: it arrives in the file */
	CHECK_EQ(pread(fd, at + 100, 1, PAGE), 1);
	CHECK_EQ(at[100], 'S');
	munmap(at, PAGE);
	close(fd);
}

TEST("an error comes back as a negative number")
{
	CHECK_EQ(Syscall6(NR_CLOSE, -1, 0, 0, 0, 0, 0), -EBADF);
	CHECK_EQ(Syscall6(9999, 0, 0, 0, 0, 0, 0), -ENOSYS);
}

TEST("errno of the C library is left alone")
{
	errno = 77;
	Syscall6(NR_CLOSE, -1, 0, 0, 0, 0, 0);
	CHECK_EQ(errno, 77);
}

TEST("an answer that is no error comes back as it is")
{
	CHECK_EQ(Syscall6(NR_GETPID, 0, 0, 0, 0, 0, 0), getpid());
}
