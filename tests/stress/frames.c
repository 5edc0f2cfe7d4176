/*
 * frames: a semaphore in a stack frame that is gone as soon as its last unit
 * is taken.  The word is then used for something else, and whoever is still
 * inside Semrelease must not touch it.
 *
 * Semrelease looks at those who wait in the same place of the runtime's
 * table.  So meanwhile a partner waits there, at another address.
 */
#include "stress.h"

enum { ROUNDS = 2000, WORDS = 16, GATES = 1 << 16 };

static uint32_t gates[GATES];
static uint32_t claimed[GATES];	/* by a parent */
static uint32_t done;

struct parent {
	uint64_t state;
	uint32_t *gate;		/* where the partner shall wait; NULL: end */
	uint32_t start, back;
};

/* The place in the table, as src/sync/sema.c has it. */
static uint64_t
place(volatile uint32_t *addr)
{
	return (uintptr_t)addr / 4 * 0x9e3779b97f4a7c15 >> (64 - 14);
}

/* A word of gates that shares its place with addr and is nobody else's. */
static uint32_t *
neighbour(volatile uint32_t *addr)
{
	for (long i = 0; i < GATES; i++)
		if (place(&gates[i]) == place(addr) &&
		    __atomic_exchange_n(&claimed[i], 1, __ATOMIC_RELAXED) == 0)
			return &gates[i];
	FAIL("no gate shares the place of %p\n", (void *)addr);
	return NULL;
}

static void
partner(void *arg)
{
	struct parent *p = arg;

	for (;;) {
		runtime_Semacquire(&p->start);
		if (p->gate == NULL)
			break;
		runtime_Semacquire(p->gate);
		runtime_Semrelease(&p->back);
	}
	runtime_Semrelease(&p->back);
}

static void
child(void *arg)
{
	runtime_Semrelease(arg);
}

/* A frame with a semaphore, to which a child gives a unit. */
static __attribute__((noinline)) void
joined(struct parent *p, long at)
{
	volatile uint32_t words[WORDS];

	words[at] = 0;
	if (p->gate == NULL)
		p->gate = neighbour(&words[at]);
	go(child, (void *)&words[at]);
	if (below(&p->state, 4) != 0)
		spin(below(&p->state, 1000));
	runtime_Semacquire((uint32_t *)&words[at]);
}

/* The same frame, with numbers in it that nobody else knows of. */
static __attribute__((noinline)) void
filled(struct parent *p, uint64_t parent)
{
	volatile uint32_t words[WORDS];
	uint32_t first = 1 + (uint32_t)below(&p->state, 1 << 30);

	for (uint32_t i = 0; i < WORDS; i++)
		words[i] = first + i;
	runtime_Semrelease(&p->start);
	if (below(&p->state, 2) == 0)
		runtime_Gosched();
	for (uint32_t k = 0; k < 200; k++)
		for (uint32_t i = 0; i < WORDS; i++) {
			if (words[i] != first + i + k)
				FAIL("parent %lu: word %u is %x, not %x: "
				    "somebody wrote to a frame that is gone\n",
				    parent, i, words[i], first + i + k);
			words[i]++;
		}
	runtime_Semrelease(p->gate);
	runtime_Semacquire(&p->back);
}

static void
parent(void *arg)
{
	uint64_t me = (uint64_t)arg;
	struct parent p = { .state = seed + me * 7919 };
	long at = (long)below(&p.state, WORDS);

	go(partner, &p);
	for (long i = 0; i < ROUNDS * scale; i++) {
		joined(&p, at);
		filled(&p, me);
	}
	p.gate = NULL;
	runtime_Semrelease(&p.start);
	runtime_Semacquire(&p.back);
	runtime_Semrelease(&done);
}

void
main_main(void)
{
	long parents;

	arguments();
	/* few, so that a P is idle and takes the child at once */
	parents = 1 + (long)(seed % 4);
	for (long i = 0; i < parents; i++)
		go(parent, (void *)i);
	for (long i = 0; i < parents; i++)
		runtime_Semacquire(&done);
	fmt_Printf("ok\n");
}
