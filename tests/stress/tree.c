/*
 * tree: random programs.  Each goroutine draws what it does from its own
 * state: start children, step back, pass through a semaphore of one unit or
 * of several, wait for its children, or leave them to its parent.
 *
 * At the end the sums agree, and no semaphore has lost or gained a unit.
 */
#include "stress.h"

enum { NSEMA = 24, DEPTH = 5 };

/* Semaphore i has i % 3 + 1 units. */
static struct {
	uint32_t sema;
	uint32_t inside;	/* goroutines that hold a unit */
	uint64_t passed;	/* guarded where there is one unit */
	uint64_t count;		/* the same, counted atomically */
} gates[NSEMA];

static uint64_t born, died;

struct life {
	uint64_t state;
	int depth;
	uint32_t *joined;	/* whom we tell that we have ended */
};

/* Take a unit of gate i, maybe one of a later gate too, give them back. */
static void
pass(uint64_t *state, int i)
{
	uint32_t units = (uint32_t)i % 3 + 1, inside;

	runtime_Semacquire(&gates[i].sema);
	inside = __atomic_add_fetch(&gates[i].inside, 1, __ATOMIC_SEQ_CST);
	if (inside > units)
		FAIL("gate %d: %u inside, %u may be\n", i, inside, units);
	if (units == 1)
		gates[i].passed++;
	atomicadd(&gates[i].count, 1);
	switch (below(state, 4)) {
	case 0:
		runtime_Gosched();
		break;
	case 1:
		spin(below(state, 200));
		break;
	case 2:
		if (i + 1 < NSEMA)
			pass(state, i + 1 + (int)below(state,
			    (uint64_t)(NSEMA - i - 1)));
		break;
	}
	__atomic_fetch_sub(&gates[i].inside, 1, __ATOMIC_SEQ_CST);
	runtime_Semrelease(&gates[i].sema);
}

static void live(void *arg);

/* Run n children at the same time and wait for all. */
static void
family(struct life *me, int n)
{
	struct life child[8];
	uint32_t joined = 0;

	for (int i = 0; i < n; i++) {
		child[i] = (struct life){ below(&me->state, 1UL << 62),
		    me->depth + 1, &joined };
		atomicadd(&born, 1);
		go(live, &child[i]);
		if (below(&me->state, 4) == 0)
			runtime_Gosched();
	}
	for (int i = 0; i < n; i++)
		runtime_Semacquire(&joined);
	if (joined != 0)
		FAIL("%u units too many after a join\n", joined);
}

static void
live(void *arg)
{
	struct life *me = arg;

	for (uint64_t n = below(&me->state, 6); n > 0; n--)
		switch (below(&me->state, 4)) {
		case 0:
			if (me->depth < DEPTH)
				family(me, 1 + (int)below(&me->state, 8));
			break;
		case 1:
			runtime_Gosched();
			break;
		default:
			pass(&me->state, (int)below(&me->state, NSEMA));
		}
	atomicadd(&died, 1);
	runtime_Semrelease(me->joined);
}

void
main_main(void)
{
	arguments();
	for (int i = 0; i < NSEMA; i++)
		gates[i].sema = (uint32_t)i % 3 + 1;
	for (long round = 0; round < 40 * scale; round++) {
		struct life root = { seed + (uint64_t)round * 7919, 0, NULL };

		family(&root, 8);
		if (born != died)
			FAIL("%lu were born, %lu died\n", born, died);
	}
	for (int i = 0; i < NSEMA; i++) {
		uint32_t units = (uint32_t)i % 3 + 1;

		if (gates[i].sema != units || gates[i].inside != 0)
			FAIL("gate %d: %u units, not %u\n", i, gates[i].sema,
			    units);
		if (units == 1 && gates[i].passed != gates[i].count)
			FAIL("gate %d: counted %lu, passed %lu\n", i,
			    gates[i].passed, gates[i].count);
	}
	fmt_Printf("ok\n");
}
