/*
 * The driver of exercise 11.  It is the clock, which moves when a goroutine
 * works and when one is in the kernel, and not otherwise.  Sysmon is a thread
 * of its own; while it is awake, the goroutine that has moved the clock
 * waits, so that sysmon looks at the same moments in each run.
 *
 *	driver STEP SPEC...	a SPEC is what a goroutine does, in steps of
 *		STEP microseconds: w.N works N steps, and polls after each;
 *		b.N does not poll; c.N makes a short system call after each
 *		instead; i pins and o unpins; y steps back; k.NS is in the
 *		kernel for NS nanoseconds, g until sysmon lies down; n.K.L
 *		starts those numbered from K to L, whose SPECs begin with -
 */
#include "lib/lib.h"
#include "note.h"

enum { TOOMANY = 90000, GAPWAIT = 1000000000, PLACES = 16 };
enum { AT_CLOCK, AT_NAP, AT_SLEEP, AT_CLEAR };

#define FOREVER INT64_MAX

static own uint32_t tickets, holder;	/* a lock in order of arrival, ... */
static struct note places[PLACES] = { { 1 } };	/* ... of what follows */
static struct note tosysmon, fromsysmon;	/* who may go on */
static own int64_t now = 1000000000, due;	/* due: the end of sysmon's nap */
static own struct note *wakes;	/* what ends it earlier, or NULL */
static own int met, gap;		/* gap: 1 wanted, 2 reached */
static own int64_t step;
static own long looks, alive;

int64_t hook(int where, const volatile void *p);

/* The number after the next full stop. */
static int64_t
nextnumber(const char **s)
{
	int64_t n = 0;

	while (**s != '.')
		++*s;
	for (++*s; **s >= '0' && **s <= '9'; ++*s)
		n = 10 * n + **s - '0';
	return n;
}

/* One at a time may look at the clock and move it. */
static void
begin(void)
{
	uint32_t t = __atomic_fetch_add(&tickets, 1, __ATOMIC_SEQ_CST);

	notesleep(&places[t % PLACES]);
	noteclear(&places[t % PLACES]);
	holder = t;
}

static void
over(void)
{
	notewakeup(&places[(holder + 1) % PLACES]);
}

static void
end(const char *why)
{
	note("looks", looks, now, 0);
	if (*why == 's')
		note("spins", now, 0, 0);
	else
		note("done", 0, 0, 0);
	os_Exit(0);
}

/* On sysmon's thread: let those who work go on until it is our turn. */
static void
rest(int64_t ns, struct note *n)
{
	due = ns < 0 ? FOREVER : now + ns;
	wakes = n;
	notewakeup(&fromsysmon);
	notesleep(&tosysmon);
	noteclear(&tosysmon);
}

int64_t
hook(int where, const volatile void *p)
{
	const struct { struct note *note; int64_t ns; } *s;

	if (where == AT_NAP) {
		rest(1000 * *(const volatile int64_t *)p, NULL);
	} else if (where == AT_SLEEP) {
		s = (const void *)(uintptr_t)p;
		rest(s->ns, s->note);
	} else if (where == AT_CLEAR && gap == 1 && sched.npidle == gomaxprocs) {
		gap = 2;
		rest(0, NULL);
	}
	return now;
}

/* Wait until sysmon rests. */
static void
meet(void)
{
	notesleep(&fromsysmon);
	noteclear(&fromsysmon);
}

/* Let time pass, and sysmon look when it is due. */
static void
advance(int64_t to)
{
	if (!met)
		meet();
	met = 1;
	while (gap != 2) {
		int64_t t = wakes != NULL && wakes->key != 0 ? now : due;

		if (t > to)
			break;
		now = t > now ? t : now;
		if (++looks > TOOMANY)
			end("spins");
		notewakeup(&tosysmon);
		meet();
	}
	now = to > now && gap != 2 ? to : now;
}

/* The turn of this goroutine: its P and that one's count. */
static long
turn(void)
{
	struct p *pp = getg()->m->p;

	return (long)pp->id << 32 | pp->schedtick;
}

static void
onestep(long id, char op)
{
	begin();
	advance(now + step);
	if (op == 'w')
		note("works", id, now, turn());
	else if (op == 'c')
		note("call", id, now, turn());
	else
		note("bare", id, now, turn());
	over();
}

static void
steps(long id, char op, int64_t n)
{
	while (n-- > 0) {
		onestep(id, op);
		if (op == 'w')
			runtime_Poll();
		if (op == 'c') {
			entersyscall();
			exitsyscall();
		}
	}
}

/* In the kernel: for so long, or until sysmon is about to sleep. */
static void
kernel(long id, int64_t ns)
{
	note("kernel", id, now, turn());
	entersyscall();
	runtime_Poll();		/* no P, no turn */
	begin();
	if (ns != 0)
		advance(now + ns);
	else
		for (gap = 1, ns = now + GAPWAIT; gap == 1 && now < ns;)
			advance(now + step);
	over();
	exitsyscall();
	begin();
	if (gap == 2) {		/* sysmon lies down now */
		gap = 0;
		notewakeup(&tosysmon);
		meet();
	}
	gap = 0;
	note("back", id, now, turn());
	over();
}

/* A word of a SPEC that is none of the steps. */
static void
other(long id, char op)
{
	begin();
	if (op == 'i')
		note("pins", id, now, turn());
	else if (op == 'o')
		note("unpins", id, now, turn());
	else
		note("yields", id, now, turn());
	over();
	if (op == 'i')
		runtime_procPin();
	else if (op == 'o')
		runtime_procUnpin();
	else
		runtime_Gosched();
}

static void
work(void *arg)
{
	long id = (long)arg;
	const char *s = os_Args[id + 2];
	int64_t n;

	for (s += *s == '-'; *s != 0; s += *s == ',') {
		char op = *s++;

		if (op == 'w' || op == 'b' || op == 'c') {
			steps(id, op, nextnumber(&s));
		} else if (op == 'k') {
			kernel(id, nextnumber(&s));
		} else if (op == 'g') {
			kernel(id, 0);
		} else if (op == 'n') {
			n = nextnumber(&s);
			for (int64_t last = nextnumber(&s); n <= last; n++)
				go(work, (void *)n);
			note("starts", id, now, turn());
		} else {
			other(id, op);
		}
	}
	begin();
	note("ends", id, now, turn());
	if (--alive == 0)
		end("done");
	over();
}

void
main_main(void)
{
	const char *s = os_Args[1] - 1;

	while (*++s != 0)
		step = 10 * step + (*s - '0') * 1000;
	alive = os_Argc - 2;
	for (long i = 0; i < os_Argc - 2; i++)
		if (os_Args[i + 2][0] != '-')
			go(work, (void *)i);
	runtime_Goexit();
}
