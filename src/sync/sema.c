/* SPDX-License-Identifier: MIT */
/* Tangled from book/10-park-and-ready.nw; edit that, not this file. */
/*
 * Semaphores: any word of the program can be one.  Its value is the number
 * of units that can be taken.  Who waits is in a table by the address.
 *
 * Invariant: a taker waits only if, at some moment after it was counted in
 * nwait, the value was 0 or another one waited for the same.  A giver that
 * adds a unit holds the lock of the place, or looks at nwait after that.  So
 * one of them sees the other, and if a unit lies in the word while a taker
 * waits, some giver is on its way to hand that unit over.
 */
#include "sync/sync.h"

/* the table of those who wait */
enum { SEMTABBITS = 14 };

/* The semaphores that share a place in the table. */
static struct semaroot {
	struct mutex lock;	/* for what follows; nwait is read without */
	uint32_t nwait;		/* who waits here, or is about to */
	struct sudog *head;	/* for each semaphore, who has waited longest */
} semtable[1 << SEMTABBITS];

/* The place of addr: the upper bits of a product depend on all of it. */
static struct semaroot *
semroot(uint32_t *addr)
{
	uint64_t h = (uintptr_t)addr / sizeof *addr * 0x9e3779b97f4a7c15;

	return &semtable[h >> (64 - SEMTABBITS)];
}

/* Put s behind all who wait for the same. */
static void
enqueue(struct semaroot *root, struct sudog *s)
{
	for (struct sudog *t = root->head; t != NULL; t = t->next)
		if (t->addr == s->addr) {
			t->last->waitlink = s;
			t->last = s;
			return;
		}
	s->last = s;
	s->next = root->head;
	root->head = s;
}

/* The link to the first who waits at addr, or the one that ends the list. */
static struct sudog **
place(struct semaroot *root, uint32_t *addr)
{
	struct sudog **link = &root->head;

	while (*link != NULL && (*link)->addr != addr)
		link = &(*link)->next;
	return link;
}

/* Take out the one who has waited longest at addr, or NULL. */
static struct sudog *
dequeue(struct semaroot *root, uint32_t *addr)
{
	struct sudog **link = place(root, addr);
	struct sudog *s = *link;
	struct sudog *t = s != NULL ? s->waitlink : NULL;

	if (t != NULL) {
		t->last = s->last;
		t->next = s->next;
	}
	if (s != NULL)
		*link = t != NULL ? t : s->next;
	return s;
}

/* Take a unit if there is one. */
static int
cansemacquire(uint32_t *addr)
{
	uint32_t v = __atomic_load_n(addr, __ATOMIC_SEQ_CST);

	while (v > 0)
		if (__atomic_compare_exchange_n(addr, &v, v - 1, 0,
		    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return 1;
	return 0;
}

/* Wait until *addr is more than 0 and take 1 from it. */
void
semacquire(uint32_t *addr)
{
	struct semaroot *root = semroot(addr);
	struct sudog s = { .g = getg(), .addr = addr };

	if (__atomic_load_n(&root->nwait, __ATOMIC_RELAXED) == 0 &&
	    cansemacquire(addr))
		return;
	lock(&root->lock);
	/* count ourselves and look again */
	s.g->waitson = addr;
	__atomic_store_n(&root->nwait, root->nwait + 1, __ATOMIC_RELAXED);
	if (*place(root, addr) == NULL && cansemacquire(addr)) {
		__atomic_store_n(&root->nwait, root->nwait - 1, __ATOMIC_RELAXED);
		unlock(&root->lock);
		return;
	}
	enqueue(root, &s);
	goparkunlock(&root->lock, "semacquire");
}

/* No goroutine waits at root, and none is about to. */
static inline int
quiet(struct semaroot *root)
{
	/* the lock first: a taker that has given it back is counted */
	return __atomic_load_n(&root->lock.key, __ATOMIC_SEQ_CST) == 0 &&
	    __atomic_load_n(&root->nwait, __ATOMIC_SEQ_CST) == 0;
}

/* Add 1 to *addr, or give it to the one who has waited longest for it. */
void
semrelease(uint32_t *addr)
{
	struct semaroot *root = semroot(addr);
	struct sudog *s = NULL;
	int down = 0;

	/* if nobody waits, put the unit down */
	if (__builtin_expect(watched, 0))
		seedyield();
	if (quiet(root)) {
		__atomic_fetch_add(addr, 1, __ATOMIC_SEQ_CST);
		if (quiet(root))
			return;
		down = 1;
	}
	lock(&root->lock);
	/* find who gets the unit */
	if (!down) {
		s = dequeue(root, addr);
		if (s == NULL)
			__atomic_fetch_add(addr, 1, __ATOMIC_SEQ_CST);
	} else if (*place(root, addr) != NULL && cansemacquire(addr))
		s = dequeue(root, addr);
	if (s != NULL)
		__atomic_store_n(&root->nwait, root->nwait - 1,
		    __ATOMIC_RELAXED);
	unlock(&root->lock);
	if (s != NULL)
		goready(s->g);
}
