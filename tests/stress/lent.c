/*
 * lent: all Ps but main's go into the kernel with goroutines that read from
 * empty pipes; main makes others and turns round until they have run.  It
 * never steps back, so somebody has to take a P from the kernel for them.  With
 * one P main steps back, and it is main that a P must be taken for.
 *
 * The readers make some short calls first, so that the P that is taken is
 * sometimes in the kernel for the first time and sometimes for the tenth.
 */
#include "stress.h"

enum { MAX = 64, ROUNDS = 60, SYS_pipe = 22, SYS_getpid = 39 };

static int fds[MAX][2];
static uint64_t ran;
static uint32_t done, ready;

static void
mark(void *arg)
{
	(void)arg;
	atomicadd(&ran, 1);
}

static void
reader(void *arg)
{
	uint64_t i = (uint64_t)arg, state = i + seed;
	char c = 0;

	runtime_Semrelease(&ready);
	for (uint64_t n = below(&state, 10); n > 0; n--)
		syscall_Syscall6(SYS_getpid, 0, 0, 0, 0, 0, 0);
	if (os_Read(fds[i][0], &c, 1) != 1 || c != (char)i)
		FAIL("reader %lu has got %d\n", i, c);
	runtime_Semrelease(&done);
}

/* Make n goroutines and stay until they have run. */
static void
need(uint64_t n)
{
	__atomic_store_n(&ran, 0, __ATOMIC_RELAXED);
	for (uint64_t i = 0; i < n; i++)
		go(mark, NULL);
	if (procs > 1)
		await(&ran, n);
	else
		while (atomicget(&ran) != n)
			runtime_Gosched();
}

void
main_main(void)
{
	arguments();
	for (int i = 0; i < MAX; i++)
		if (syscall_Syscall6(SYS_pipe, (long)fds[i], 0, 0, 0, 0, 0))
			FAIL("no pipe %d\n", i);
	for (long round = 0; round < ROUNDS * scale; round++) {
		uint64_t n = 1 + below(&seed, 2 * (uint64_t)procs);

		n = n > MAX ? MAX : n;
		for (uint64_t i = 0; i < n; i++)
			go(reader, (void *)i);
		if (below(&seed, 2))
			for (uint64_t i = 0; i < n; i++)
				runtime_Semacquire(&ready);
		else
			__atomic_store_n(&ready, 0, __ATOMIC_RELAXED);
		spin(below(&seed, 1UL << below(&seed, 14)));
		need(1 + below(&seed, 4));
		for (uint64_t i = 0; i < n; i++)
			if (os_Write(fds[i][1], (char[]){ (char)i }, 1) != 1)
				FAIL("pipe %lu takes nothing\n", i);
		for (uint64_t i = 0; i < n; i++)
			runtime_Semacquire(&done);
	}
	fmt_Printf("ok\n");
}
