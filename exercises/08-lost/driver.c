/*
 * The driver of exercise 08: programs whose goroutines wait for conditions.
 *
 *	driver seed		tell which seed the answer says
 *	driver show		3 writers of LETTERS each, 3 readers, a box for 3
 *	driver look		the same without notes, for a shell
 *	driver box W R PLACES N	W writers of N letters each, R readers, a box
 *	driver one N		N wait, and are signalled one by one
 *	driver all N ROUNDS	N meet again and again; the last wakes the others
 *	driver quiet N LOOKS	N wait, and main looks at the clock
 */
#include "sync/sync.h"
#include "rt0.h"
#include "note.h"

enum { MOST = 64, PATIENCE = 20000, SHOWN = 3 };

#define tell(text, a, b, c) do {					\
	if (!silent)							\
		note(text, a, b, c);					\
} while (0)

static own int silent;
static uint32_t mutex = 1, ended;
static struct cond changed, filled, emptied;
static own long waiting, back, met, round;
static own long box[MOST], first, count, places, letters, left;

static void
finish(long n)
{
	while (n-- > 0)
		runtime_Semacquire(&ended);
}

/* -- letters ----------------------------------------------------------------- */

static void
writer(void *id)
{
	for (long i = 0; i < letters; i++) {
		runtime_Semacquire(&mutex);
		while (count == places)
			condwait(&emptied, &mutex);
		box[(first + count++) % places] = (long)id * 1000 + i;
		tell("writes", id, i, count);
		runtime_Semrelease(&mutex);
		condsignal(&filled);
	}
	runtime_Semrelease(&ended);
}

static void
reader(void *id)
{
	for (;;) {
		long letter;

		runtime_Semacquire(&mutex);
		while (count == 0 && left > 0)
			condwait(&filled, &mutex);
		if (left == 0)
			break;
		letter = box[first];
		first = (first + 1) % places;
		count--;
		left--;
		tell("reads", id, letter / 1000, letter % 1000);
		if (left == 0)
			condbroadcast(&filled);
		runtime_Semrelease(&mutex);
		condsignal(&emptied);
	}
	runtime_Semrelease(&mutex);
	runtime_Semrelease(&ended);
}

static void
letterbox(long writers, long readers, long size, long n)
{
	places = size;
	letters = n;
	left = writers * n;
	for (long i = 0; i < readers; i++)
		go(reader, (void *)i);
	for (long i = 0; i < writers; i++)
		go(writer, (void *)i);
	finish(writers + readers);
}

/* -- those who only wait ------------------------------------------------------- */

static void
patient(void *id)
{
	runtime_Semacquire(&mutex);
	tell("waits", id, waiting++, 0);
	condwait(&changed, &mutex);
	tell("returns", id, back++, 0);
	runtime_Semrelease(&mutex);
	runtime_Semrelease(&ended);
}

/* Start n of them; each waits when this returns. */
static void
letwait(long n)
{
	for (long i = 0; i < n; i++) {
		long now, want = waiting + 1;

		go(patient, (void *)(want - 1));
		do {
			runtime_Gosched();
			runtime_Semacquire(&mutex);
			now = waiting;
			runtime_Semrelease(&mutex);
		} while (now < want);
	}
}

static long
returned(void)
{
	return __atomic_load_n(&back, __ATOMIC_SEQ_CST);
}

/* Wait until so many have returned, or for too long; then a little longer. */
static void
settle(long want)
{
	for (long i = 0; returned() < want && i < PATIENCE; i++)
		runtime_Gosched();
	for (long i = 0; i < 200; i++) {
		runtime_Gosched();
		runtime_Nanotime();
	}
}

static void
onebyone(long n)
{
	long signals = n / 2;

	for (long i = 0; i < n; i++)
		condsignal(&changed);		/* for nobody */
	condbroadcast(&changed);
	letwait(n);
	settle(0);
	note("before", returned(), 0, 0);
	for (long i = 1; i <= signals; i++) {
		uint32_t readied = sched.readied;

		condsignal(&changed);
		settle(i);
		note("signal", i, returned(), sched.readied - readied);
	}
	condbroadcast(&changed);
	settle(n);
	note("all", n, returned(), 0);
	letwait(1);
	settle(n);
	note("late", n, returned(), 0);
	condsignal(&changed);
	finish(n + 1);
}

/* Whether no P but ours is busy. */
static int
alone(void)
{
	return __atomic_load_n(&sched.npidle, __ATOMIC_SEQ_CST) == gomaxprocs - 1;
}

static long
ticks(void)
{
	long n = 0;

	for (int i = 0; i < gomaxprocs; i++)
		n += allp[i]->schedtick;
	return n;
}

static void
quiet(long n, long looks)
{
	long busy = 0, before;

	letwait(n);
	for (long i = 0; !alone() && i < PATIENCE; i++)
		runtime_Nanotime();
	note("still", alone(), 0, 0);
	before = ticks();
	for (long i = 0; i < looks; i++) {
		runtime_Nanotime();
		busy += !alone();
	}
	note("looked", looks, busy, ticks() - before);
	condbroadcast(&changed);
	finish(n);
}

/* -- those who meet ------------------------------------------------------------- */

static own long members, rounds;

static void
member(void *id)
{
	for (long i = 0; i < rounds; i++) {
		long mine, last;

		runtime_Semacquire(&mutex);
		mine = round;
		last = ++met == members;
		note("comes", id, mine, last);
		if (last) {
			met = 0;
			round++;
		}
		while (round == mine)
			condwait(&changed, &mutex);
		note("goes", id, mine, last);
		runtime_Semrelease(&mutex);
		if (last)
			condbroadcast(&changed);
	}
	runtime_Semrelease(&ended);
}

void
main_main(void)
{
	char what = os_Args[1][0];

	if (what == 's' && os_Args[1][1] == 'e') {
		static long seed, procs;

		condseed(&seed, &procs);
		note("seed", seed, procs, 0);
	} else if (what == 's' || what == 'l') {
		silent = what == 'l';
		letterbox(SHOWN, SHOWN, SHOWN, LETTERS);
		if (silent) {
			fmt_Printf("all %d letters have come\n", SHOWN * LETTERS);
			return;
		}
	} else if (what == 'b') {
		letterbox(number(os_Args[2]), number(os_Args[3]), number(os_Args[4]), number(os_Args[5]));
	} else if (what == 'o') {
		onebyone(number(os_Args[2]));
	} else if (what == 'a') {
		members = number(os_Args[2]);
		rounds = number(os_Args[3]);
		for (long i = 0; i < members; i++)
			go(member, (void *)i);
		finish(members);
	} else
		quiet(number(os_Args[2]), number(os_Args[3]));
	note("done", 0, 0, 0);
}
