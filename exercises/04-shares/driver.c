/*
 * The driver of exercise 04.
 *
 *	driver TURNS SPEC...	goroutines that take turns until there have been
 *		TURNS in all.  A SPEC is tickets, 0 for as many as it is born
 *		with, or tickets@N for one that is
 *		born at turn N, or tickets/N/more for one that changes at turn
 *		N
 *	driver each COUNT TURNS TICKETS...	COUNT goroutines, TURNS turns each,
 *		with the TICKETS in turn; each notes its end
 *
 * The main goroutine leaves at once, so that it takes no turns.
 */
#include "lib/lib.h"
#include "note.h"

struct one {
	intptr_t id;
	int tickets, at, later;		/* @ or / and its number */
	char kind;
};

static own struct one ones[400];
static own long limit, total, alive, last;

static int
nextnumber(const char **s)
{
	int n = 0;

	for (; **s >= '0' && **s <= '9'; (*s)++)
		n = 10 * n + **s - '0';
	return n;
}

static void work(void *arg);

/* Start those whose time has come; change this one's tickets at its time. */
static void
events(struct one *o)
{
	for (long i = 0; i < last; i++)
		if (ones[i].kind == '@' && total >= ones[i].at) {
			ones[i].kind = 0;
			note("late", ones[i].id, ones[i].tickets, 0);
			go(work, &ones[i]);
		}
	if (o->kind == '/' && total >= o->at) {
		o->kind = 0;
		note("change", o->id, o->later, 0);
		runtime_SetTickets(o->later);
	}
}

static void
work(void *arg)
{
	struct one *o = arg;

	if (o->tickets != 0)
		runtime_SetTickets(o->tickets);
	runtime_Gosched();	/* from here on with these tickets */
	while (total < limit) {
		total++;
		note("turn", o->id, 0, 0);
		events(o);
		runtime_Gosched();
	}
	note("done", 0, 0, 0);
	os_Exit(0);
}

static void
each(void *arg)
{
	struct one *o = arg;

	runtime_SetTickets(o->tickets);
	for (long i = 0; i < limit; i++)
		runtime_Gosched();
	note("end", o->id, 0, 0);
	if (--alive == 0) {
		note("done", 0, 0, 0);
		os_Exit(0);
	}
}

void
main_main(void)
{
	const char *s;

	if (os_Args[1][0] == 'e') {
		s = os_Args[2];
		last = alive = nextnumber(&s);
		s = os_Args[3];
		limit = nextnumber(&s);
		for (long i = 0; i < last; i++) {
			s = os_Args[4 + i % (os_Argc - 4)];
			ones[i] = (struct one){ .id = i, .tickets = nextnumber(&s) };
			go(each, &ones[i]);
		}
		runtime_Goexit();
	}
	s = os_Args[1];
	limit = nextnumber(&s);
	for (last = 0; last < os_Argc - 2; last++) {
		struct one *o = &ones[last];

		s = os_Args[last + 2];
		o->id = last;
		o->tickets = nextnumber(&s);
		if (*s == '@' || *s == '/') {
			o->kind = *s++;
			o->at = nextnumber(&s);
			s += *s == '/';
			o->later = nextnumber(&s);
		}
		if (o->kind != '@')
			go(work, o);
	}
	runtime_Goexit();
}
