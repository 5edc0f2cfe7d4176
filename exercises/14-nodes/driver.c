/*
 * The driver of exercise 14: programs on a machine with nodes.
 *
 *	driver NODES DISTANCES burst N WORK	main starts N, each works so long
 *	driver NODES DISTANCES tree B D WORK	each starts B others, D deep
 *	driver NODES DISTANCES waves N WORK R	N that yield R times between work
 *	driver NODES DISTANCES busy N		main starts N and never steps back
 *
 * NODES has a digit for each P, as 000111; DISTANCES a row for each node, as
 * 10,20,20,10.  What it notes: "main" P; "run" ID P, when a goroutine begins;
 * "theft" THIEF|VICTIM<<8 HOW-MANY|FIRST<<16 LOOKS, for each; "search" THIEF
 * LATE|FIRST<<16 LOOKS, for a search that found nothing.  LOOKS has four bits
 * for each P, how often this search has looked there; LATE a bit for each at
 * which it would have taken what is next; FIRST is where it looked first.
 */
#include "sync/sync.h"
#include "rt0.h"
#include "note.h"

enum { MOSTPS = 16, PATIENCE = 60000 };

struct search {
	uint64_t looks;
	long late, first;
	int open;
};

static own struct search of[MOSTPS];
static own struct p *ps[MOSTPS];	/* as allp was at first */
static uint32_t ended;
static own uint32_t ran;
static own long work, branch, rounds, ids;

struct g *hook(struct p *pp, struct p *victim, int takenext);
void hooksearch(struct p *pp, struct g *gp);
void labour(long n);
void await(const uint32_t *p, uint32_t n, long patience);

static long
nextnumber(const char **s)
{
	long n = 0;

	for (; **s >= '0' && **s <= '9'; ++*s)
		n = 10 * n + **s - '0';
	if (**s != 0)
		++*s;
	return n;
}

static long
argument(int i)
{
	const char *s = i < os_Argc ? os_Args[i] : "0";

	return nextnumber(&s);
}

/* The number of a P, which is one of the runtime's. */
static int32_t
known(struct p *pp)
{
	int32_t id = pp->id;

	if (id < 0 || id >= MOSTPS || ps[id] != pp)
		throw("a thief, or its victim, is no P");
	return id;
}

/* A search begins, or has ended and found nothing. */
void
hooksearch(struct p *pp, struct g *gp)
{
	struct search *s = &of[known(pp)];

	if (gp == NULL) {
		*s = (struct search){ .first = -1, .open = 1 };
	} else {
		s->open = 0;
		note("search", pp->id, s->late | s->first << 16, s->looks);
	}
}

/* A thief looks at the queues of another P. */
struct g *
hook(struct p *pp, struct p *victim, int takenext)
{
	struct search *s = &of[known(pp)];
	struct g *gp;

	known(victim);
	if ((s->looks >> 4 * victim->id & 15) < 15)
		s->looks += 1ul << 4 * victim->id;
	if (s->first < 0)
		s->first = victim->id;
	if (takenext)
		s->late |= 1l << victim->id;
	gp = runqsteal(pp, victim, takenext);
	if (gp != NULL)
		note("theft", pp->id | victim->id << 8 | !s->open << 16,
		    (long)(runqlen(pp) + 1) | s->first << 16, s->looks);
	return gp;
}

static void
begin(void *id)
{
	note("run", id, getg()->m->p->id, 0);
	labour(work);
}

static void
one(void *id)
{
	begin(id);
	for (long i = 0; i < rounds; i++) {
		runtime_Gosched();
		labour(work);
	}
	__atomic_fetch_add(&ran, 1, __ATOMIC_SEQ_CST);
	runtime_Semrelease(&ended);
}

/* Those with a number below ids have children. */
static void
parent(void *arg)
{
	long id = (long)arg;

	begin(arg);
	for (long i = 1; i <= branch && id < ids; i++)
		go(parent, (void *)(id * branch + i));
	runtime_Semrelease(&ended);
}

void
main_main(void)
{
	const char *s = os_Args[2];
	char what = os_Args[3][0];
	long n = argument(4), all = n;

	for (long i = 0; os_Args[1][i] != 0; i++) {
		topology.node[i] = os_Args[1][i] - '0';
		if (topology.node[i] >= topology.nodes)
			topology.nodes = topology.node[i] + 1;
	}
	for (long i = 0; i < topology.nodes * topology.nodes; i++)
		topology.distance[i / topology.nodes][i % topology.nodes] =
		    (int32_t)nextnumber(&s);
	for (int32_t i = 0; i < gomaxprocs; i++)
		ps[i] = allp[i];
	note("main", getg()->m->p->id, 0, 0);
	topologyready();
	searches = hooksearch;
	if (what == 't') {
		branch = n;
		all = 1;
		for (long d = argument(5), row = 1; d > 0; d--) {
			ids = all;
			all += row *= branch;
		}
		work = argument(6);
		go(parent, NULL);
	} else {
		work = what == 'b' && os_Args[3][2] == 's' ? 3 : argument(5);
		rounds = what == 'w' ? argument(6) : 0;
		for (long i = 0; i < n; i++)
			go(one, (void *)i);
	}
	if (what == 'b' && os_Args[3][2] == 's') {
		await(&ran, (uint32_t)all, PATIENCE);
		note("left", all - ran, all, 0);
	}
	while (all-- > 0)
		runtime_Semacquire(&ended);
	searches = NULL;
	note("done", 0, 0, 0);
}
