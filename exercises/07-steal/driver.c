/*
 * The driver of exercise 07.
 *
 *	driver one N VICTIM THIEF ACT K	N goroutines in the victim's ring, whose
 *		indices begin at VICTIM; the thief's begin at THIEF.  One theft,
 *		during which others do ACT, once:
 *		n nothing;  o the owner takes K, before the swap of the head;
 *		p the owner puts K there;  t another thief steals there;
 *		s the owner takes all and puts K, when the head has been read;
 *		l the owner takes 2 and puts 2, when a place has been read
 *	driver choose TIMES ME LENGTH...	which P the P ME chooses, of as many
 *		Ps as there are lengths of rings
 *	driver many OPS		puts, takes and thefts on three Ps: pa puts on a,
 *		ga takes from a, sab steals from b for a, whose ring is empty
 */
#include "lib/lib.h"
#include "note.h"

enum { AT_SWAP, AT_LOAD, MANY = 8000, MOSTPS = 16 };

static struct g gs[MANY];
static struct p victim, thief, other;
static struct p ps[MOSTPS], *all[MOSTPS];
static own long n, acted, k;
static own char act;

void hook(int where, const volatile void *p);

static void
put(struct p *pp)
{
	gs[n].atomicstatus = Grunnable;
	runqput(pp, &gs[n++]);
}

static long
name(struct g *gp)
{
	return gp == NULL ? -1 : gp - gs;
}

static void
take(struct p *pp, long times)
{
	while (times-- > 0)
		note("taken", name(runqget(pp)), 0, 0);
}

/* Tell what is in a ring; afterwards it is empty. */
static void
drain(struct p *pp, long which)
{
	for (struct g *gp; (gp = runqget(pp)) != NULL; )
		note("ring", name(gp), which, 0);
}

/* The thief is between two steps: others act, once. */
void
hook(int where, const volatile void *p)
{
	char now = act;
	int head = p == &victim.runqhead;
	int place = p >= (void *)victim.runq && p < (void *)(victim.runq + RUNQSIZE);

	if (now == 0 || !((where == AT_SWAP && head && (now == 'o' || now == 'p' || now == 't')) ||
	    (where == AT_LOAD && head && now == 's') || (where == AT_LOAD && place && now == 'l')))
		return;
	act = 0;
	acted++;
	switch (now) {
	case 'o':
		take(&victim, k);
		break;
	case 'p':
		for (long i = 0; i < k; i++)
			put(&victim);
		break;
	case 't':
		note("other", name(runqsteal(&other, &victim, 0)), 0, 0);
		break;
	case 's':
		take(&victim, victim.runqtail - victim.runqhead);
		for (long i = 0; i < k; i++)
			put(&victim);
		break;
	case 'l':
		take(&victim, 2);
		put(&victim);
		put(&victim);
		break;
	}
}

static void
one(char **args)
{
	struct g *gp;

	victim.runqhead = victim.runqtail = (uint32_t)number(args[3]);
	thief.runqhead = thief.runqtail = (uint32_t)number(args[4]);
	for (long i = number(args[2]); i > 0; i--)
		put(&victim);
	k = number(args[6]);
	act = args[5][0] == 'n' ? 0 : args[5][0];
	gp = runqsteal(&thief, &victim, 0);
	act = 0;
	note("stolen", name(gp), acted, 0);
	drain(&thief, 1);
	drain(&victim, 0);
	drain(&other, 2);
}

static struct p *
which(char c)
{
	return c == 'a' ? &victim : c == 'b' ? &thief : &other;
}

static void
many(const char *ops)
{
	for (; *ops != 0; ops++) {
		char op = *ops++;
		struct p *pp = which(*ops);

		if (op == 'p')
			put(pp);
		else if (op == 'g')
			take(pp, 1);
		else
			note("stolen", name(runqsteal(pp, which(*++ops), 0)), 0, 0);
	}
}

/* Rings of these lengths: those of odd Ps go over the end of the indices. */
static void
choosing(int argc, char **args)
{
	struct p **was = allp, *me = &ps[number(args[3])], *pp;
	int32_t n = argc - 4, procs = gomaxprocs, i;

	for (i = 0; i < n; i++) {
		ps[i].id = i;
		ps[i].runqhead = -(uint32_t)(i % 2);
		ps[i].runqtail = ps[i].runqhead + (uint32_t)number(args[4 + i]);
		all[i] = &ps[i];
	}
	allp = all;
	gomaxprocs = n;
	for (long times = number(args[2]); times > 0; times--) {
		pp = choose(me);
		for (i = n - 1; i >= 0 && pp != &ps[i]; i--)
			;
		note("chosen", i, pp == NULL, 0);
	}
	allp = was;
	gomaxprocs = procs;
}

void
main_main(void)
{
	if (os_Args[1][0] == 'o')
		one(os_Args);
	else if (os_Args[1][0] == 'c')
		choosing(os_Argc, os_Args);
	else
		many(os_Args[2]);
	note("done", 0, 0, 0);
}
