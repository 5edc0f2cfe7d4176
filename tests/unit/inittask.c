/*
 * The order of package init tasks (src/boot/inittask.c, chapter 7).
 */
#include "unit.h"

#include "boot/boot.h"

enum { MAX = 60 };

static char ran[1024];		/* names of tasks that have run */

static void
run(void)
{
	strcat(ran, "!");
}

/* A set of tasks under construction. */
struct set {
	long n;
	struct inittask task[MAX];
	struct inittask *ts[MAX];
	const char *deps[MAX][MAX + 1];
};

/* Add a task that needs up to four others, ended by NULL. */
static void
add(struct set *s, const char *name, const char *d0, const char *d1,
    const char *d2, const char *d3)
{
	const char *deps[] = { d0, d1, d2, d3 };
	long k = s->n++;

	for (int i = 0; i < 4; i++)
		s->deps[k][i] = deps[i];
	s->task[k] = (struct inittask){ name, run, s->deps[k], 0, NULL };
	s->ts[k] = &s->task[k];
}

/* The names in the order of the list, with spaces between. */
static const char *
names(const struct set *s)
{
	static char text[1024];

	text[0] = 0;
	for (long i = 0; i < s->n; i++) {
		strcat(text, i > 0 ? " " : "");
		strcat(text, s->ts[i]->name);
	}
	return text;
}

TEST("sortinits leaves an empty list alone")
{
	struct set s = { 0 };

	sortinits(s.ts, 0);
	doInit(s.ts, 0);
	CHECK_EQ(s.n, 0);
}

TEST("sortinits puts tasks that need nothing in the order of the alphabet")
{
	struct set s = { 0 };

	add(&s, "log", NULL, NULL, NULL, NULL);
	add(&s, "b", NULL, NULL, NULL, NULL);
	add(&s, "logger", NULL, NULL, NULL, NULL);
	add(&s, "a", NULL, NULL, NULL, NULL);
	add(&s, "lo", NULL, NULL, NULL, NULL);
	sortinits(s.ts, s.n);
	CHECK_STR(names(&s), "a b lo log logger");
}

TEST("sortinits compares bytes beyond ASCII as unsigned")
{
	struct set s = { 0 };

	add(&s, "\xc3\xa9t\xc3\xa9", NULL, NULL, NULL, NULL);
	add(&s, "z", NULL, NULL, NULL, NULL);
	sortinits(s.ts, s.n);
	CHECK_STR(names(&s), "z \xc3\xa9t\xc3\xa9");
}

TEST("sortinits puts what is needed first, against the alphabet")
{
	struct set s = { 0 };

	add(&s, "a", "b", NULL, NULL, NULL);
	add(&s, "b", "c", NULL, NULL, NULL);
	add(&s, "c", "d", NULL, NULL, NULL);
	add(&s, "d", NULL, NULL, NULL, NULL);
	sortinits(s.ts, s.n);
	CHECK_STR(names(&s), "d c b a");
}

TEST("sortinits runs a diamond from its tip, and its sides by name")
{
	struct set s = { 0 };

	add(&s, "all", "right", "left", NULL, NULL);
	add(&s, "right", "tip", NULL, NULL, NULL);
	add(&s, "left", "tip", NULL, NULL, NULL);
	add(&s, "tip", NULL, NULL, NULL, NULL);
	sortinits(s.ts, s.n);
	CHECK_STR(names(&s), "tip left right all");
}

TEST("sortinits goes back to an early name as soon as it can")
{
	struct set s = { 0 };

	add(&s, "z", NULL, NULL, NULL, NULL);
	add(&s, "a", "m", NULL, NULL, NULL);
	add(&s, "n", NULL, NULL, NULL, NULL);
	add(&s, "m", NULL, NULL, NULL, NULL);
	sortinits(s.ts, s.n);
	CHECK_STR(names(&s), "m a n z");
}

TEST("sortinits accepts a dependency that is named twice")
{
	struct set s = { 0 };

	add(&s, "a", "b", "b", NULL, NULL);
	add(&s, "b", NULL, NULL, NULL, NULL);
	sortinits(s.ts, s.n);
	CHECK_STR(names(&s), "b a");
}

TEST("a missing package is an error that names both packages")
{
	struct set s = { 0 };

	add(&s, "server", "log", "confg", NULL, NULL);
	add(&s, "config", NULL, NULL, NULL, NULL);
	add(&s, "log", NULL, NULL, NULL, NULL);
	CHECK_THROWS(sortinits(s.ts, s.n), "package server needs package "
	    "confg, which is not in the program");
}

TEST("a cycle of three is an error that names the three and no other")
{
	struct set s = { 0 };

	add(&s, "a", "b", NULL, NULL, NULL);
	add(&s, "b", "c", NULL, NULL, NULL);
	add(&s, "c", "d", NULL, NULL, NULL);
	add(&s, "d", "free", "b", NULL, NULL);
	add(&s, "free", NULL, NULL, NULL, NULL);
	CHECK_THROWS(sortinits(s.ts, s.n), "fatal error: initialization "
	    "cycle: c needs d, which needs b, which needs c\n");
}

TEST("a cycle is named when a task that has run waits for it")
{
	struct set s = { 0 };

	add(&s, "os", "hen", NULL, NULL, NULL);
	add(&s, "hen", "egg", NULL, NULL, NULL);
	add(&s, "egg", "hen", NULL, NULL, NULL);
	doInit(s.ts, 1);
	CHECK_THROWS(sortinits(s.ts, s.n),
	    "initialization cycle: hen needs egg, which needs hen\n");
}

TEST("a package that needs itself is a cycle of one")
{
	struct set s = { 0 };

	add(&s, "self", "self", NULL, NULL, NULL);
	CHECK_THROWS(sortinits(s.ts, s.n),
	    "initialization cycle: self needs self\n");
}

TEST("two packages of one name are an error")
{
	struct set s = { 0 };

	add(&s, "log", NULL, NULL, NULL, NULL);
	add(&s, "a", NULL, NULL, NULL, NULL);
	add(&s, "log", "a", NULL, NULL, NULL);
	CHECK_THROWS(sortinits(s.ts, s.n),
	    "package log is in the program twice");
}

TEST("sortinits runs no task, and doInit runs each once")
{
	struct set s = { 0 };

	ran[0] = 0;
	add(&s, "a", "b", NULL, NULL, NULL);
	add(&s, "b", NULL, NULL, NULL, NULL);
	sortinits(s.ts, s.n);
	CHECK_STR(ran, "");
	doInit(s.ts, s.n);
	CHECK_STR(ran, "!!");
	doInit(s.ts, s.n);
	CHECK_STR(ran, "!!");
}

TEST("a task that has run before the sort holds nobody up and is not run")
{
	struct set s = { 0 };

	ran[0] = 0;
	add(&s, "user", "os", NULL, NULL, NULL);
	add(&s, "runtime", NULL, NULL, NULL, NULL);
	add(&s, "os", "runtime", NULL, NULL, NULL);
	doInit(s.ts + 1, 2);
	CHECK_STR(ran, "!!");
	sortinits(s.ts, s.n);
	CHECK_STR(names(&s), "os runtime user");
	doInit(s.ts, s.n);
	CHECK_STR(ran, "!!!");
}

/* What sortinits promises, word for word and slowly, for tasks 0 to n-1. */
static void
oracle(int n, int needs[MAX][MAX], int order[MAX])
{
	int done[MAX] = { 0 };

	for (int k = 0; k < n; k++)
		for (int i = 0; i < n; i++) {
			int ready = !done[i];

			for (int j = 0; j < n; j++)
				ready &= !needs[i][j] || done[j];
			if (ready) {
				done[i] = 1;
				order[k] = i;
				break;
			}
		}
}

TEST("300 random graphs come out as the definition says")
{
	static char name[MAX][8];
	static int needs[MAX][MAX];
	static struct set s;

	srand(7);
	for (int round = 0; round < 300; round++) {
		int n = 1 + rand() % MAX, perm[MAX], order[MAX], wrong = 0;

		for (int i = 0; i < n; i++) {
			int j = rand() % (i + 1);

			perm[i] = perm[j];
			perm[j] = i;
		}
		memset(needs, 0, sizeof needs);
		for (int i = 0; i < n; i++)	/* no cycle: perm is a rank */
			for (int j = 0; j < n; j++)
				needs[i][j] = perm[j] < perm[i] &&
				    rand() % 8 == 0;
		memset(&s, 0, sizeof s);
		for (int k = 0; k < n; k++) {
			int i = perm[k], d = 0;

			sprintf(name[i], "p%02d", i);
			for (int j = 0; j < n; j++)
				if (needs[i][j]) {
					sprintf(name[j], "p%02d", j);
					s.deps[k][d++] = name[j];
				}
			s.task[k] = (struct inittask){ name[i], run,
			    s.deps[k], 0, NULL };
			s.ts[k] = &s.task[k];
		}
		s.n = n;
		oracle(n, needs, order);
		sortinits(s.ts, n);
		for (int k = 0; k < n; k++)
			wrong += strcmp(s.ts[k]->name, name[order[k]]) != 0;
		CHECK_EQ(wrong, 0);
	}
}
