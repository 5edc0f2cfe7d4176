/*
 * What the copy of a block costs: ours upwards, ours downwards, and the C
 * library's.  Ours is called rt0_memmove here; see bench/memmove.sh.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

void *rt0_memmove(void *dst, const void *src, size_t n);

static char block[3 << 16] __attribute__((aligned(4096)));

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* Nanoseconds for one copy of n bytes: the best of several rounds. */
static double
measure(void *(*volatile copy)(void *, const void *, size_t), char *dst,
    const char *src, size_t n)
{
	int times = n < 1024 ? 1000 : (int)(1000000 / n);
	double best = 0;

	for (int round = 0; round < 300; round++) {
		double start = now(), t;

		for (int i = 0; i < times; i++)
			copy(dst, src, n);
		t = (now() - start) / times;
		if (round == 0 || t < best)
			best = t;
	}
	return best;
}

/* Print a column; tenths of a nanosecond only where they mean something. */
static void
column(double ns)
{
	printf("\t%.*f", ns < 100 ? 1 : 0, ns);
}

int
main(void)
{
	static const size_t sizes[] = { 8, 64, 256, 1024, 4096, 65536 };
	char *low = block, *high = block + (1 << 16) + 64;

	puts("bytes\tup_ns\tdown_ns\tlibc_ns");
	for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		size_t n = sizes[i];

		printf("%zu", n);
		column(measure(rt0_memmove, low, high, n));
		column(measure(rt0_memmove, low + 4, low, n));
		column(measure(memmove, low, high, n));
		putchar('\n');
	}
	return 0;
}
