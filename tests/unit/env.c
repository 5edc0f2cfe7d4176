/*
 * Numbers, variables and knobs (src/os/env.c, chapter 5).
 */
#include "unit.h"

#include <limits.h>

#include "sched/sched.h"

/* The number in s, or -77 if parseint refuses it. */
static long
number(const char *s)
{
	int32_t v = -77;
	int ok = parseint(s, &v);

	return ok ? v : v == -77 ? -77 : -78;
}

TEST("parseint takes every number of 32 bits")
{
	CHECK_EQ(number("0"), 0);
	CHECK_EQ(number("7"), 7);
	CHECK_EQ(number("-7"), -7);
	CHECK_EQ(number("-0"), 0);
	CHECK_EQ(number("0000000000000000000012"), 12);
	CHECK_EQ(number("2147483647"), INT_MAX);
	CHECK_EQ(number("-2147483648"), INT_MIN);
}

TEST("parseint refuses what does not fit and leaves the variable alone")
{
	CHECK_EQ(number("2147483648"), -77);
	CHECK_EQ(number("-2147483649"), -77);
	CHECK_EQ(number("4294967296"), -77);
	CHECK_EQ(number("18446744073709551617"), -77);
	CHECK_EQ(number("99999999999999999999999999999999999999999"), -77);
}

TEST("parseint refuses what is not a number to the last character")
{
	static const char *const bad[] = {
		"", "-", "--1", "+1", " 1", "1 ", "1x", "x1", "0x10", "1.0",
		"1-", "\n", "1\n", "\xff", "/", ":",
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK_EQ(number(bad[i]), -77);
}

TEST("gogetenv finds a name, not a prefix or a piece of one")
{
	char *e[] = { "ABC=long", "A=", "AB=two", "B", "=C", "BA=1=2", NULL };

	envp = e;
	CHECK_STR(gogetenv("A"), "");
	CHECK_STR(gogetenv("AB"), "two");
	CHECK_STR(gogetenv("ABC"), "long");
	CHECK_STR(gogetenv("BA"), "1=2");
	CHECK(gogetenv("ABCD") == NULL);
	CHECK(gogetenv("C") == NULL);
	CHECK(gogetenv("two") == NULL);
}

TEST("gogetenv passes over an entry without an equals sign")
{
	char *e[] = { "A", "AB", "A=1", NULL };

	envp = e;
	CHECK_STR(gogetenv("A"), "1");
	CHECK(gogetenv("AB") == NULL);
}

TEST("the first of two entries counts")
{
	char *e[] = { "A=1", "A=2", NULL };

	envp = e;
	CHECK_STR(gogetenv("A"), "1");
}

TEST("an empty environment holds nothing")
{
	char *e[] = { NULL };

	envp = e;
	CHECK(gogetenv("A") == NULL);
	CHECK(gogetenv("") == NULL);
}

/* procsfromenv on a machine of n processors with a value in the environment. */
static int
procs(int n, const char *value)
{
	static char setting[64];
	char *e[] = { setting, NULL };

	snprintf(setting, sizeof setting, "GOMAXPROCS=%s", value);
	envp = e;
	ncpu = n;
	return procsfromenv();
}

TEST("without GOMAXPROCS there is a P for each processor, up to 1024")
{
	char *e[] = { "GOMAXPROCSX=3", NULL };

	envp = e;
	ncpu = 6;
	CHECK_EQ(procsfromenv(), 6);
	ncpu = 5000;
	CHECK_EQ(procsfromenv(), 1024);
	CHECK_EQ(procs(6, ""), 6);
}

TEST("GOMAXPROCS from 1 to 1024 is obeyed on any machine")
{
	CHECK_EQ(procs(6, "1"), 1);
	CHECK_EQ(procs(6, "0007"), 7);
	CHECK_EQ(procs(1, "1024"), 1024);
}

TEST("any other GOMAXPROCS is named, and the default is used")
{
	static const char *const bad[] = {
		"abc", "0", "-1", "99999", "1025", "-", " 2", "2 ", "0x2",
		"99999999999999999999",
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char expected[128];
		struct unit_child c = IN_CHILD(_exit(procs(6, bad[i])));

		snprintf(expected, sizeof expected, "runtime: GOMAXPROCS=%s is "
		    "not a number from 1 to 1024; using 6\n", bad[i]);
		CHECK_STR(c.output, expected);
		CHECK_EQ(c.status, 6);
	}
}

/* What RT0DEBUG=value leaves in debug.boot; complaints go to output. */
static struct unit_child
setting(const char *value)
{
	static char text[8192];
	char *e[] = { text, NULL };

	/* what lies behind the variable is none of our business */
	memset(text, 0, sizeof text);
	strcpy(text + snprintf(text, sizeof text, "RT0DEBUG=%s", value) + 1,
	    "boot=99");
	return IN_CHILD(envp = e; parsedebugvars(); _exit(debug.boot & 0xff));
}

TEST("RT0DEBUG sets a variable, wherever in the list it stands")
{
	static const struct { const char *text; int boot; } good[] = {
		{ "", 0 }, { "boot=1", 1 }, { "boot=0", 0 }, { ",", 0 },
		{ "boot=1,boot=2", 2 }, { ",,boot=3,", 3 }, { "boot=4,,", 4 },
	};

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		struct unit_child c = setting(good[i].text);

		CHECK_EQ(c.status, good[i].boot);
		CHECK_STR(c.output, "");
	}
}

TEST("a setting that makes no sense is named, and the others count")
{
	static const char *const bad[] = {
		"boto=1", "boot", "boot=", "boot=x", "=1", "b", "bootx=1",
		"boot 1", "boot=1=1",
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char expected[128], text[64];
		struct unit_child c;

		snprintf(text, sizeof text, "boot=5,%s,boot=6", bad[i]);
		snprintf(expected, sizeof expected, "runtime: RT0DEBUG: no "
		    "setting %s; there are:\n\tboot=N\n", bad[i]);
		c = setting(text);
		CHECK_EQ(c.status, 6);
		c.output[strlen(expected)] = 0;
		CHECK_STR(c.output, expected);
	}
}

TEST("a setting that is too long is no setting")
{
	char text[4096] = "boot=";
	struct unit_child c;

	memset(text + 5, '0', 26);
	text[31] = '1';
	c = setting(text);
	CHECK_EQ(c.status, 0);
	CHECK(strstr(c.output, "no setting boot=00000000000000000000000000...;")
	    != NULL);
	memset(text + 5, '1', sizeof text - 6);
	c = setting(text);
	CHECK_EQ(c.status, 0);
	text[5 + 25] = 0;	/* 30 characters: fits, and is too large */
	CHECK_EQ(setting(text).status, 0);
}

TEST("in secure mode the knobs are dead and the environment is not")
{
	char *e[] = { "GOMAXPROCS=3", "RT0DEBUG=boot=1,nonsense", NULL };
	struct unit_child c = IN_CHILD(
		envp = e;
		ncpu = 6;
		secureMode = 1;
		parsedebugvars();
		if (gogetenv("GOMAXPROCS") == NULL)
			_exit(99);
		_exit(procsfromenv() * 10 + debug.boot));

	CHECK_EQ(c.status, 60);
	CHECK_STR(c.output, "");
}
