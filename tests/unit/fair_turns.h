/*
 * For tests of fair turns: how long a goroutine waits in the list, the ring or
 * the pile of p.  Whoever includes this has p, gs and reset.
 */
enum { LIST, PILE, RING };

/* gs[1] waits somewhere with k ahead. */
static void
queue(int where, int k)
{
	for (int i = k; i >= 0; i--) {
		struct g *gp = i > 0 ? &gs[10 + i] : &gs[1];

		if (where == LIST)
			globrunqput(gp);
		else if (where == RING)
			runqput(&p, gp);
		else
			runnextput(&p, gp);
	}
}

/* Who runs in the next turn, if each one puts gs[0] on the pile. */
static struct g *
turn(void)
{
	struct g *gp = fairturn(&p) ? runqfair(&p) : NULL;

	if (gp == NULL) {
		runnextput(&p, &gs[0]);
		gp = runqget(&p);
	}
	p.schedtick++;
	return gp;
}

/* The longest that gs[1] waits in list or ring with k ahead, from tick on. */
static int
longest(int where, int k, uint32_t tick, uint32_t fairturns)
{
	int most = 0;

	for (uint32_t since = 1; since <= 30; since++)
		for (int who = 0; who < 2; who++) {
			int n = 1;

			reset(0, 0);
			p.schedtick = tick;
			p.fairtick = tick - since;
			p.fairlist = who;
			p.fairturns = fairturns;
			queue(where, k);
			if (where == RING)	/* who is at the bottom is a third */
				runnextput(&p, &gs[2]);
			while (turn() != &gs[1] && n < 1000)
				n++;
			most = n > most ? n : most;
		}
	return most;
}
