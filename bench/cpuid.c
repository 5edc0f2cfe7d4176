/*
 * cpuid: what the instructions of rt0_go cost that are not plain ones.
 *
 * Prints one line for each, separated by tabs: its name, and the median of
 * ROUNDS measurements in nanoseconds.  A measurement times BATCH executions
 * in a row and divides.  In a virtual machine cpuid leaves for the hypervisor
 * and comes back; bench/cpuid.sh notes whether this is one.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>

enum { ROUNDS = 501, BATCH = 16, ARCH_GET_FS = 0x1003 };

static void
cpuid(unsigned leaf)
{
	unsigned b, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(leaf), "=b"(b), "+c"(c), "=d"(d));
}

static void cpuid0(void) { cpuid(0); }
static void cpuid1(void) { cpuid(1); }
static void cpuid7(void) { cpuid(7); }

static void
xgetbv(void)
{
	__asm__ volatile("xgetbv" : : "c"(0) : "eax", "edx");
}

static void
arch_prctl(void)
{
	unsigned long fs;
	long nr = SYS_arch_prctl;

	__asm__ volatile("syscall" : "+a"(nr) : "D"(ARCH_GET_FS), "S"(&fs)
	    : "rcx", "r11", "memory");
}

/* Write to %fs what it holds.  Needs FSGSBASE. */
static void
wrfsbase(void)
{
	unsigned long fs;

	__asm__ volatile("rdfsbase %0; wrfsbase %0" : "=r"(fs));
}

static void
load(void)
{
	unsigned long word;

	__asm__ volatile("movq %%fs:0, %0" : "=r"(word));
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
measure(const char *name, void (*what)(void))
{
	static double ns[ROUNDS];
	struct timespec s, e;

	for (int i = 0; i < ROUNDS; i++) {
		clock_gettime(CLOCK_MONOTONIC, &s);
		for (int k = 0; k < BATCH; k++)
			what();
		clock_gettime(CLOCK_MONOTONIC, &e);
		ns[i] = ((double)(e.tv_sec - s.tv_sec) * 1e9 +
		    (double)(e.tv_nsec - s.tv_nsec)) / BATCH;
	}
	qsort(ns, ROUNDS, sizeof *ns, ascending);
	printf("%s\t%.0f\n", name, ns[ROUNDS / 2]);
}

int
main(void)
{
	unsigned a = 1, b, c, d;

	measure("cpuid-0", cpuid0);
	measure("cpuid-1", cpuid1);
	measure("cpuid-7", cpuid7);
	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
	if (c & 1u << 27)		/* OSXSAVE */
		measure("xgetbv", xgetbv);
	measure("arch_prctl", arch_prctl);
	if (getauxval(AT_HWCAP2) & 2)	/* FSGSBASE */
		measure("wrfsbase", wrfsbase);
	measure("load-fs", load);
	return 0;
}
