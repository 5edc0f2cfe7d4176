/*
 * Unit tests in C, on CUnit. A file of tests is a list of
 *
 *	TEST("runqget takes the oldest first")
 *	{
 *		CHECK_EQ(runqget(pp), 1);
 *	}
 *
 * and includes this header once; there is nothing else to write. Each file
 * becomes build/tests/NAME: hosted, the runtime's objects linked in.
 * An argument runs only the tests whose sentence contains it.
 *
 * Who links many programs defines UNIT_SHARED: then the functions of this file
 * are only declared, and come from an object that was made of it, as a C file
 * and with UNIT_ALONE.
 */
#ifndef UNIT_H
#define UNIT_H

/* The runtime has functions of these names; libc's get others. */
#define usleep libc_usleep
#define clone libc_clone
#ifndef UNIT_SHARED
#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>
#include <CUnit/TestRun.h>
#endif
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#undef usleep
#undef clone

#if defined UNIT_SHARED || defined UNIT_ALONE
#define UNIT_LOCAL
#else
#define UNIT_LOCAL __attribute__((unused)) static
#endif
#define UNIT_SECONDS 20		/* a test that takes longer is killed */
#define UNIT_TESTS   500

#define TEST(sentence) UNIT_TEST(sentence, __LINE__)
#define UNIT_TEST(sentence, line) UNIT_TEST_(sentence, line)
#define UNIT_TEST_(sentence, line)					\
	static void unit_body_##line(void);				\
	__attribute__((constructor)) static void unit_add_##line(void)	\
	{								\
		unit_add(sentence, unit_body_##line);			\
	}								\
	static void unit_body_##line(void)

/* The condition holds. */
#define CHECK(condition) \
	unit_check(!!(condition), __FILE__, __LINE__, #condition)

/* Two integers (or pointers) are equal; a failure shows both. */
#define CHECK_EQ(got, expected)						\
	unit_check_eq((long long)(got), (long long)(expected),		\
		      __FILE__, __LINE__, #got)

/* Two strings are equal; a failure shows both. */
#define CHECK_STR(got, expected) \
	unit_check_str((got), (expected), __FILE__, __LINE__, #got)

/* As CHECK, and the test ends here when it fails. */
#define REQUIRE(condition)						\
	do {								\
		int unit_ok_ = !!(condition);				\
		unit_check(unit_ok_, __FILE__, __LINE__, #condition);	\
		if (!unit_ok_)						\
			return;						\
	} while (0)

/* Run statements in a child; what it wrote to 1 and 2, and how it ended. */
#define IN_CHILD(...) ({						\
	struct unit_child unit_child_;					\
	if (unit_fork(&unit_child_)) {					\
		__VA_ARGS__;						\
		_exit(0);						\
	}								\
	unit_wait(&unit_child_);					\
	unit_child_;							\
})

/* The statement ends the process with status 2 and says text, as throw does. */
#define CHECK_THROWS(statement, text) do {				\
	struct unit_child unit_thrown_ = IN_CHILD(statement);		\
	unit_check_throws(&unit_thrown_, text, __FILE__, __LINE__,	\
			  #statement);					\
} while (0)

struct unit_child {
	int pid, fd;
	int status;		/* exit status, or 128 + signal */
	char output[4096];	/* cut off there, 0-terminated */
};

UNIT_LOCAL void unit_add(const char *name, void (*run)(void));
UNIT_LOCAL void unit_check(int ok, const char *file, int line,
			   const char *text);
UNIT_LOCAL void unit_check_eq(long long got, long long expected,
			      const char *file, int line, const char *text);
UNIT_LOCAL void unit_check_str(const char *got, const char *expected,
			       const char *file, int line, const char *text);
UNIT_LOCAL int unit_fork(struct unit_child *child);
UNIT_LOCAL void unit_wait(struct unit_child *child);
UNIT_LOCAL void unit_check_throws(struct unit_child *child, const char *text,
				  const char *file, int line,
				  const char *statement);

/* The runtime keeps the current g at %fs:-8. That is the end of a program's
 * thread-local block, so in a test it is the second word of this one: the g
 * that a test has set, NULL at first, and nothing of libc's. */
#ifdef UNIT_SHARED
extern __thread void *unit_tls[2];
#else
__attribute__((used, aligned(16))) UNIT_LOCAL __thread void *unit_tls[2] = {
	NULL, NULL
};

/* What a program with the runtime must define; a test may define its own. */
__attribute__((weak)) void
main_main(void)
{
}

static struct { const char *name; void (*run)(void); } unit_tests[UNIT_TESTS];
static int unit_count;

UNIT_LOCAL void
unit_add(const char *name, void (*run)(void))
{
	for (int i = 0; i < unit_count; i++)
		if (strcmp(unit_tests[i].name, name) == 0) {
			fprintf(stderr, "two tests are named \"%s\"\n", name);
			exit(1);
		}
	if (unit_count == UNIT_TESTS) {
		fprintf(stderr, "more than %d tests in a file\n", UNIT_TESTS);
		exit(1);
	}
	unit_tests[unit_count].name = name;
	unit_tests[unit_count++].run = run;
}

UNIT_LOCAL void
unit_check(int ok, const char *file, int line, const char *text)
{
	CU_assertImplementation(ok, line, text, file, "", CU_FALSE);
}

UNIT_LOCAL void
unit_check_eq(long long got, long long expected, const char *file, int line,
	      const char *text)
{
	char message[512];

	snprintf(message, sizeof message,
		 "%.300s\n  expected %lld (0x%llx)\n  got      %lld (0x%llx)",
		 text, expected, expected, got, got);
	unit_check(got == expected, file, line, message);
}

/* A string on one line, between quotes. */
static const char *
unit_quote(char *to, size_t size, const char *from)
{
	size_t n = 0;

	if (from == NULL)
		return "NULL";
	to[n++] = '"';
	for (; *from != '\0' && n + 8 < size; from++)
		if (*from == '\n')
			n += (size_t)sprintf(to + n, "\\n");
		else if ((unsigned char)*from < ' ')
			n += (size_t)sprintf(to + n, "\\%03o", *from);
		else
			to[n++] = *from;
	strcpy(to + n, *from != '\0' ? "..." : "\"");
	return to;
}

UNIT_LOCAL void
unit_check_str(const char *got, const char *expected, const char *file,
	       int line, const char *text)
{
	static char message[10000], e[4500], g[4500];
	int same = got && expected && strcmp(got, expected) == 0;

	snprintf(message, sizeof message, "%.300s\n  expected %s\n  got      %s",
		 text, unit_quote(e, sizeof e, expected),
		 unit_quote(g, sizeof g, got));
	unit_check(same, file, line, message);
}

/* Returns 1 in the child. */
UNIT_LOCAL int
unit_fork(struct unit_child *child)
{
	int fds[2];

	fflush(stdout);
	memset(child, 0, sizeof *child);
	if (pipe(fds) != 0 || (child->pid = fork()) < 0) {
		perror("unit_fork");
		exit(1);
	}
	if (child->pid == 0) {
		alarm(UNIT_SECONDS / 2);
		dup2(fds[1], 1);
		dup2(fds[1], 2);
		close(fds[0]);
		close(fds[1]);
		return 1;
	}
	close(fds[1]);
	child->fd = fds[0];
	return 0;
}

UNIT_LOCAL void
unit_wait(struct unit_child *child)
{
	char rest[512];
	size_t used = 0;
	ssize_t n;
	int status;

	while (used < sizeof child->output - 1 &&
	       (n = read(child->fd, child->output + used,
			 sizeof child->output - 1 - used)) > 0)
		used += (size_t)n;
	while (read(child->fd, rest, sizeof rest) > 0)
		;
	close(child->fd);
	waitpid(child->pid, &status, 0);
	child->status = WIFEXITED(status) ? WEXITSTATUS(status)
					  : 128 + WTERMSIG(status);
}

UNIT_LOCAL void
unit_check_throws(struct unit_child *child, const char *text,
		  const char *file, int line, const char *statement)
{
	static char message[6000], g[4500];

	snprintf(message, sizeof message,
		 "%.300s\n  expected exit status 2 and \"%.500s\"\n"
		 "  got      exit status %d and %s", statement, text,
		 child->status, unit_quote(g, sizeof g, child->output));
	unit_check(child->status == 2 && strstr(child->output, text) != NULL,
		   file, line, message);
}

static void
unit_started(const CU_pTest test, const CU_pSuite suite)
{
	(void)suite;
	printf("\n# test %s\n", test->pName);
	fflush(stdout);
	alarm(UNIT_SECONDS);
}

static void
unit_completed(const CU_pTest test, const CU_pSuite suite,
	       const CU_pFailureRecord failures)
{
	(void)suite;
	alarm(0);
	if (failures == NULL)
		printf("\nok - %s\n", test->pName);
	for (CU_pFailureRecord f = failures; f != NULL; f = f->pNext)
		printf("\nnot ok - %s: %s:%u: %s\n", test->pName,
		       f->strFileName, f->uiLineNumber, f->strCondition);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	CU_pSuite suite;
	unsigned failures;
	int chosen = 0;

	if (CU_initialize_registry() != CUE_SUCCESS ||
	    (suite = CU_add_suite("unit", NULL, NULL)) == NULL) {
		fprintf(stderr, "CUnit does not start\n");
		return 1;
	}
	for (int i = 0; i < unit_count; i++) {
		if (argc > 1 && strcasestr(unit_tests[i].name, argv[1]) == NULL)
			continue;
		CU_add_test(suite, unit_tests[i].name, unit_tests[i].run);
		chosen++;
	}
	printf("1..%d\n", chosen);
	CU_set_test_start_handler(unit_started);
	CU_set_test_complete_handler(unit_completed);
	CU_run_all_tests();
	failures = CU_get_number_of_failures();
	CU_cleanup_registry();
	return failures != 0;
}

#endif /* UNIT_SHARED */
#endif
