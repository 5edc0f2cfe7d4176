#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The code alone, to be printed: book/tools/booklet.py [-o OUT] [-s SITE]

All files of src/ as they are at the end of the book, floor by floor, in two columns of 50 lines on A4, each part with the number of
its chunk; then each name with the lines that define and use it.  Line 37 of sheet 24 has the number 2437.
It stands on the files so far that the site has, build/site/files, whose last chapter counts.
"""
import argparse
import html
import re
import sys
from pathlib import Path

import edition
import floors
from edition import TOOLS, Node, Page, die

ROWS = 50
FLOORS = ("", *floors.FLOORS)       # a folder that is none of them comes last


def last_files(site):
    """path: its page, of the last chapter that touches it"""
    files = {}
    for path in sorted(site.glob("files/[0-9][0-9]-src-*.html")):
        page = Page(path)
        files[page.heading.text()] = page
    if not files:
        die("there are no pages of files in %s/files; type make first" % site)

    def place(name):
        folder, _, file = name[4:].rpartition("/")
        return FLOORS.index(folder) if folder in FLOORS else len(FLOORS), folder, not file.endswith(".h"), file != folder + ".h", file
    return sorted(files.items(), key=lambda item: place(item[0]))


class Line:
    def __init__(self, node):
        part = node.first("a", "part")
        self.chunk = part.attrs["data-n"] if part else ""
        self.node = Node("span", (), [k for k in node.kids if isinstance(k, str) or not k.has("ln", "part")])
        self.text = self.node.text()
        self.names = [(n.tag == "dfn", n.text()) for n in self.node.all() if n.tag == "dfn" or n.has("id")]


def columns(lines, rows):
    """Cut a file: what goes into a column that has so many rows, and into each one after it.  A cut moves up to an empty line that is near."""
    while lines:
        cut = min(rows, len(lines))
        if cut < len(lines):
            cut = next((i for i in range(cut, cut - 9, -1) if not lines[i - 1].text or not lines[i].text), cut)
        yield lines[:cut]
        lines, rows = lines[cut:], ROWS
        while lines and not lines[0].text:
            lines = lines[1:]


def set_lines(files):
    """The columns, each a list of rows: a path, None, or (number, line).  A file that does not fit into the rest of a column begins one."""
    out = [[]]
    for path, page in files:
        lines = [Line(n) for n in page.main.all("span", "l")]
        if out[-1] and len(lines) + 3 > ROWS - len(out[-1]):
            out.append([])
        out[-1] += [None, path, None] if out[-1] else [path, None]
        for i, part in enumerate(columns(lines, ROWS - len(out[-1]))):
            if i:
                out.append([])
            for line in part:
                out[-1].append((100 + (len(out) - 1) // 2 * 100 + (len(out) - 1) % 2 * ROWS + len(out[-1]), line))
    return out


def code(line, defined):
    """The line, with a link from each name to where it is defined."""
    def linked(n):
        if isinstance(n, str):
            return html.escape(n, quote=False)
        inner, name = "".join(map(linked, n.kids)), n.text()
        if n.tag == "dfn":
            return "<b>%s</b>" % inner
        if n.has("id"):
            return '<a href="#n%d">%s</a>' % (defined[name][0], inner) if name in defined else inner
        return '<span class="%s">%s</span>' % (n.attrs.get("class", ""), inner)
    node = Node("pre", (), [line.node])
    edition.untab(node, 0)
    return "".join(map(linked, line.node.kids))


def sheets(out, defined):
    """The pages: two columns, each of three texts, so that code is copied without its numbers."""
    anchors, name = {n for numbers in defined.values() for n in numbers[:1]}, ["", ""]
    for number in range(0, len(out), 2):
        text = []
        for side, rows in enumerate(out[number:number + 2]):
            chunks, numbers, lines, top = [""], [""], [""], name[0] if isinstance(rows[0], tuple) else ""     # HTML takes away the first end of a line
            for i, row in enumerate(rows):
                if isinstance(row, str):
                    name[0] = row
                    folder = row[4:].rpartition("/")[0]
                    lines.append('%s<b class="file" id="%s" style="bookmark-label:\'%s\'">%s</b>' % (
                        '<i class="floor" style="bookmark-label:\'%s\'"></i>' % ("src/" + folder) if folder != name[1] or row == "src/rt0.h" else "", row, row, row))
                    name[1] = folder
                else:
                    lines.append(code(row[1], defined) if row else "")
                chunks.append(row[1].chunk if isinstance(row, tuple) else "")
                numbers.append(('<span id="n%d">%04d</span>' if row[0] in anchors else "%.0s%04d") % (row[0], row[0]) if isinstance(row, tuple) else "")
            text.append('<div class="%s"><p class="top">%s</p><pre class="chunks">%s</pre><pre class="numbers">%s</pre><pre class="code">%s</pre></div>' % (
                "left right".split()[side], top, "\n".join(chunks), "\n".join(numbers), "\n".join(lines)))
        yield '<section class="sheet">%s<p class="foot">Sheet %02d</p></section>' % ("".join(text), number // 2 + 1)


def booklet(site, out, paper):
    files = last_files(site)
    rows = set_lines(files)
    defined, used, starts = {}, {}, {}
    for column in rows:
        for row in column:
            if isinstance(row, str):
                starts[row] = 100 + rows.index(column) // 2 * 100
            elif row:
                for definition, name in row[1].names:
                    numbers = (defined if definition else used).setdefault(name, [])
                    if row[0] not in numbers:
                        numbers.append(row[0])
    contents, folder = [], None
    for path, _ in files:
        if path[4:].rpartition("/")[0] != folder:
            folder = path[4:].rpartition("/")[0]
            contents.append('<h2>%s</h2>' % ("src/" + folder))
        contents.append('<p><a href="#%s"><code>%s</code></a><span>%02d</span></p>' % (path, path.rpartition("/")[2], starts[path] // 100))
    cover = Page(site / "index.html")
    title = cover.heading.text()
    front = """<section class="front"><h1>%s: the code</h1><p class="how">All that runs, as it is at the end of the book: %s lines in %d files, floor by floor from the roof down.
A line has a number of four digits, sheet and line: 2437 is line 37 of sheet 24. Before it stands the number of the chunk that begins there, under which the book explains it.
The last sheets have each name, the line that <b>defines</b> it, and those that use it. MIT License.</p><div class="contents">%s</div></section>""" % (
        html.escape(title), "{:,}".format(sum(len(list(page.main.all("span", "l"))) for _, page in files)), len(files), "".join(contents))
    index = "".join('<p><code>%s</code> %s%s</p>' % (html.escape(name), " ".join('<a href="#n%d"><b>%04d</b></a>' % (defined[name][0], n) for n in defined[name]),
                                                     "".join(" %04d" % n for n in used.get(name, []) if n not in defined[name]))
                    for name in sorted(defined, key=lambda n: (n.lower().lstrip("_"), n)))
    pages = list(sheets(rows, defined))
    parts = [("front", front)] + [("sheets %d to %d" % (i + 1, min(i + 8, len(pages))), "".join(pages[i:i + 8])) for i in range(0, len(pages), 8)]
    parts.append(("names", '<section class="index"><h1>Names</h1><div class="names">%s</div></section>' % index))
    css = edition.faces() + (TOOLS / "booklet.css").read_text(encoding="utf-8")
    out.with_suffix(".html").write_text(edition.PRINTED % (title, "<style>%s</style>" % css + "".join(body for _, body in parts)), encoding="utf-8")
    paper.book([(name, edition.PRINTED % (title, body)) for name, body in parts], css, str(TOOLS / "vendor") + "/", out,
               {"Title": title + ": the code", "Author": "The %s authors" % title, "Subject": "The files of src/ at the end of the book"}, None)


def main():
    parser = argparse.ArgumentParser(prog="booklet", usage="book/tools/booklet.py [-o OUT] [-s SITE]", description="Print the code.")
    parser.add_argument("-o", dest="out", type=Path, default=Path("build/rt0-code.pdf"))
    parser.add_argument("-s", dest="site", type=Path, default=Path("build/site"))
    a = parser.parse_args()
    if not (a.site / "index.html").is_file():
        die("there is no %s/index.html; type make first" % a.site)
    booklet(a.site, a.out, edition.with_weasyprint())
    print("  the code: %s, %.1f MB" % (a.out, a.out.stat().st_size / 1e6))


if __name__ == "__main__":
    sys.exit(main())
