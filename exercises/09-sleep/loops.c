/*
 * Loops of exercise 09's driver: so many calls that watching each would take
 * longer than they do.
 */
#include "lib/lib.h"

void addall(struct g *gs, int64_t n, int64_t step);
uint32_t takesome(struct g *gs, int64_t now, int64_t many, uint32_t sum);

/* Put n goroutines in, with the times i * step % n. */
void
addall(struct g *gs, int64_t n, int64_t step)
{
	for (int64_t i = 0; i < n; i++)
		timeradd(&gs[i], i * step % n);
}

/* Take so many out; what they are goes into the sum. */
uint32_t
takesome(struct g *gs, int64_t now, int64_t many, uint32_t sum)
{
	while (many-- > 0) {
		struct g *gp = timertake(now);

		sum = sum * 31 + (uint32_t)(gp == NULL ? -1 : gp - gs);
	}
	return sum;
}
