/*
 * What it costs to read the clock: through the vDSO, by a system call, and,
 * as a floor, the processor's counter.  Run by bench/nanotime.sh.
 */
#include <stdint.h>
#include <stdio.h>
#include <sys/auxv.h>

enum { CALLS = 1000, ROUNDS = 1000 };

void vdsoauxv(uintptr_t ehdr);
int64_t nanotime(void);
int vdsofound(void);

static int64_t
counter(void)
{
	return (int64_t)__builtin_ia32_rdtsc();
}

/* Nanoseconds for one call of f: the best of several rounds. */
static double
measure(int64_t (*volatile f)(void))
{
	double best = 0;

	for (int round = 0; round < ROUNDS; round++) {
		int64_t start = nanotime();
		double t;

		for (int i = 0; i < CALLS; i++)
			f();
		t = (double)(nanotime() - start) / CALLS;
		if (round == 0 || t < best)
			best = t;
	}
	return best;
}

int
main(void)
{
	double syscall_ns, vdso_ns, rdtsc_ns;

	syscall_ns = measure(nanotime);		/* nobody has looked yet */
	vdsoauxv(getauxval(AT_SYSINFO_EHDR));
	if (!vdsofound()) {
		fputs("bench/nanotime: this kernel offers no vDSO\n", stderr);
		return 1;
	}
	vdso_ns = measure(nanotime);
	rdtsc_ns = measure(counter);
	printf("clock\tns\tper_second\n");
	printf("rdtsc\t%.1f\t%.0f million\n", rdtsc_ns, 1e3 / rdtsc_ns);
	printf("vdso\t%.1f\t%.0f million\n", vdso_ns, 1e3 / vdso_ns);
	printf("syscall\t%.1f\t%.1f million\n", syscall_ns, 1e3 / syscall_ns);
	printf("ratio\t%.1f\t\n", syscall_ns / vdso_ns);
	return 0;
}
