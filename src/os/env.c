/* SPDX-License-Identifier: MIT */
/* Tangled from book/05-schedinit.nw; edit that, not this file. */
/*
 * The environment, and RT0DEBUG, the list of settings in it that is ours.
 */
#include "os/os.h"

/* What follows "name=" in s, or NULL if s does not begin with that. */
static const char *
valueof(const char *s, const char *name)
{
	while (*name != 0 && *s == *name)
		s++, name++;
	return *name == 0 && *s == '=' ? s + 1 : NULL;
}

/* The value of the environment variable called name, or NULL. */
const char *
gogetenv(const char *name)
{
	for (char **e = envp; *e != NULL; e++) {
		const char *value = valueof(*e, name);

		if (value != NULL)
			return value;
	}
	return NULL;
}

/* The same for our own knobs: in secure mode nobody may turn them. */
const char *
knob(const char *name)
{
	return secureMode ? NULL : gogetenv(name);
}

/*
 * Parse s as a decimal number into *v.  Returns 1, or 0 if s is not a
 * number or does not fit; then *v is as before.
 */
int
parseint(const char *s, int32_t *v)
{
	int neg = *s == '-';
	int64_t n = 0;

	s += neg;
	if (*s == 0)
		return 0;
	for (; *s != 0; s++) {
		if (*s < '0' || *s > '9')
			return 0;
		n = n * 10 + (*s - '0');
		if (n > (int64_t)INT32_MAX + neg)
			return 0;
	}
	*v = (int32_t)(neg ? -n : n);
	return 1;
}

/* read RT0DEBUG */
struct debugvars debug;

static const struct { const char *name; int32_t *value; } dbgvars[] = {
	{ "boot", &debug.boot },
	/* names of the debug variables */
	{ "inittrace", &debug.inittrace },
	{ "schedtrace", &debug.schedtrace },
	{ "scheddetail", &debug.scheddetail },
	{ "nomembarrier", &debug.nomembarrier },
};

enum { NDBGVARS = sizeof dbgvars / sizeof dbgvars[0] };

/* set one debug variable */
enum { SETTINGMAX = 32 };	/* bytes, with the final 0 */

/* Apply the setting of n bytes at s; say so if it makes no sense. */
static void
setdebugvar(const char *s, size_t n)
{
	char buf[SETTINGMAX] = "";

	memcpy(buf, s, n < SETTINGMAX ? n : SETTINGMAX - 1);
	for (size_t i = 0; i < NDBGVARS && n < SETTINGMAX; i++) {
		const char *value = valueof(buf, dbgvars[i].name);

		if (value != NULL && parseint(value, dbgvars[i].value))
			return;
	}
	/* complain about a setting */
	print("runtime: RT0DEBUG: no setting %s%s; there are:\n", buf,
	    n < SETTINGMAX ? "" : "...");
	for (size_t i = 0; i < NDBGVARS; i++)
		print("\t%s=N\n", dbgvars[i].name);
}

/* RT0DEBUG is a list of name=number with commas between. */
void
parsedebugvars(void)
{
	const char *s = knob("RT0DEBUG");

	while (s != NULL && *s != 0) {
		size_t n = 0;

		while (s[n] != 0 && s[n] != ',')
			n++;
		if (n > 0)
			setdebugvar(s, n);
		s += s[n] == ',' ? n + 1 : n;
	}
}
