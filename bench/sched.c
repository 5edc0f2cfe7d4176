/*
 * sched: the workloads by which schedulers are compared.
 *
 *	sched WORKLOAD N
 *
 * Prints the nanoseconds that the work took and by what to divide them; or
 * says what this runtime lacks for it, and ends with status 77.
 * bench/go/sched.go does the same work in Go.  N scales the work; what it
 * counts stands above each function, and so does what differs in Go.
 *
 * What differs everywhere: here a goroutine tells by a semaphore that it has
 * ended, one unit for each; a Go programmer takes a sync.WaitGroup, which
 * wakes its waiter once.  Goroutines here have stacks of one size, those of
 * Go grow from 2 KB; and Go collects garbage meanwhile, with its defaults.
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

/*
 * -- pingpong: N messages there and back between two goroutines ------------
 *
 * In Go two unbuffered channels of struct{}: the same two hand-overs, and
 * besides the sender waits until somebody receives.
 */

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

/*
 * -- sema: 100 goroutines pass through one semaphore of one unit, N in all -
 *
 * In Go a sync.Mutex, which is not the same promise: a unit of ours goes to
 * the one who has waited longest, a Mutex mostly to whoever runs.
 */

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

/*
 * -- skynet: a tree of N leaves, ten below each node; they add their numbers
 *
 * In Go skynet sends each sum through a channel, one per node, as the
 * benchmark of that name does; skyjoin is this one, line by line, with a
 * WaitGroup per node.  Both names run the same here.
 */

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

/*
 * -- fib: fib(N), a goroutine for one of the two calls of each -------------
 *
 * In Go the frame's result and WaitGroup escape to the heap.
 */

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

/*
 * -- parked: N goroutines wait at the same time, then all are let go -------
 *
 * In Go they wait to receive from one unbuffered channel.
 */

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

/*
 * -- wake: N times, a goroutine is made ready while another P is idle -------
 *
 * The time from before Semrelease to the first instruction of the one who
 * waited.  Who releases keeps its P all the while, so that only the other
 * can run it; and turns round for IDLE before, so that the thread of the
 * other is asleep and not still looking.  Prints the median, 1, and the 99th
 * percentile.  Wants GOMAXPROCS to be 2 or more.
 *
 * In Go the unit is a value in a buffered channel of one.
 */
enum { IDLE = 100000, MAXWAKES = 10000 };	/* ns */

static uint32_t bell;
static int64_t woken;		/* when; 0: not yet */
static int64_t wakes[MAXWAKES];

static void
sleeper(void *arg)
{
	for (long n = (long)arg; n > 0; n--) {
		runtime_Semacquire(&bell);
		__atomic_store_n(&woken, runtime_Nanotime(), __ATOMIC_RELEASE);
	}
	runtime_Semrelease(&done);
}

/* Order n numbers: insertion, with gaps that shrink. */
static void
sort(int64_t *numbers, long n)
{
	for (long gap = n / 2; gap > 0; gap /= 2)
		for (long i = gap; i < n; i++) {
			int64_t x = numbers[i];
			long j = i;

			for (; j >= gap && numbers[j - gap] > x; j -= gap)
				numbers[j] = numbers[j - gap];
			numbers[j] = x;
		}
}

static void
turnround(int64_t ns)
{
	int64_t end = runtime_Nanotime() + ns;

	while (runtime_Nanotime() < end)
		__builtin_ia32_pause();
}

static long
wake(long n)
{
	n = n < MAXWAKES ? n : MAXWAKES;
	go(sleeper, (void *)n);
	turnround(IDLE);
	for (long i = 0; i < n; i++) {
		int64_t at, now;

		__atomic_store_n(&woken, 0, __ATOMIC_RELAXED);
		turnround(IDLE);
		at = runtime_Nanotime();
		runtime_Semrelease(&bell);
		while ((now = __atomic_load_n(&woken, __ATOMIC_ACQUIRE)) == 0)
			__builtin_ia32_pause();
		wakes[i] = now - at;
	}
	join(1);
	sort(wakes, n);
	fmt_Printf("%ld 1 %ld\n", wakes[n / 2], wakes[n * 99 / 100]);
	os_Exit(0);
}

/*
 * -- idle: main is in the kernel, N goroutines wait, nobody has work --------
 *
 * Main fills a pipe that nobody empties, and stays in write.  Whoever reads
 * the first line then measures how much time the threads take from the
 * processors: bench/compare reads /proc/PID/task.
 */
static void
waiter(void *arg)
{
	runtime_Semrelease(&arrived);
	runtime_Semacquire(arg);
}

static long
idle(long n)
{
	static char filling[4096];

	for (long i = 0; i < n; i++)
		go(waiter, &gate);
	for (long i = 0; i < n; i++)
		runtime_Semacquire(&arrived);
	os_Write(1, "idle\n", 5);
	while (os_Write(1, filling, sizeof filling) > 0)
		;
	os_Exit(0);
}

/*
 * -- block: a goroutine reads for 100 ms, N times, and main takes turns -----
 *
 * A gap is the time between two looks of main at the clock.  Prints the
 * largest while the other reads, the median of the N, and 1.  With one P it
 * is how long a read keeps the P from a goroutine that could run.
 *
 * The read goes straight to the system call in Go too: a file of package os
 * would hand it to the poller, and block nobody.
 */
enum {
	SYS_timerfd_create = 283, SYS_timerfd_settime = 286, MONOTONIC = 1,
	MS = 1000000, MAXREADS = 100,
};

/* Weak: a later chapter has these, and until then they are NULL. */
int64_t os_Read(int fd, void *p, size_t n) __attribute__((weak));
long syscall_Syscall6(long nr, long a1, long a2, long a3, long a4, long a5,
    long a6) __attribute__((weak));

static int reading;

static void
reader(void *arg)
{
	long when[4] = { 0, 0, 0, 100 * MS }, times;	/* once, in 100 ms */
	int fd = (int)(long)arg;

	if (syscall_Syscall6(SYS_timerfd_settime, fd, 0, (long)when, 0, 0, 0)
	    != 0 || os_Read(fd, &times, sizeof times) != sizeof times)
		os_Exit(1);
	__atomic_store_n(&reading, 0, __ATOMIC_RELEASE);
}

static int64_t
largestgap(long fd)
{
	int64_t last = runtime_Nanotime(), largest = 0;

	__atomic_store_n(&reading, 1, __ATOMIC_RELAXED);
	go(reader, (void *)fd);
	while (__atomic_load_n(&reading, __ATOMIC_ACQUIRE)) {
		int64_t now;

		runtime_Gosched();
		now = runtime_Nanotime();
		largest = now - last > largest ? now - last : largest;
		last = now;
	}
	return largest;
}

static long
block(long n)
{
	static int64_t gaps[MAXREADS];
	long fd;

	if (os_Read == NULL || syscall_Syscall6 == NULL) {
		fmt_Fprintf(2, "this runtime has no os_Read\n");
		os_Exit(77);
	}
	n = n < MAXREADS ? n : MAXREADS;
	fd = syscall_Syscall6(SYS_timerfd_create, MONOTONIC, 0, 0, 0, 0, 0);
	for (long i = 0; i < n; i++)
		gaps[i] = largestgap(fd);
	sort(gaps, n);
	fmt_Printf("%ld 1\n", gaps[n / 2]);
	os_Exit(0);
}

/* -- which ----------------------------------------------------------------- */

static const struct workload {
	const char *name;
	long (*run)(long n);
} workloads[] = {
	{ "yield", yield }, { "spawn", spawn }, { "batch", batch },
	{ "pingpong", pingpong }, { "sema", sema }, { "skynet", skynet },
	{ "skyjoin", skynet }, { "fib", fibs }, { "parked", parked },
	{ "wake", wake }, { "idle", idle }, { "block", block },
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
