/*
 * Strings that are equal and strings that are not (src/runtime.h, chapter 3).
 */
#include "unit.h"
#include "runtime.h"

TEST("streq: equal strings, empty ones too")
{
	char copy[] = "GOMAXPROCS";

	CHECK(streq("GOMAXPROCS", copy));
	CHECK(streq("", copy + strlen(copy)));
}

TEST("streq: a string and a part of it differ, on either side")
{
	CHECK(!streq("abc", "ab"));
	CHECK(!streq("ab", "abc"));
	CHECK(!streq("", "a"));
	CHECK(!streq("a", ""));
}

TEST("streq: a difference in any place")
{
	CHECK(!streq("xbc", "abc"));
	CHECK(!streq("axc", "abc"));
	CHECK(!streq("abx", "abc"));
}
