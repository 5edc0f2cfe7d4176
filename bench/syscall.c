/*
 * syscall: what waiting in the kernel costs the others, and what it costs.
 *
 *	syscall gap		from the moment before a goroutine reads for
 *				100 ms to the next look of another at the clock,
 *				in us: the median of some
 *	syscall call N G	G goroutines make N calls of getpid each; ns
 *				for each, of wall time
 *	syscall raw N G		the same through the bare gate
 *	syscall pair N		ns for entersyscall and exitsyscall, N times
 *	syscall nap US		how long a nanosleep of US is, in us
 *	syscall idle		read from standard input and do nothing else
 *
 * "syscall pair" needs a runtime that shows all its names, as that of a
 * chapter does.  With -Dch12 for a runtime whose os_Write keeps the P.
 */
#include "rt0.h"

long Syscall6(long nr, long a1, long a2, long a3, long a4, long a5, long a6);

#ifdef ch16
#define syscall_Syscall6	Syscall6
#define os_Read(fd, p, n)	Syscall6(0, fd, (long)(p), (long)(n), 0, 0, 0)
#define entersyscall()		((void)0)
#define exitsyscall()		((void)0)
#else
void entersyscall(void);
void exitsyscall(void);
#endif

enum {
	SYS_nanosleep = 35, SYS_getpid = 39, SYS_timerfd_create = 283,
	SYS_timerfd_settime = 286, READS = 15, NAPS = 500,
};

static long times;
static volatile int reading;
static volatile long entered;
static uint32_t done;

static long
number(const char *s)
{
	long n = 0;

	while (*s >= '0' && *s <= '9')
		n = n * 10 + *s++ - '0';
	return n;
}

static void
reader(void *arg)
{
	long when[4] = { 0, 0, 0, 100000000 }, n;
	int fd = (int)(long)arg;

	syscall_Syscall6(SYS_timerfd_settime, fd, 0, (long)when, 0, 0, 0);
	entered = runtime_Nanotime();
	os_Read(fd, &n, sizeof n);
	reading = 0;
}

static long
gap(void)
{
	long fd = syscall_Syscall6(SYS_timerfd_create, 1, 0, 0, 0, 0, 0);
	long gaps[READS];

	for (int i = 0; i < READS; i++) {
		long first = -1, j = i;

		entered = 0;
		reading = 1;
		go(reader, (void *)fd);
		while (reading) {
			runtime_Gosched();
			if (first < 0 && entered != 0)
				first = runtime_Nanotime() - entered;
		}
		for (; j > 0 && gaps[j - 1] > first; j--)
			gaps[j] = gaps[j - 1];
		gaps[j] = first;
	}
	return gaps[READS / 2] / 1000;
}

static void
call(void *arg)
{
	(void)arg;
	for (long i = 0; i < times; i++)
		syscall_Syscall6(SYS_getpid, 0, 0, 0, 0, 0, 0);
	runtime_Semrelease(&done);
}

static void
raw(void *arg)
{
	(void)arg;
	for (long i = 0; i < times; i++)
		Syscall6(SYS_getpid, 0, 0, 0, 0, 0, 0);
	runtime_Semrelease(&done);
}

static long
all(void (*fn)(void *), long goroutines)
{
	long start = runtime_Nanotime();

	for (long i = 0; i < goroutines; i++)
		go(fn, NULL);
	for (long i = 0; i < goroutines; i++)
		runtime_Semacquire(&done);
	return (runtime_Nanotime() - start) / (times * goroutines);
}

static long
pair(void)
{
	long start = runtime_Nanotime();

	for (long i = 0; i < times; i++) {
		entersyscall();
		exitsyscall();
	}
	return (runtime_Nanotime() - start) / times;
}

static long
nap(long us)
{
	long ts[2] = { 0, us * 1000 }, start = runtime_Nanotime();

	for (int i = 0; i < NAPS; i++)
		Syscall6(SYS_nanosleep, (long)ts, 0, 0, 0, 0, 0);
	return (runtime_Nanotime() - start) / NAPS / 1000;
}

static void
idle(void *arg)
{
	char c;

	(void)arg;
	os_Read(0, &c, 1);
	runtime_Semrelease(&done);
}

void
main_main(void)
{
	long n = os_Argc > 2 ? number(os_Args[2]) : 0;
	long g = os_Argc > 3 ? number(os_Args[3]) : 1;

	times = n;
	switch (os_Args[1][0]) {
	case 'g':
		fmt_Printf("%ld\n", gap());
		break;
	case 'c':
		fmt_Printf("%ld\n", all(call, g));
		break;
	case 'r':
		fmt_Printf("%ld\n", all(raw, g));
		break;
	case 'p':
		fmt_Printf("%ld\n", pair());
		break;
	case 'n':
		fmt_Printf("%ld\n", nap(n));
		break;
	default:
		go(idle, NULL);
		runtime_Semacquire(&done);
	}
}
