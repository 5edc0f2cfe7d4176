/* SPDX-License-Identifier: MIT */
/* Tangled from book/07-the-main-goroutine.nw; edit that, not this file. */
/*
 * Package initialisation.
 *
 * INIT leaves a pointer to each task in the section inittasks; the linker
 * tells where it begins and ends.  A task runs when the tasks that it
 * needs have run; among those that could run, the first by name does.
 */
#include "runtime.h"
#include "sys_linux.h"

enum { TODO, PLACED, DONE };	/* states of an inittask */

/* the tasks of the runtime */
int64_t runtimeInitTime;

INIT(runtime)
{
	if (debug.boot)
		bootreport();
}

/* The tasks that come before the constructors, in the order of their run. */
extern struct inittask os_inittask;
struct inittask *runtime_inittasks[2] = {
	&runtime_inittask, &os_inittask,
};

/* Run t, which has not run. */
static void
doInit1(struct inittask *t)
{
	int64_t start = 0;

	if (debug.inittrace)
		start = nanotime();
	t->fn();
	t->state = DONE;
	/* tell how long the task took */
	if (debug.inittrace)
		print("init %s @%ld us, %ld ns clock\n", t->name,
		    (start - runtimeInitTime) / 1000, nanotime() - start);
}

/* Run n tasks in the order of the list, except those that have run. */
void
doInit(struct inittask **ts, long n)
{
	for (long i = 0; i < n; i++)
		if (ts[i]->state != DONE)
			doInit1(ts[i]);
}

/* Less than, equal to or greater than 0: as a comes before b or not. */
static int
compare(const char *a, const char *b)
{
	while (*a != 0 && *a == *b)
		a++, b++;
	return (unsigned char)*a - (unsigned char)*b;
}

/* Take the task at place from and put it in at place to, which is lower. */
static void
movedown(struct inittask **ts, long from, long to)
{
	struct inittask *t = ts[from];

	for (; from > to; from--)
		ts[from] = ts[from - 1];
	ts[to] = t;
}

/* Sort n tasks by name.  No two may have the same. */
static void
sortbyname(struct inittask **ts, long n)
{
	for (long i = 1; i < n; i++) {
		long to = i;

		while (to > 0 && compare(ts[i]->name, ts[to - 1]->name) < 0)
			to--;
		/* refuse a second task of the same name */
		if (to > 0 && streq(ts[i]->name, ts[to - 1]->name)) {
			print("fatal error: package %s is in the program twice\n",
			    ts[i]->name);
			sys_exit_group(2);
		}
		movedown(ts, i, to);
	}
}

/* The task called name among n that are sorted by name, or NULL. */
static struct inittask *
findtask(struct inittask **ts, long n, const char *name)
{
	while (n > 0) {
		long half = n / 2;
		int c = compare(name, ts[half]->name);

		if (c == 0)
			return ts[half];
		if (c > 0) {
			ts += half + 1;
			n -= half + 1;
		} else
			n = half;
	}
	return NULL;
}

/* Make sure that each package that t needs is among n sorted tasks. */
static void
checkdeps(const struct inittask *t, struct inittask **ts, long n)
{
	for (const char *const *d = t->deps; *d != NULL; d++) {
		if (findtask(ts, n, *d) != NULL)
			continue;
		print("fatal error: package %s needs package %s, which is "
		    "not in the program\n", t->name, *d);
		sys_exit_group(2);
	}
}

/* Whether t needs one of the n tasks that have no place yet. */
static int
mustwait(struct inittask *t, struct inittask **ts, long n)
{
	while (t->waits == NULL || t->waits->state != TODO) {
		if (*t->deps == NULL)
			return 0;
		t->waits = findtask(ts, n, *t->deps++);
	}
	return 1;
}

/* No task can be next: each waits for another.  t is one of them. */
static _Noreturn void
initcycle(struct inittask *t)
{
	struct inittask *u;

	for (; t->state == TODO; t = t->waits)
		t->state = PLACED;	/* who is met again is in the cycle */
	print("fatal error: initialization cycle: %s", t->name);
	for (u = t->waits; u != t; u = u->waits)
		print(" needs %s, which", u->name);
	print(" needs %s\n", t->name);
	sys_exit_group(2);
}

/*
 * Sort n tasks so that each comes after those that it needs; of those that
 * could be next, the first by name is.  Nothing runs yet.  A package that is
 * missing, there twice or in a circle ends the process with status 2.
 */
void
sortinits(struct inittask **ts, long n)
{
	sortbyname(ts, n);
	for (long i = 0; i < n; i++)
		checkdeps(ts[i], ts, n);
	for (long placed = 0; placed < n; placed++) {
		long i = placed;

		/* find the first that need not wait */
		while (i < n && mustwait(ts[i], ts + placed, n - placed))
			i++;
		if (i == n)
			initcycle(ts[placed]);
		movedown(ts, i, placed);
		/* tell the others that it has a place */
		if (ts[placed]->state == TODO)
			ts[placed]->state = PLACED;
	}
}

/* run the constructors of C */
typedef void constructor_func(int argc, char **argv, char **envp);

extern constructor_func *const __init_array_start[];	/* by the linker */
extern constructor_func *const __init_array_end[];

/* Call the functions in .init_array with the arguments of main, in order. */
void
runconstructors(void)
{
	for (constructor_func *const *c = __init_array_start;
	    c < __init_array_end; c++)
		(*c)((int)argc, argv, envp);
}
