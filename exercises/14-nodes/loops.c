/*
 * Loops of exercise 14's driver whose calls nobody has to watch.
 */
#include "sync/sync.h"
#include "rt0.h"

void labour(long n);
void await(const uint32_t *p, uint32_t n, long patience);

/* Work: what takes time, and is a point at which threads take turns. */
void
labour(long n)
{
	while (n-- > 0)
		runtime_Nanotime();
}

/* Until *p is n, or patience is over. */
void
await(const uint32_t *p, uint32_t n, long patience)
{
	while (patience-- > 0 && __atomic_load_n(p, __ATOMIC_SEQ_CST) != n)
		runtime_Nanotime();
}
