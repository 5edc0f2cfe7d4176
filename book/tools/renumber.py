#!/usr/bin/env python3
"""Number the chapters in the order of their files, and all that speaks of them by number.

    renumber.py [DIR]

A chapter is called by its name in references, tests and figures; what a reader
types or reads is a number, and this program keeps it right. To cut or insert a
chapter, call the new file by the number before it and a letter, as in
book/08b-park-and-ready.nw; say chapter 8b, build/chapters/08b, gdb/08b-park.gdb
and id=8b.1 wherever you speak of it; then run this. To remove one, delete its
file. A number above the last chapter is a place in the plan, and moves along.

What is rewritten is in FORMS; a number in another form is not seen, and
tests/test_renumber.py fails for it. Nothing is written if something speaks of
a chapter that is gone.
"""
import os
import re
import sys
from pathlib import Path

NUMBER = r"\d{1,2}[a-z]?(?![A-Za-z0-9]|\.\d)"
SPACE = r"(?:[ \t~]+|[ \t]*\n[ \t]*(?:\*|#|//)?[ \t]*)"
LIST = r"{n}(?:(?:,|,? to|,? and|,? or){s}{n})*".format(n=NUMBER, s=SPACE)

# Each form is a pattern in which every number is that of a chapter.
FORMS = [
    r"\b[Cc]hapter{s}{n}".format(s=SPACE, n=NUMBER),                # chapter 8
    r"\b[Cc]hapters{s}{l}".format(s=SPACE, l=LIST),                 # chapters 7, 8 and 9
    r"\bchapters?[/-]{n}".format(n=NUMBER),                         # build/chapters/08, make chapter-08
    r"\b(?:STAGE|CHAPTER)={n}".format(n=NUMBER),                    # make gdb STAGE=08
    r"\bstage {n}".format(n=NUMBER),                                # stage 08, in GDB
    r"\./run -s {n}".format(n=NUMBER),                              # ./run -s 08 mine.c
    r"--(?:prefix|chapter)[ =]{n}".format(n=NUMBER),                # tests/stress/run --prefix 08
    r"\bfor chapter in(?: {n})+".format(n=NUMBER),                  # for chapter in 08 09; do
    r"\b(?:book|gdb)/\d\d[a-z]?(?=-)",                              # gdb/08-threads.gdb
    r"(?<![\w.-])\d\d[a-z]?(?=-(?:NAMES)(?![\w-]))",               # 08-many-threads.html
    r"\bexercises/new \w+ {n}".format(n=NUMBER),                    # the state of a new assignment
    r"(?:(?<![A-Za-z0-9])|(?<=\\t))ch\d\d[a-z]?(?![A-Za-z0-9])",    # a column or key of a table, ch08
    r"(?:\bid=|\b[Ee]xercises? |#ex-)\d{1,2}[a-z]?(?=\.\d)",           # exercise 8.1
    r'^    \("\w+", \d+(?=, )',                                 # a stage of gdb/tour.py
]

TOKEN = re.compile(r"(?<![A-Za-z0-9.])(ch)?(\d{1,2}[a-z]?)(?![A-Za-z0-9])")

# Tangled files and recorded walks follow from the chapters, and these tests have little books of their own.
TANGLED = ("src/", "gdb/", "examples/", "book/tangled.sums")
OWN_BOOKS = ("tests/loom/", "tests/weave/") + tuple("tests/test_%s.py" % name for name in (
    "loom", "weave", "run", "transcripts", "stress", "mutants", "reader", "states", "renumber"))
SKIPPED = TANGLED + OWN_BOOKS + ("book/data/walks/", ".git/", "build/", "book/tools/renumber.py")


class Failed(Exception):
    """What cannot be done, in a sentence."""


def texts(top):
    """(path below top, text) of each file that may speak of chapters."""
    for directory, below, names in os.walk(top):
        here = "" if Path(directory) == top else os.path.relpath(directory, top)
        below[:] = sorted(name for name in below if not (os.path.join(here, name) + "/").startswith(SKIPPED))
        for name in sorted(names):
            path = os.path.join(here, name)
            if path.startswith(SKIPPED) or name.endswith((".png", ".pyc")):
                continue
            try:
                yield path, (top / path).read_text(encoding="utf-8")
            except UnicodeDecodeError:
                pass


# With what a form begins: where none of these is, no form is tried, and looking takes a sixth of the time.
BEGINS = r"(?=[Cc]hapter|STAGE=|CHAPTER=|stage |\./run -s |--prefix|--chapter|for chapter|book/|gdb/|\d\d[a-z]?-|exercises/new|ch\d\d|id=|[Ee]xercise|\#ex-|    \()"


def forms(names):
    """All forms in one pattern, for a book whose chapters have these names."""
    pattern = BEGINS + "(?:%s)" % "|".join("(?:%s)" % form for form in FORMS)
    return re.compile(pattern.replace("NAMES", "|".join(map(re.escape, names))), re.M)


def new_numbers(top):
    """{old label: new number}, the shift of planned chapters, the last old number, the files in order."""
    found = []
    for path in (top / "book").glob("*.nw"):
        match = re.match(r"(\d\d)([a-z]?)-", path.name)
        if match and match.group(1) < "90":
            found.append((match.group(1), match.group(2), path))
    if not found:
        raise Failed("there is no chapter book/NN-name.nw in %s" % top)
    found.sort()
    for one, two in zip(found, found[1:]):
        if one[:2] == two[:2]:
            raise Failed("book/%s and book/%s have the same number; give one of them a letter, as in 08b"
                         % (one[2].name, two[2].name))
    labels = {digits.lstrip("0") + letter if digits != "00" else "0" + letter: number
              for number, (digits, letter, _) in enumerate(found)}
    last = int(found[-1][0])
    return labels, len(found) - 1 - last, last, [path for _, _, path in found]


class Renumbered:
    def __init__(self, top):
        self.labels, self.shift, self.last, self.chapters = new_numbers(top)
        self.gone = []
        self.form = forms(path.stem.split("-", 1)[1] for path in self.chapters)

    def number(self, label):
        """The new number of "8", "08" or "08b"; None if there is no such chapter any more."""
        digits, letter = re.match(r"(\d+)([a-z]?)", label).groups()
        old = str(int(digits)) + letter
        if old in self.labels:
            return self.labels[old]
        if letter or int(digits) <= self.last:
            return None
        return int(digits) + (self.shift if int(digits) < 90 else 0)

    def text(self, path, text):
        def form(match):
            # Two digits where a name has two, as little as needed in prose.
            wide = not re.match(r"[Cc]hapters?\b[^/-]|id=|[Ee]xercise|#ex-|[ ]{4}\(", match.group(0))

            def token(found):
                new = self.number(found.group(2))
                if new is None:
                    line = text.count("\n", 0, match.start()) + 1
                    self.gone.append("%s:%d: %s" % (path, line, " ".join(match.group(0).split())))
                    return found.group(0)
                two = wide or found.group(2).startswith("0") and len(found.group(2)) > 1
                return (found.group(1) or "") + ("%02d" if two else "%d") % new
            return TOKEN.sub(token, match.group(0))
        return self.form.sub(form, text)


def renumber(top):
    """Rewrite the tree; how many files changed and how many chapters moved."""
    book = Renumbered(top)
    changed = {}
    for path, text in texts(top):
        new = book.text(path, text)
        if new != text:
            changed[path] = new
    if book.gone:
        raise Failed("no such chapter any more:\n  " + "\n  ".join(book.gone))
    for path, text in changed.items():
        (top / path).write_text(text, encoding="utf-8")
    # A new name may be the old one of another chapter.
    moved = [(path, path.with_name("%02d-%s" % (number, path.name.split("-", 1)[1])))
             for number, path in enumerate(book.chapters)]
    moved = [(old, new) for old, new in moved if old != new]
    for old, new in moved:
        old.rename(old.with_name("." + new.name))
    for old, new in moved:
        old.with_name("." + new.name).rename(new)
    return len(changed), len(moved)


def main(argv):
    try:
        changed, moved = renumber(Path(argv[0] if argv else ".").resolve())
    except Failed as failure:
        print("renumber: %s" % failure, file=sys.stderr)
        return 1
    print("  %d chapters have a new number, %d files speak of them otherwise" % (moved, changed))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
