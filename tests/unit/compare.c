/*
 * The order of two strings (src/os/os.h, chapter 3).
 */
#include "unit.h"
#include "sched/sched.h"

TEST("compare: equal strings, empty ones too")
{
	char copy[] = "GOMAXPROCS";

	CHECK_EQ(compare("GOMAXPROCS", copy), 0);
	CHECK_EQ(compare("", copy + strlen(copy)), 0);
}

TEST("compare: what is cut off comes before the whole")
{
	CHECK(compare("ab", "abc") < 0);
	CHECK(compare("abc", "ab") > 0);
	CHECK(compare("", "a") < 0);
	CHECK(compare("a", "") > 0);
}

TEST("compare: the first difference decides, in any place")
{
	CHECK(compare("xbc", "abz") > 0);
	CHECK(compare("abc", "axa") < 0);
	CHECK(compare("abx", "abc") > 0);
}

TEST("compare: bytes beyond ASCII come after it")
{
	CHECK(compare("\xc3\xa9", "z") > 0);
	CHECK(compare("a\x7f", "a\x80") < 0);
}
