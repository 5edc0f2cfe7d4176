/* SPDX-License-Identifier: MIT */
/* Tangled from book/08-two-threads.nw; edit that, not this file. */
/*
 * Locks and notes, from one system call: sleep while a word has a value,
 * and wake who sleeps at a word.
 */
#include "os/os.h"
#include "os/sys_linux.h"

/* Sleep while *addr is val; may return for no reason. */
static void
futexsleep(uint32_t *addr, uint32_t val)
{
	long r = sys_futex(addr, FUTEX_WAIT_PRIVATE, val, NULL);

	if (r < 0 && r != -EAGAIN && r != -EINTR)
		sysfail("futexsleep", -r);
}

/* Wake up to n threads that sleep at addr. */
static void
futexwakeup(uint32_t *addr, uint32_t n)
{
	long r = sys_futex(addr, FUTEX_WAKE_PRIVATE, n, NULL);

	if (r < 0)
		sysfail("futexwakeup", -r);
}

/* Wait until n has happened, ns nanoseconds at most; for ever if ns < 0. */
void
notetsleep(struct note *n, int64_t ns)
{
	int64_t end = nanotime() + ns;

	while (__atomic_load_n(&n->key, __ATOMIC_ACQUIRE) == 0) {
		int64_t left = ns < 0 ? 0 : end - nanotime();
		int64_t ts[2] = { left / 1000000000, left % 1000000000 };
		long r;

		if (ns >= 0 && left <= 0)
			return;
		r = sys_futex(&n->key, FUTEX_WAIT_PRIVATE, 0,
		    ns < 0 ? NULL : ts);
		if (r < 0 && r != -EAGAIN && r != -EINTR && r != -ETIMEDOUT)
			sysfail("notetsleep", -r);
	}
}

/* lock and unlock */
enum { UNLOCKED, LOCKED };
enum { ACTIVESPIN = 4, PAUSES = 30 };

/* Take l if it is free, without waiting. */
static inline int
trylock(struct mutex *l)
{
	uint32_t v = UNLOCKED;

	/* acquire: of what was done under the lock; seq_cst: see quiet */
	return __atomic_load_n(&l->key, __ATOMIC_RELAXED) == UNLOCKED &&
	    __atomic_compare_exchange_n(&l->key, &v, LOCKED, 0,
	    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

/* Look a few times, let another thread run, and then sleep. */
static void
lockslow(struct mutex *l)
{
	for (int i = 0; i < ACTIVESPIN && ncpu > 1; i++) {
		for (int j = 0; j < PAUSES; j++)
			__builtin_ia32_pause();
		if (trylock(l))
			return;
	}
	sys_sched_yield();
	if (trylock(l))
		return;
	__atomic_fetch_add(&l->sleepers, 1, __ATOMIC_RELAXED);
	/* with the light one of unlock: it sees us, or we see the lock free */
	heavyfence();
	while (!trylock(l))
		futexsleep(&l->key, LOCKED);
	__atomic_fetch_sub(&l->sleepers, 1, __ATOMIC_RELAXED);
}

/* Wait until l is free and take it.  Blocks the thread, not the goroutine. */
void
lock(struct mutex *l)
{
	getmos()->locks++;
	if (!trylock(l))
		lockslow(l);
}

/* Give l back, and wake one of those who sleep for it. */
void
unlock(struct mutex *l)
{
	if (__atomic_load_n(&l->key, __ATOMIC_RELAXED) == UNLOCKED)
		throw("unlock: of an unlocked lock");
	/* release: the next holder sees what was done under it */
	__atomic_store_n(&l->key, UNLOCKED, __ATOMIC_RELEASE);
	lightfence();
	if (__builtin_expect(__atomic_load_n(&l->sleepers, __ATOMIC_RELAXED) !=
	    0, 0))
		futexwakeup(&l->key, 1);
	getmos()->locks--;
}

/* Make n ready for the next time.  Nobody may be waiting. */
void
noteclear(struct note *n)
{
	__atomic_store_n(&n->key, 0, __ATOMIC_RELAXED);
}

/* Let n happen: whoever waits for it goes on. */
void
notewakeup(struct note *n)
{
	if (__atomic_exchange_n(&n->key, 1, __ATOMIC_RELEASE) != 0)
		throw("notewakeup: double wakeup");
	futexwakeup(&n->key, 1);
}

/* Wait until n has happened.  Blocks the thread. */
void
notesleep(struct note *n)
{
	while (__atomic_load_n(&n->key, __ATOMIC_ACQUIRE) == 0)
		futexsleep(&n->key, 0);
}
