/*
 * sched: the workloads by which schedulers are compared.
 *
 *	sched WORKLOAD N
 *
 * Prints the nanoseconds that the work took and by what to divide them.
 * bench/go/sched.go does the same work in Go.  N scales the work; what it
 * counts stands above each function.
 */
#include "rt0.h"

static uint32_t done;		/* a semaphore: one unit for each that ended */

static void
join(long n)
{
	for (long i = 0; i < n; i++)
		runtime_Semacquire(&done);
}

/* -- yield: two goroutines take turns, N times each ------------------------ */

static void
yielder(void *arg)
{
	for (long n = (long)arg; n > 0; n--)
		runtime_Gosched();
	runtime_Semrelease(&done);
}

static long
yield(long n)
{
	go(yielder, (void *)n);
	go(yielder, (void *)n);
	join(2);
	return 2 * n;
}

/* -- spawn: N goroutines, each started when the one before has ended ------- */

static void
nothing(void *arg)
{
	(void)arg;
	runtime_Semrelease(&done);
}

static long
spawn(long n)
{
	for (long i = 0; i < n; i++) {
		go(nothing, NULL);
		runtime_Semacquire(&done);
	}
	return n;
}

/* -- batch: N goroutines at once, twice; the second time counts ------------ */

static int64_t start;

static long
batch(long n)
{
	for (int round = 0; round < 2; round++) {
		start = runtime_Nanotime();
		for (long i = 0; i < n; i++)
			go(nothing, NULL);
		join(n);
	}
	return n;
}

/* -- pingpong: N messages there and back between two goroutines ------------ */

static uint32_t ping, pong;

static void
ponger(void *arg)
{
	for (long n = (long)arg; n > 0; n--) {
		runtime_Semacquire(&ping);
		runtime_Semrelease(&pong);
	}
}

static long
pingpong(long n)
{
	go(ponger, (void *)n);
	for (long i = 0; i < n; i++) {
		runtime_Semrelease(&ping);
		runtime_Semacquire(&pong);
	}
	return 2 * n;
}

/* -- sema: 100 goroutines pass through one semaphore of one unit, N in all - */

static uint32_t mutex = 1;
static long guarded;

static void
passer(void *arg)
{
	for (long n = (long)arg; n > 0; n--) {
		runtime_Semacquire(&mutex);
		guarded++;
		runtime_Semrelease(&mutex);
		if (n % 16 == 0)
			runtime_Gosched();
	}
	runtime_Semrelease(&done);
}

static long
sema(long n)
{
	for (int i = 0; i < 100; i++)
		go(passer, (void *)(n / 100));
	join(100);
	return guarded;
}

/* -- skynet: a tree of N leaves, ten below each node; they add their numbers */

struct node {
	long num, size, sum;
	uint32_t *joined;
};

static void
skynode(void *arg)
{
	struct node *t = arg;

	if (t->size == 1) {
		t->sum = t->num;
	} else {
		uint32_t joined = 0;
		struct node child[10];

		for (int i = 0; i < 10; i++) {
			long size = t->size / 10;

			child[i] = (struct node){ t->num + i * size, size, 0,
			    &joined };
			go(skynode, &child[i]);
		}
		for (int i = 0; i < 10; i++)
			runtime_Semacquire(&joined);
		for (int i = 0; i < 10; i++)
			t->sum += child[i].sum;
	}
	runtime_Semrelease(t->joined);
}

static long
skynet(long n)
{
	struct node root = { 0, n, 0, &done };

	go(skynode, &root);
	join(1);
	if (root.sum != n * (n - 1) / 2)
		os_Exit(1);
	return 1;
}

/* -- fib: fib(N), a goroutine for one of the two calls of each ------------- */

struct fib {
	long n, result;
	uint32_t joined;
};

static long fib(long n);

static void
fibcall(void *arg)
{
	struct fib *f = arg;

	f->result = fib(f->n);
	runtime_Semrelease(&f->joined);
}

static long
fib(long n)
{
	struct fib f = { n - 1, 0, 0 };
	long other;

	if (n < 2)
		return n;
	go(fibcall, &f);
	other = fib(n - 2);
	runtime_Semacquire(&f.joined);
	return f.result + other;
}

static long
fibs(long n)
{
	return fib(n) > 0;
}

/* -- parked: N goroutines wait at the same time, then all are let go ------- */

static uint32_t gate, arrived;

static void
parker(void *arg)
{
	(void)arg;
	runtime_Semrelease(&arrived);
	runtime_Semacquire(&gate);
	runtime_Semrelease(&done);
}

static long
parked(long n)
{
	for (long i = 0; i < n; i++) {
		go(parker, NULL);
		runtime_Semacquire(&arrived);
	}
	for (long i = 0; i < n; i++)
		runtime_Semrelease(&gate);
	join(n);
	return n;
}

/* -- which ----------------------------------------------------------------- */

static const struct workload {
	const char *name;
	long (*run)(long n);
} workloads[] = {
	{ "yield", yield }, { "spawn", spawn }, { "batch", batch },
	{ "pingpong", pingpong }, { "sema", sema }, { "skynet", skynet },
	{ "fib", fibs }, { "parked", parked },
};

static int
same(const char *a, const char *b)
{
	while (*a != 0 && *a == *b)
		a++, b++;
	return *a == *b;
}

void
main_main(void)
{
	const char *name = os_Argc == 3 ? os_Args[1] : "";
	const char *s = os_Argc == 3 ? os_Args[2] : "";
	long n = 0;

	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + (*s - '0');
	for (size_t i = 0; i < sizeof workloads / sizeof workloads[0]; i++)
		if (same(name, workloads[i].name)) {
			long count;

			start = runtime_Nanotime();
			count = workloads[i].run(n);
			fmt_Printf("%ld %ld\n", runtime_Nanotime() - start,
			    count);
			return;
		}
	fmt_Fprintf(2, "usage: sched WORKLOAD N; workloads:");
	for (size_t i = 0; i < sizeof workloads / sizeof workloads[0]; i++)
		fmt_Fprintf(2, " %s", workloads[i].name);
	fmt_Fprintf(2, "\n");
	os_Exit(2);
}
