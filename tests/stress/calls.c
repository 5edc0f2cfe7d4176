/*
 * calls: numbers go round in rings of pipes, and each goroutine that reads
 * one adds 1.  Between two reads it makes a short call, sleeps in the kernel,
 * steps back, turns round, or passes a lock.  Nobody may run on two threads,
 * and nothing may get lost.
 */
#include "stress.h"

enum {
	RINGS = 8, LONG = 12, ROUNDS = 20, SYS_pipe = 22, SYS_nanosleep = 35,
	SYS_getpid = 39,
};

static struct member {
	int from, to;		/* descriptors */
	long reads;
	uint64_t state;
	uint32_t inside;	/* on so many threads */
} members[RINGS][LONG];

static uint32_t done, mutex = 1;
static long sum, pid;

static void
something(uint64_t *state)
{
	long ts[2] = { 0, (long)below(state, 150000) };

	switch (below(state, 8)) {
	case 0:
		syscall_Syscall6(SYS_nanosleep, (long)ts, 0, 0, 0, 0, 0);
		break;
	case 1:
		runtime_Gosched();
		break;
	case 2:
		spin(below(state, 2000));
		break;
	case 3:
		runtime_Semacquire(&mutex);
		sum++;
		runtime_Gosched();
		sum--;
		runtime_Semrelease(&mutex);
		break;
	default:
		if (syscall_Syscall6(SYS_getpid, 0, 0, 0, 0, 0, 0) != pid)
			FAIL("a call has another's result\n");
	}
}

static void
live(void *arg)
{
	struct member *me = arg;
	uint64_t v;

	for (long i = 0; i < me->reads; i++) {
		if (os_Read(me->from, &v, sizeof v) != sizeof v)
			FAIL("a read failed\n");
		if (__atomic_fetch_add(&me->inside, 1, __ATOMIC_SEQ_CST) != 0)
			FAIL("a goroutine runs twice\n");
		something(&me->state);
		v++;
		__atomic_fetch_sub(&me->inside, 1, __ATOMIC_SEQ_CST);
		if (os_Write(me->to, &v, sizeof v) != sizeof v)
			FAIL("a write failed\n");
	}
	runtime_Semrelease(&done);
}

/* Start ring r of n; the descriptor to read from and write to, in ends. */
static void
ring(long r, long n, int *ends)
{
	int fds[LONG + 1][2];

	for (long i = 0; i <= n; i++)
		if (syscall_Syscall6(SYS_pipe, (long)fds[i], 0, 0, 0, 0, 0))
			FAIL("no pipe\n");
	for (long i = 0; i < n; i++) {
		members[r][i] = (struct member){ fds[i][0], fds[i + 1][1],
		    ROUNDS, below(&seed, 1UL << 62), 0 };
		go(live, &members[r][i]);
	}
	ends[0] = fds[n][0];
	ends[1] = fds[0][1];
}

static void
turn(int (*ends)[2], long rings, uint64_t *v)
{
	for (long r = 0; r < rings; r++)
		if (os_Write(ends[r][1], &v[r], sizeof v[r]) != sizeof v[r])
			FAIL("main cannot write\n");
	for (long r = 0; r < rings; r++)
		if (os_Read(ends[r][0], &v[r], sizeof v[r]) != sizeof v[r])
			FAIL("main cannot read\n");
}

void
main_main(void)
{
	arguments();
	pid = syscall_Syscall6(SYS_getpid, 0, 0, 0, 0, 0, 0);
	for (long round = 0; round < scale; round++) {
		long rings = 1 + (long)below(&seed, RINGS), all = 0;
		long n[RINGS];
		int ends[RINGS][2];
		uint64_t v[RINGS] = { 0 };

		for (long r = 0; r < rings; r++) {
			n[r] = 1 + (long)below(&seed, LONG);
			all += n[r];
			ring(r, n[r], ends[r]);
		}
		for (int i = 0; i < ROUNDS; i++)
			turn(ends, rings, v);
		for (long i = 0; i < all; i++)
			runtime_Semacquire(&done);
		for (long r = 0; r < rings; r++)
			if (v[r] != (uint64_t)(ROUNDS * n[r]))
				FAIL("ring %ld: %lu\n", r, v[r]);
	}
	fmt_Printf(sum == 0 ? "ok\n" : "the lock has let two in\n");
}
