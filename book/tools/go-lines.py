#!/usr/bin/env python3
"""Where in Go's source are the files and functions that the book names?

  book/tools/go-lines.py >book/tools/go-lines.tsv       with Go 1.23.5 in GOROOT or in /usr/lib/go-1.23

The weaver makes links of them. Columns: what the book says, path below src/, line (empty for a whole file).
"""
import os
import re
import sys
from pathlib import Path

VERSION = "go1.23.5"
SAID = r"`([\w/-]*\w+\.(?:go|s))(?::([A-Za-z_][\w.]*))?`"
PLACES = ("", "runtime", "internal/trace")


def source():
    """the src directory of that release of Go, or None"""
    root = Path(os.environ.get("GOROOT") or "/usr/lib/go-1.23")
    version = root / "VERSION"
    return root / "src" if version.exists() and version.read_text().split()[0] == VERSION else None


def line_of(text, name):
    """the line that defines a function (also T.name for a method), else a type, constant or variable; or None"""
    kind, _, last = re.escape(name).rpartition(r"\.")
    method = r"\(\w+ \*?%s\) " % kind if kind else r"(?:\([^)]*\) )?"
    for form in (r"^func %s%s[(\[]" % (method, last), r"^TEXT\s+(?:[\w∕]*·)?%s(?:<[^>]*>)?\(SB\)" % last, r"^(?:type|var|const) %s\b" % last, r"^\t%s\b" % last):
        found = re.search(form, text, re.M)
        if found:
            return text.count("\n", 0, found.start()) + 1
    return None


def table(top, src):
    said = set()
    for page in sorted([*top.glob("book/*.nw"), *top.glob("book/*.md"), *top.glob("exercises/*/*.md")]):
        said |= set(re.findall(SAID, page.read_text(encoding="utf-8")))
    for path, name in sorted(said):
        bare = re.sub("^src/", "", path)
        files = [f for f in (src / p / bare for p in PLACES) if f.exists()]
        for file in files:
            line = line_of(file.read_text(encoding="utf-8"), name) if name else ""
            if line is not None:
                yield "%s\t%s\t%s" % (path + (":" + name if name else ""), file.relative_to(src), line)
                break


if __name__ == "__main__":
    if not source():
        sys.exit("go-lines: no source of %s in GOROOT or /usr/lib/go-1.23" % VERSION)
    print("\n".join(table(Path(__file__).resolve().parent.parent.parent, source())))
