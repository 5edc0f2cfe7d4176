"""The rule of the states: a test runs on the state of its chapter, on each later one that touches what it speaks of,
and on the last, unless a later chapter supersedes it.

A test class says since = "the-short-way", the name of its chapter, and reads self.state: a directory of
build/chapters, or TOP for the last runtime, which is src/ and build/ themselves. At its end a module calls
everywhere(globals()). Then Switch is the class on the state of its chapter and Switch_last the same on the last;
with about = ("load what to goes on with",), names of chunks, there is also Switch_after_13 if chapter 14 replaces
that chunk or appends to it, and a later one once more. With reads = ("sched",), files and folders of src/, there is
no Switch_last if the last state has there what that of the chapter has: it would do the same. @superseded("stealing", "why") at a class or a test says that
from chapter stealing on it is not true any more; @once at a test says that it reads nothing of the state.
"""
import filecmp
import re
import unittest

from chapters import TOP, number, state

LAST = TOP


def superseded(chapter, why):
    """From this chapter on the test does not hold; why not, in words."""
    def mark(thing):
        thing.superseded = (number(chapter), why)
        return thing
    return mark


def once(thing):
    """It would do the same on every state, and runs on the first."""
    thing.superseded = ("", "it reads no state")
    return thing


def holds(thing, chapter):
    return getattr(thing, "superseded", ("99", ""))[0] > chapter


def touching(since, about):
    """The numbers of the later chapters that write in chunks of these names."""
    found = []
    for path in sorted((TOP / "book").glob("[0-9][0-9]-*.nw")):
        chunks = re.findall(r"^<<(?:replace: )?(.*)>>=$", path.read_text(encoding="utf-8"), re.M)
        if path.name[:2] > number(since) and set(chunks) & set(about):
            found.append(path.name[:2])
    return found


def later(cls):
    """[(what a class is called there, number, state)]; after the last chapter that touches it comes the last state."""
    between = touching(cls.since, getattr(cls, "about", ()))[:-1]
    return [("%s_after_%s" % (cls.__name__, n), n, TOP / "build" / "chapters" / n) for n in between] + [
        (cls.__name__ + "_last", "98", LAST)]


def same(cls):
    """Whether the last state has all that the class reads as the state of its chapter has it."""
    def equal(one, two):
        if one.is_dir() and two.is_dir():
            return sorted(p.name for p in one.iterdir()) == sorted(p.name for p in two.iterdir()) and all(
                equal(path, two / path.name) for path in one.iterdir())
        return one.is_file() and two.is_file() and filecmp.cmp(one, two, shallow=False)
    reads = getattr(cls, "reads", ())
    return bool(reads) and all(equal(cls.state / "src" / name, LAST / "src" / name) for name in reads)


def tests_of(cls):
    return unittest.defaultTestLoader.getTestCaseNames(cls)


def everywhere(names):
    """Add to the names of a module its test classes on the later states."""
    for cls in [thing for thing in names.values() if isinstance(thing, type) and issubclass(thing, unittest.TestCase)]:
        if getattr(cls, "since", None) is None or cls.__module__ != names["__name__"] or not tests_of(cls):
            continue
        cls.state = state(cls.since)
        for name, chapter, where in later(cls):
            gone = {test: None for test in tests_of(cls) if not holds(getattr(cls, test), chapter)}
            if where == LAST and same(cls):
                continue
            if holds(cls, chapter) and len(gone) < len(tests_of(cls)):
                names[name] = type(name, (cls,), dict(gone, state=where, __module__=cls.__module__))
