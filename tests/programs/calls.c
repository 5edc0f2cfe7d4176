/*
 * calls N ROUNDS: N goroutines take ROUNDS turns each: a short system call,
 * one that sleeps, a step back, a semaphore.  No goroutine is lost, and none
 * runs on two threads at a time.
 */
#include "rt0.h"
#include "number.h"

enum { MAX = 2000, SYS_nanosleep = 35, SYS_getpid = 39 };

static struct life {
	uint32_t inside;	/* on so many threads */
	uint32_t turns;
} lives[MAX];

static uint32_t done, wrong, mutex = 1;
static long rounds, pid;

static void
wait(long i)
{
	long ts[2] = { 0, i % 7 * 30000 };

	switch (i % 5) {
	case 0:
		syscall_Syscall6(SYS_nanosleep, (long)ts, 0, 0, 0, 0, 0);
		break;
	case 1:
		runtime_Gosched();
		break;
	case 2:
		runtime_Semacquire(&mutex);
		runtime_Semrelease(&mutex);
		break;
	default:
		if (syscall_Syscall6(SYS_getpid, 0, 0, 0, 0, 0, 0) != pid)
			__atomic_fetch_add(&wrong, 1, __ATOMIC_SEQ_CST);
	}
}

static void
live(void *arg)
{
	struct life *me = arg;

	for (long i = 0; i < rounds; i++) {
		if (__atomic_fetch_add(&me->inside, 1, __ATOMIC_SEQ_CST) != 0)
			__atomic_fetch_add(&wrong, 1, __ATOMIC_SEQ_CST);
		me->turns++;
		wait(i + (me - lives));
		__atomic_fetch_sub(&me->inside, 1, __ATOMIC_SEQ_CST);
	}
	runtime_Semrelease(&done);
}

void
main_main(void)
{
	long n = number(os_Args[1]), turns = 0;

	rounds = number(os_Args[2]);
	pid = syscall_Syscall6(SYS_getpid, 0, 0, 0, 0, 0, 0);
	for (int wave = 0; wave < 3; wave++) {
		for (long i = 0; i < n; i++)
			go(live, &lives[i]);
		for (long i = 0; i < n; i++)
			runtime_Semacquire(&done);
	}
	while (runtime_NumGoroutine() > 1)
		runtime_Gosched();
	for (long i = 0; i < n; i++)
		turns += lives[i].turns;
	fmt_Printf("%ld turns, %u wrong\n", turns, wrong);
}
