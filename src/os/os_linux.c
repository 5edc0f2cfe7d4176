/* SPDX-License-Identifier: MIT */
/* Tangled from book/03-check-and-args.nw; edit that, not this file. */
/*
 * What Linux tells a program: its arguments, and about the machine.
 */
#include "os/os.h"
#include "os/sys_linux.h"

long argc;
char **argv;
char **envp;
size_t physPageSize;
const uint8_t *startupRand;
int secureMode;

/* the auxiliary vector */
enum {
	AT_NULL = 0, AT_PAGESZ = 6, AT_SECURE = 23, AT_RANDOM = 25,
	/* more tags */
	AT_SYSINFO_EHDR = 33,
};

/* Read the auxiliary vector: pairs of tag and value up to AT_NULL. */
void
sysauxv(const uintptr_t *auxv)
{
	for (; auxv[0] != AT_NULL; auxv += 2) {
		switch (auxv[0]) {
		/* tags of the auxiliary vector */
		case AT_PAGESZ:
			physPageSize = auxv[1];
			break;
		case AT_RANDOM:
			startupRand = (const uint8_t *)auxv[1];
			break;
		case AT_SECURE:
			secureMode = auxv[1] != 0;
			break;
		case AT_SYSINFO_EHDR:
			vdsoauxv(auxv[1]);
			break;
		}
	}
	if (physPageSize == 0)
		throw("args: the kernel told no page size");
}

/* ask the system */
int32_t ncpu;
size_t physHugePageSize;

/* count the processors */
enum { MASKWORDS = 1024 };	/* 8 KB: 65,536 processors */

/* The processors in our affinity mask; 1 if the kernel does not say. */
static int32_t
getproccount(void)
{
	static uint64_t mask[MASKWORDS];
	long n = sys_sched_getaffinity(0, sizeof mask, mask);
	int32_t count = 0;

	for (long i = 0; i < n / 8; i++)
		/* count the bits of one word */
		for (uint64_t w = mask[i]; w != 0; w &= w - 1)
			count++;
	return count > 0 ? count : 1;
}

/* The decimal number at the start of a file; 0 if there is none. */
static size_t
readnumber(const char *path)
{
	char buf[24];
	size_t v = 0;
	long n;
	int fd = (int)sys_open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	n = sys_read(fd, buf, sizeof buf);
	sys_close(fd);
	/* parse the digits into v */
	for (long i = 0; i < n && buf[i] >= '0' && buf[i] <= '9'; i++) {
		if (i == 18)
			return 0;
		v = v * 10 + (size_t)(buf[i] - '0');
	}
	return v;
}

/* Find out what the scheduler and the allocator want to know. */
void
osinit(void)
{
	ncpu = getproccount();
	/* find the size of a huge page */
	physHugePageSize = readnumber(
	    "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size");
	if ((physHugePageSize & (physHugePageSize - 1)) != 0 ||
	    physHugePageSize < physPageSize)
		physHugePageSize = 0;
}

/*
 * Make sure that 0, 1 and 2 are open, so that no file of the program gets
 * one of these numbers and receives what was meant for a terminal.
 */
void
checkfds(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		long r;

		if (sys_fcntl(fd, F_GETFD) != -EBADF)
			continue;
		r = sys_open("/dev/null", O_RDWR);
		if (r < 0)
			sysfail("checkfds: open /dev/null", -r);
		if (r != fd)
			throw("checkfds: /dev/null got a wrong number");
	}
}

/* Let how be what a signal does: SIG_DFL or SIG_IGN. */
void
setsig(int sig, uintptr_t how)
{
	uintptr_t act[4] = { how, 0, 0, 0 };

	sys_rt_sigaction(sig, act);
}

/* A write to a peer that has gone shall fail, and not end the process. */
void
initsig(void)
{
	setsig(SIGPIPE, SIG_IGN);
}

/* Sleep for us microseconds, or less if a signal comes.  Blocks the thread. */
void
usleep(int64_t us)
{
	int64_t ts[2] = { us / 1000000, us % 1000000 * 1000 };
	uint32_t never = 0;
	long r = sys_nanosleep(ts, NULL);

	if (r < 0 && r != -EINTR)	/* refused */
		sys_futex(&never, FUTEX_WAIT_PRIVATE, 0, ts);
}
