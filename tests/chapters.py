"""Chapters are found by name: number("many-threads") is what book/NN-many-threads.nw has for NN."""
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent


def number(name):
    """The two digits of a chapter."""
    found = [path.name[:2] for path in (TOP / "book").glob("[0-9][0-9]-%s.nw" % name)]
    if len(found) != 1:
        raise AssertionError("there is no single book/NN-%s.nw" % name)
    return found[0]


def state(name):
    """The directory of the runtime as it stands after a chapter."""
    return TOP / "build" / "chapters" / number(name)
