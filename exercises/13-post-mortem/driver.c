/*
 * The bank that dies.  Its work comes as arguments, one word each: a letter
 * and a number.  Main starts a goroutine for a word and looks at the next
 * word when that goroutine waits, has ended, or is busy for ever.  At the end
 * main sees that nobody gets on, and dies.
 */
#include "sched/sched.h"
#include "rt0.h"

#define CALLED __attribute__((noipa))	/* neither inlined nor folded */

uint32_t vault = 1;		/* a lock: whoever takes the unit holds it */
uint32_t ledger = 1;		/* another one */
uint32_t gate;			/* opened once, by main */
long counter;			/* the entries that are made; the vault guards it */
long written;			/* the lines of the ledger, which guards them */
static struct g *volatile there;	/* who has begun, or goes on */

static long
kernel(long nr)
{
	__asm__ volatile("syscall" : "+a"(nr) : : "rcx", "r11", "memory");
	return nr;
}

/* Tell main who we are. */
static void
here(void)
{
	there = getg();
}

static CALLED void
deposit(long n)
{
	volatile long amount = n;

	runtime_Semacquire(&vault);
	counter += amount != 0;
	runtime_Semrelease(&vault);
}

static CALLED void
withdraw(long n)
{
	volatile long amount = n;

	runtime_Semacquire(&vault);
	counter += amount != 0;
	runtime_Semrelease(&vault);
}

/* Move an amount, and write it down. */
static CALLED void
transfer(long n)
{
	volatile long amount = n;

	runtime_Semacquire(&vault);
	runtime_Semacquire(&ledger);
	counter += 2 * (amount != 0);	/* out of one account, into another */
	written++;
	runtime_Semrelease(&ledger);
	runtime_Semrelease(&vault);
}

/* Count what is written down, and then what is there. */
static CALLED void
settle(long n)
{
	volatile long amount = n;

	runtime_Semacquire(&ledger);
	runtime_Semacquire(&gate);
	here();
	runtime_Semacquire(&vault);
	counter += amount != 0;
	runtime_Semrelease(&vault);
	runtime_Semrelease(&ledger);
}

static CALLED void
report(long n)
{
	volatile long amount = n;

	runtime_Semacquire(&ledger);
	written += amount != 0;
	runtime_Semrelease(&ledger);
}

/* Busy for ever: these do not leave their M. */
static CALLED void
audit(long n)
{
	volatile long account = n;

	while (account != 0)
		kernel(34);		/* pause */
}

static CALLED void
guard(long n)
{
	volatile long door = n;

	while (door != 0)
		kernel(34);
}

static CALLED void teller(void *n) { here(); deposit((long)n); }
static CALLED void clerk(void *n) { here(); withdraw((long)n); }
static CALLED void courier(void *n) { here(); transfer((long)n); }
static CALLED void manager(void *n) { here(); settle((long)n); }
static CALLED void writer(void *n) { here(); report((long)n); }
static CALLED void auditor(void *n) { here(); audit((long)n); }
static CALLED void watchman(void *n) { here(); guard((long)n); }
static CALLED void late(void *n) { here(); deposit((long)n); }

/* Wait until the goroutine that was started last is settled. */
static void
await(int busy)
{
	enum gstatus s;

	do {
		kernel(24);		/* sched_yield */
		s = there == NULL ? Gidle : readgstatus(there);
	} while (!(s == Gwaiting || s == Gdead || (busy && s == Grunning)));
	there = NULL;
}

static CALLED _Noreturn void
die(void)
{
	for (;;)
		__builtin_trap();
}

static void
work(char letter, long n)
{
	static void (*const does[])(void *) = {
		['a'] = auditor, ['d'] = teller, ['h'] = watchman, ['n'] = late,
		['r'] = writer, ['s'] = manager, ['t'] = courier, ['w'] = clerk,
	};

	if (letter == 'g')
		runtime_Semrelease(&gate);
	else
		go(does[(int)letter], (void *)n);
	if (letter != 'n')
		await(letter == 'a' || letter == 'h');
}

void
main_main(void)
{
	for (long i = 1; i < os_Argc; i++) {
		const char *s = os_Args[i];
		long n = 0;

		for (const char *p = s + 1; *p != 0; p++)
			n = 10 * n + *p - '0';
		work(s[0], n);
	}
	die();
}
