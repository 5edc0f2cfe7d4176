/*
 * For tests in which threads take goroutines from each other: how often each
 * was taken, and whether it was whole when it was.
 */
enum { ITEMS = 100000 };

static struct g *items;
static uint32_t *times;		/* how often each was taken */
static int ended;		/* 1: nothing is put any more; -1: one was not whole */

static void
beginitems(void)
{
	ended = 0;
	items = calloc(ITEMS, sizeof *items);
	times = calloc(ITEMS, sizeof *times);
}

/* What is put is written just before. */
static struct g *
item(int i)
{
	items[i].goid = i + 1;
	return &items[i];
}

static void
took(struct g *gp)
{
	/* what the owner wrote before it put gp */
	if (gp->goid != gp - items + 1)
		__atomic_store_n(&ended, -1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&times[gp - items], 1, __ATOMIC_RELAXED);
}

/* Nothing is put any more; 1 if one was not whole. */
static int
enditems(void)
{
	return __atomic_exchange_n(&ended, 1, __ATOMIC_RELEASE) != 0;
}

/* How many were not taken just once. */
static int
wrongitems(void)
{
	int bad = 0;

	for (int i = 0; i < ITEMS; i++)
		bad += times[i] != 1;
	free(items);
	free(times);
	return bad;
}
