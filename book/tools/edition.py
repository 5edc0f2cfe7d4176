#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Turn the woven pages into one file for a reader of books.

  book/tools/edition.py [-o OUT] epub [NN ...]               an EPUB 3
  book/tools/edition.py [-o OUT] [-z 6x9] pdf [NN ...]       a PDF, of A4 or 6 by 9 inches, by weasyprint

The pages come from build/site (-s SITE), in the order of its contents; NN picks chapters, and leaves out
the indexes; -a leaves out preface and back matter, too.  What works only on a screen goes: buttons, scripts, the contents beside the text, the files so far.
A chunk stands where its chapter has it and nowhere else, so what unfolds under a use goes too; the use is a link.
Hints and answers move to the end of their page; side notes behind their paragraph, or stay in the margin of paper.
"""
import argparse
import copy
import html
import os
import re
import shutil
import sys
import time
import uuid
import zipfile
from html.parser import HTMLParser
from pathlib import Path

TOOLS = Path(__file__).resolve().parent
VOID = set("area base br col embed hr img input link meta source track wbr".split())
COLOURS = {"bg": "#fff", "fg": "#23211d", "dim": "#5c584f", "faint": "#8d897d", "rule": "#d9d4c6", "fill": "#f3efe4", "code": "#f6f3ea", "exp": "#f1ece0",
           "link": "#125f86", "use": "#97390f", "warn": "#b3261e", "good": "#2f6b34"}
INDEXES = ("chunks", "identifiers", "concepts")


def die(text):
    sys.exit("edition: " + text)


# ---------------------------------------------------------------- pages as trees

class Node:
    def __init__(self, tag, attrs=(), kids=()):
        self.tag, self.attrs, self.kids = tag, {k: v or "" for k, v in dict(attrs).items()}, list(kids)

    def classes(self):
        return self.attrs.get("class", "").split()

    def has(self, *names):
        return any(n in self.classes() for n in names)

    def nodes(self):
        return [k for k in self.kids if isinstance(k, Node)]

    def all(self, tag=None, cls=None):
        for k in self.nodes():
            if tag in (None, k.tag) and (cls is None or cls in k.classes()):
                yield k
            yield from k.all(tag, cls)

    def first(self, tag=None, cls=None):
        return next(self.all(tag, cls), None)

    def text(self):
        return "".join(k if isinstance(k, str) else k.text() for k in self.kids)

    def xml(self):
        if self.tag == "svg":
            return self.attrs["text"]
        start = "<" + self.tag + "".join(' %s="%s"' % (k, html.escape(v)) for k, v in self.attrs.items())
        if self.tag in VOID:
            return start + "/>"
        return start + ">" + "".join(html.escape(k, quote=False) if isinstance(k, str) else k.xml() for k in self.kids) + "</%s>" % self.tag


class Page(HTMLParser):
    """One page of the site: its title, the tree below <main>, and its drawings as they are."""

    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.id, self.svgs, self.top = path.stem, [], Node("top")
        self.open = [self.top]
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"<svg\b.*?</svg>", self.keep, text, flags=re.S)
        self.feed(re.sub(r"<script\b.*?</script>", "", text, flags=re.S))
        self.main = self.top.first("main")
        if self.main is None:
            die("%s is no page of the book: it has no <main>" % path)
        self.heading = self.main.first("h1")
        kicker = self.main.first("p", "kicker")
        self.kicker = kicker.text() if kicker else ""
        self.ids = {}

    def keep(self, found):
        self.svgs.append(found.group())
        return "<svg data-n='%d'></svg>" % (len(self.svgs) - 1)

    def handle_starttag(self, tag, attrs):
        node = Node(tag, attrs)
        if tag == "svg":
            node.attrs = {"text": drawing(self.svgs[int(node.attrs["data-n"])])}
        self.open[-1].kids.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag):
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data):
        self.open[-1].kids.append(data)

    @property
    def label(self):
        """2, A, or nothing"""
        return self.kicker.split(" ")[-1]


def drawing(svg):
    """A drawing brings its colours along; it is laid on white, whatever the colour of the page."""
    svg = re.sub(r"var\(--(\w+)[^)]*\)", lambda v: COLOURS[v.group(1)], svg)
    svg = re.sub(r' style="--least:[^"]*"', "", svg)
    svg = svg.replace(' font-family="inherit"', "").replace('"ui-monospace, monospace"', '"JetBrains Mono, rt0 symbols, monospace"')
    svg = re.sub(r'(<\w+(?![^>]* font-family=)[^>]*) class="mono"', r'\1 class="mono" font-family="JetBrains Mono, rt0 symbols, monospace"', svg)
    svg = re.sub(r"<svg(?![^>]*font-family)", '<svg font-family="Arimo, rt0 symbols, Helvetica, Arial, sans-serif"', svg, count=1)
    svg = svg.replace("<marker ", '<marker overflow="visible" ')     # weasyprint fills what it clips to
    svg = svg.replace("currentColor", COLOURS["fg"]).replace("&nbsp;", "\u00a0")
    return svg if re.match(r"<svg[^>]* xmlns=", svg) else svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)


# ---------------------------------------------------------------- from a screen to paper

class Edition:
    def __init__(self, site, chapters, paper=None, alone=False):
        self.on_paper = paper
        index = site / "index.html"
        if not index.is_file():
            die("there is no %s; type make first" % index)
        cover = Page(index)
        self.order, part = [], ""       # (page, part) as the contents beside the text has them
        for item in cover.top.first("nav", "side").all("li"):
            if item.has("part"):
                part = item.text()
            link = item.first("a")
            if link and not link.attrs["href"].startswith("#"):
                self.order.append((link.attrs["href"][:-5], part))
        self.all = {"index"} | {name for name, _ in self.order}
        if chapters:
            for c in chapters:
                if not any(name.startswith(c + "-") for name, _ in self.order):
                    die("the book has no chapter %s; a number has two digits" % c)
            self.order = [(name, part) for name, part in self.order if name[:2] in chapters or not alone and not (re.match(r"\d\d-|exercise-", name) or name in INDEXES)]
        for name, _ in self.order:
            if not (site / (name + ".html")).is_file():
                die("there is no %s/%s.html; type make, or name only chapters that are woven" % (site, name))
        self.pages = [cover] + [Page(site / (name + ".html")) for name, _ in self.order]
        self.art, self.subtitle, self.said = cover.main.first("svg"), cover.main.first("p", "subtitle"), cover.main.first("p", "desc")
        self.title = cover.heading.text()
        self.parts = [""] + [part for _, part in self.order]
        self.byid = {p.id: p for p in self.pages}
        for p in self.pages:
            self.page, self.notes, self.later, self.exercise = p, [], {"hint": [], "answer": []}, None
            p.kids = self.kept(p)
        self.open_book(cover)
        for p in self.pages:
            p.ids = {n.attrs["id"] for n in Node("top", (), p.kids).all() if "id" in n.attrs}
        for p in self.pages:
            self.page, self.told = p, set()
            self.link(Node("top", (), p.kids), p.id in INDEXES)
            if paper:
                self.beside(Node("top", (), p.kids))
                for n in list(Node("top", (), p.kids).all()):
                    if any(k.has("call") for k in n.nodes()):
                        self.noted(n)
                for n in Node("top", (), p.kids).all("pre"):
                    untab(n, 0)
                for n in Node("top", (), p.kids).all():
                    if "id" in n.attrs:
                        n.attrs["id"] = p.id + "." + n.attrs["id"]

    def kept(self, page):
        """What is kept of a page, in the order of a book."""
        out = []
        for k in page.main.kids:
            for n in self.rewrite(k):
                out.append(n)
            out += self.notes       # a note follows the block that has its mark
            self.notes = []
        for kind, title in (("hint", "Hints"), ("answer", "Answers")):
            if self.later[kind]:
                out += [Node("h2", {"id": kind + "s"}, [title]), *self.later[kind]]
        return out

    def open_book(self, cover):
        """The cover page becomes a title and, where it has a walk, a page of its own; the contents are made anew."""
        blocks = [n for n in cover.kids if isinstance(n, Node)]
        cover.kids = blocks[0].nodes()[0].nodes()
        rest = [n for n in blocks if n.tag == "figure"]
        heading = next((n for n in blocks if n.tag == "h2"), None)
        if rest:
            tour = copy.copy(cover)
            tour.id, tour.heading, tour.kids = "tour", heading, [heading, *rest]
            heading.tag = "h1"
            self.pages.insert(1, tour)
            self.parts.insert(1, "")
            self.byid["tour"] = tour

    def inside(self, node):
        kids = []
        for k in node.kids:
            kids += self.rewrite(k)
        node.kids = kids
        return node

    def rewrite(self, n):
        """The nodes that stand in the place of n."""
        if isinstance(n, str) or n.tag == "svg":
            return [n]
        n.attrs = {k: v for k, v in n.attrs.items() if k in ("id", "class", "href", "style", "title", "aria-label", "colspan", "start", "type")}
        if n.tag in ("button", "input", "script", "colgroup") or n.has("perma", "ln", "play", "prevnext", "sofar", "copy", "art", "screen", "unfold"):
            return []
        if n.tag == "label":
            return self.mark(n) if n.has("sn-mark") else []
        if n.has("sn"):
            return self.note(n)
        if n.has("go"):
            return []
        if n.has("sep") and self.on_paper == "a4":      # a new line, in the margin
            return [Node("br")]
        if n.tag == "div" and n.has("code"):
            return [Node("pre", {"class": "code"}, [Node("code", (), self.lines(n))])]
        if n.tag == "details":
            return self.details(n)
        if n.tag == "section" and n.has("exercise"):
            self.exercise = n.first("a", "num").text()
            self.inside(n)
            self.exercise = None
            return [n]
        if n.tag == "a" and n.attrs.get("href") == "#" + self.page.id:
            return self.inside(n).kids
        if n.tag == "figure" and n.has("stepper"):      # its table may go on for pages
            n.attrs.pop("aria-label", 0)
            n.kids.sort(key=lambda k: isinstance(k, str) or k.tag != "figcaption")
        if n.tag == "pre":
            n.attrs.pop("aria-label", 0)
        if n.has("scroll"):
            return self.inside(n).kids
        if self.on_paper == "a4" and n.tag == "figure" and n.has("chunk"):
            n.kids[:2] = n.kids[1::-1]      # in the margin beside the name, not below it
            if n.kids[0].has("notes"):
                n.kids[0].kids = [self.whole(n.kids[0].kids)]
        return [self.inside(n)]

    @staticmethod
    def whole(kids):
        """What no page divides: of a note in the margin weasyprint would leave the end to the next page."""
        return Node("span", {"class": "whole"}, kids)

    def beside(self, n):
        """The notes of a table stand before it: those of two cells know nothing of each other, and make a cell wide.
        So does what ends in a space: where weasyprint measures a cell, it finds a place to break only in a space alone."""
        for i, k in enumerate(n.kids):
            if isinstance(k, Node) and k.tag == "table":
                for cell in k.all("td"):
                    cell.kids = [x for y in cell.kids for x in ([y.rstrip(), Node("span", (), [" "])] if isinstance(y, str) and y != y.rstrip() else [y])]
                notes = [note for cell in [k, *k.all()] for note in cell.nodes() if note.has("call")]
                if notes:
                    for cell in [k, *k.all()]:
                        cell.kids = [x for x in cell.kids if not any(x is note for note in notes)]
                    n.kids[i] = Node("div", (), (notes if self.on_paper == "a4" else [Node("p", {"class": "calls"}, notes)]) + [k])
            elif isinstance(k, Node):
                self.beside(k)

    def lines(self, code):
        """The lines of a chunk, without what unfolds below them."""
        for k in code.nodes():
            for line in (k.first("summary") if k.tag == "details" else k).all("span", "l"):
                if not line.has("blank"):
                    line.attrs.pop("id", 0)
                    line.kids = [x for y in line.kids if isinstance(y, str) or not y.has("ln", "part") for x in self.rewrite(y)] + ["\n"]
                    yield line

    def noted(self, n):
        """In the margin notes begin where their paragraph does, and no page ends inside it: within a line
        weasyprint lays one note over another, and draws it twice when the line moves to the next page."""
        n.attrs["class"] = (n.attrs.get("class", "") + " noted").strip()
        if self.on_paper == "a4":
            notes, rest = [k for k in n.nodes() if k.has("call")], [k for k in n.kids if isinstance(k, str) or not k.has("call")]
            for k in notes:
                k.tag, k.kids = "div", [self.whole(k.kids[0].kids)]
                k.attrs["class"] = "sn"
            if n.tag == "p":
                n.tag, rest = "div", [Node("p", (), rest)]
            n.kids = notes + rest

    def details(self, n):
        self.inside(n)
        if n.has("script"):
            return n.kids[1:]
        kind = "hint" if n.has("hint") else "answer"
        name = kind + "-%d" % (len(self.later[kind]) + 1)
        back = name + "-asked"
        self.later[kind].append(Node("div", {"class": "later", "id": name}, [
            Node("p", {"class": "cap"}, [Node("a", {"href": "#" + back}, [self.exercise or "The question"])])] + n.kids[1:]))
        return [Node("p", {"class": "where"}, [Node("a", {"id": back, "href": "#" + name}, [kind.capitalize()])])]

    def mark(self, n):
        number = n.text()
        if self.on_paper:
            return [Node("sup", {"class": "mark"}, [number])]
        return [Node("a", {"class": "mark", "epub:type": "noteref", "role": "doc-noteref", "id": "mark-" + number, "href": "#note-" + number}, [number])]

    def note(self, n):
        if self.on_paper:
            return [Node("span", {"class": "call"}, [self.inside(n)])]     # at the foot of a page weasyprint writes a mark of its own
        number = n.first("span", "sn-n").text()
        kids = self.inside(Node("p", (), [k for k in n.kids if isinstance(k, str) or not k.has("sn-n")])).kids
        back = Node("a", {"href": "#mark-" + number, "role": "doc-backlink"}, [number])
        self.notes.append(Node("aside", {"class": "note", "epub:type": "footnote", "role": "doc-footnote", "id": "note-" + number}, [
            Node("p", (), [back, " "] + kids)]))
        return []

    # ---- links

    def href(self, page, anchor):
        if self.on_paper:
            return "#" + page.id + ("." + anchor if anchor else "")
        return (page.id + ".xhtml" if page is not self.page else "") + ("#" + anchor if anchor else "")

    def link(self, n, quiet):
        """Links lead to where their target stands in this edition; one to what it leaves out becomes text.
        On paper one to a chapter, a section, a figure or a chunk says the page, if it is not quiet."""
        kids = []
        for k in n.kids:
            if isinstance(k, str):
                kids.append(k)
                continue
            self.link(k, quiet or k.tag in ("pre", "table") or k.has("nav", "later", "file"))
            title, to = k.attrs.pop("title", ""), k.attrs.get("href", "") if k.tag == "a" else None
            if title and not quiet and not n.has("notes", "rep") and re.match(r"(chapter|appendix) \w+$", k.text(), re.I) and to not in self.told:
                self.told.add(to)       # nothing shows a hint here: the first time in a chapter that another is named, its title stands beside
                k.kids += [", ", Node("i", (), [title])] if self.on_paper else [" (", Node("i", (), [title]), ")"]
            if to is None or re.match(r"[a-z]+:", to):
                kids.append(k)
                continue
            file, _, anchor = to.partition("#")
            page = self.byid.get(file[:-5]) if file else self.page
            if page is self.pages[0] and anchor in self.pages[1].ids:
                page = self.pages[1]
            if page and (not anchor or anchor in page.ids) and not (page is self.page and k.has("num")):
                k.attrs["href"] = self.href(page, anchor) or self.page.id + ".xhtml"
                if self.on_paper and not quiet and not k.has("id", "num") and (anchor or not n.has("rep")):
                    k.attrs["class"], k.attrs["data-p"] = (k.attrs.get("class", "") + " paged").strip(), k.attrs["href"][1:]
                kids.append(k)
            elif page and anchor and anchor not in page.ids and not re.search(r"-\d+-\d+$", anchor):
                die("%s.html: the link to %s leads nowhere" % (self.page.id, to))
            elif file and not page and file[:-5] not in self.all and not file.startswith("files/"):
                die("%s.html: the link to %s leads nowhere" % (self.page.id, to))
            else:
                k.tag, k.attrs = "span", {a: v for a, v in k.attrs.items() if a in ("id", "class")}
                kids.append(k)
        n.kids = kids


def untab(n, column):
    """Spaces for tabs: weasyprint counts a tab from the element it is in.  Gives the column behind n."""
    for i, k in enumerate(n.kids):
        if isinstance(k, Node):
            column = untab(k, column)
            continue
        out = ""
        for c in k:
            fill = " " * (8 - column % 8) if c == "\t" else c
            out, column = out + fill, 0 if c == "\n" else column + len(fill)
        n.kids[i] = out
    return column


def sections(page):
    for n in page.kids:
        if isinstance(n, Node) and n.tag == "h2" and "id" in n.attrs and n.attrs["id"] not in ("hints", "answers"):
            yield n


def named(page):
    """2. rt0_go: a stack, a thread and a register"""
    return (page.label + ". " if page.label else "") + " ".join(page.heading.text().split())


# ---------------------------------------------------------------- EPUB

XHTML = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">
<head><meta charset="utf-8"/><title>%s</title><link rel="stylesheet" href="epub.css"/></head>
<body>
%s
</body>
</html>
"""


def cover_svg(edition, art):
    title, lines, line = edition.title, [], ""
    for word in (edition.subtitle.text() if edition.subtitle else "").split():
        if len(line) + len(word) > 34:
            lines, line = lines + [line], ""
        line = (line + " " + word).strip()
    text = "".join('<text x="70" y="%d" font-family="serif" font-size="32" fill="%s">%s</text>' % (262 + 42 * i, COLOURS["fg"], html.escape(l)) for i, l in enumerate(lines + [line]))
    inner = re.sub(r"<svg\b", '<svg x="70" y="360" width="660" height="780"', art, count=1)
    inner = re.sub(r'<svg([^>]*?) role="img"', r"<svg\1", inner, count=1)
    return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 1200" width="800" height="1200"><title>%s</title><rect width="800" height="1200" fill="#fffdf8"/>'
            '<text x="64" y="190" font-family="serif" font-size="150" fill="%s">%s</text>%s%s</svg>' % (html.escape(title), COLOURS["fg"], html.escape(title), text, inner))


def contents(edition):
    """The list for the reader's menu, and the page of contents."""
    out, part = [], ""
    for page, of in zip(edition.pages, edition.parts):
        if of != part:
            out.append(("</ol></li>" if part else "") + ("<li><span>%s</span><ol>" % html.escape(of) if of else ""))
            part = of
        inner = "".join('<li><a href="%s.xhtml#%s">%s</a></li>' % (page.id, html.escape(n.attrs["id"]), html.escape(" ".join(n.text().split()))) for n in sections(page))
        out.append('<li><a href="%s.xhtml">%s</a>%s</li>' % (page.id, html.escape(named(page)), "<ol>%s</ol>" % inner if inner else ""))
    return "".join(out) + ("</ol></li>" if part else "")


def epub(edition, out):
    title, art, said = edition.title, edition.art, edition.said
    first = next((p for p in edition.pages if p.label), edition.pages[-1])
    files, items, spine = [("epub.css", (TOOLS / "epub.css").read_text(encoding="utf-8"))], [], []

    def add(name, text, properties="", linear=True):
        files.append((name, text))
        ident = "p-" + name.split(".")[0]
        items.append('<item id="%s" href="%s" media-type="application/xhtml+xml"%s/>' % (ident, name, ' properties="%s"' % properties if properties else ""))
        spine.append('<itemref idref="%s"/>' % ident)

    if art:
        files.append(("cover.svg", cover_svg(edition, art.xml())))
        items.append('<item id="cover-image" href="cover.svg" media-type="image/svg+xml" properties="cover-image"/>')
        add("cover.xhtml", XHTML % (html.escape(title), '<section epub:type="cover" class="cover"><img src="cover.svg" alt="%s"/></section>'
            % html.escape("Cover of %s: %s" % (title, re.search(r"<desc[^>]*>(.*?)</desc>", art.xml(), re.S).group(1)))))
    for i, page in enumerate(edition.pages):
        kind = "titlepage" if i == 0 else "chapter" if page.label and page.label.isdigit() else "appendix" if page.label else "index" if page.id in INDEXES else "preface" if page.id == "preface" else ""
        body = "".join(html.escape(n, quote=False) if isinstance(n, str) else n.xml() for n in page.kids)
        add(page.id + ".xhtml", XHTML % (html.escape(named(page)), "<section%s class=\"%s\">%s</section>" % (' epub:type="%s"' % kind if kind else "", page.id, body)),
            "svg" if "<svg" in body else "")
        if i == 0:
            add("nav.xhtml", XHTML % ("Contents", """<nav epub:type="toc" id="toc" role="doc-toc"><h1>Contents</h1><ol>%s</ol></nav>
<nav epub:type="landmarks" hidden="hidden"><h2>Where to begin</h2><ol>%s<li><a epub:type="toc" href="nav.xhtml">Contents</a></li>
<li><a epub:type="bodymatter" href="%s.xhtml">%s</a></li></ol></nav>""" % (contents(edition), '<li><a epub:type="cover" href="cover.xhtml">Cover</a></li>' if art else "",
                first.id, html.escape(named(first)))), "nav")
    made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))))
    opf = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:%s</dc:identifier><dc:title>%s</dc:title><dc:language>en</dc:language><dc:creator>The %s authors</dc:creator>
<dc:description>%s</dc:description><dc:rights>Prose: CC BY 4.0. Code: MIT.</dc:rights>
<meta property="dcterms:modified">%s</meta><meta property="schema:accessMode">textual</meta><meta property="schema:accessMode">visual</meta>
<meta property="schema:accessModeSufficient">textual</meta><meta property="schema:accessibilityFeature">alternativeText</meta>
<meta property="schema:accessibilityFeature">tableOfContents</meta><meta property="schema:accessibilityFeature">displayTransformability</meta>
<meta property="schema:accessibilityHazard">none</meta><meta property="schema:accessibilitySummary">Figures have titles and descriptions; code is text that reflows.</meta>
</metadata>
<manifest><item id="css" href="epub.css" media-type="text/css"/>%s</manifest>
<spine>%s</spine>
</package>
""" % (uuid.uuid5(uuid.NAMESPACE_URL, "rt0:" + title), html.escape(title), html.escape(title), html.escape(" ".join(said.text().split()) if said else title), made,
       "\n".join(items), "".join(spine))
    box = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="book/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>
"""
    day = time.strptime(made, "%Y-%m-%dT%H:%M:%SZ")[:6]
    with zipfile.ZipFile(out, "w") as z:
        def put(name, text, how=zipfile.ZIP_DEFLATED):
            info = zipfile.ZipInfo(name, day)
            info.compress_type, info.external_attr = how, 0o644 << 16
            z.writestr(info, text)
        put("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        put("META-INF/container.xml", box)
        put("book/book.opf", opf)
        for name, text in files:
            put("book/" + name, text)


# ---------------------------------------------------------------- PDF

def markup(nodes):
    return "".join(html.escape(n, quote=False) if isinstance(n, str) else n.xml() for n in nodes)


def with_weasyprint():
    """Go on in the Python that weasyprint is installed for, which need not be ours."""
    program = shutil.which("weasyprint")
    if not program:
        die("weasyprint is not installed; ./setup --editions installs it")
    python = re.match(r"#! *(\S+)", Path(program).read_text(encoding="utf-8", errors="replace"))
    if os.environ.get("RT0_PAPER") != program and python:
        os.environ["RT0_PAPER"] = program
        os.execv(python.group(1), [python.group(1), str(Path(sys.argv[0]).resolve()), *sys.argv[1:]])
    try:
        import paper
        return paper
    except ImportError as error:
        die("%s has no %s; ./setup --editions installs it" % (sys.executable, error.name))


PRINTED = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>%s</title></head>
<body>%s</body></html>
"""


def faces():
    return "\n".join(re.findall(r"^@font-face.*url.*$", (TOOLS / "book.css").read_text(encoding="utf-8"), re.M))


def pdf(edition, out, paper):
    """The pages as parts that weasyprint lays out, and all of them in one file, for who wants to look."""
    css = faces() + "".join(
        (TOOLS / name).read_text(encoding="utf-8") for name in ["print.css"] + (["print-6x9.css"] if edition.on_paper == "6x9" else []))
    title, part, parts, toc = edition.title, "", [], []
    for page, of in list(zip(edition.pages, edition.parts))[1:]:
        body = '<section id="%s" class="%s">%s</section>' % (page.id, "page in " + page.id if of else "page " + page.id, markup(page.kids))
        if of != part:
            part = of
            toc.append('<li class="part">%s</li>' % html.escape(of))
            body = '<h1 class="part">%s</h1>%s' % (html.escape(of), body)
        toc.append('<li><a href="#%s" data-p="%s">%s</a></li>' % (page.id, page.id, html.escape(named(page))))
        toc += ['<li class="sec"><a href="#%s" data-p="%s">%s</a></li>' % (n.attrs["id"], n.attrs["id"], html.escape(" ".join(n.text().split()))) for n in sections(page) if page.label]
        parts.append((page.id, body))
    front = '<section class="title">%s%s<p class="rights">Prose: CC BY 4.0. Code: MIT.</p></section><nav class="contents"><h1>Contents</h1><ol>%s</ol></nav>' % (
        markup(edition.pages[0].kids), edition.art.xml() if edition.art else "", "".join(toc))
    parts.insert(0, ("front", front))
    chapters, pieces = [p for p in edition.pages if p.label.isdigit()], sum(1 for p in edition.pages for n in Node("top", (), p.kids).all("figure", "chunk"))
    parts.append(("back cover", '<section class="back"><p class="name">%s</p>%s<figure class="fig">%s</figure><p>%d chapters and %d pieces of code, in C and assembly for Linux on amd64.</p>'
                  '<p class="rights">Prose: CC BY 4.0. Code: MIT.</p></section>' % (
                      html.escape(title), "<p>%s</p>" % markup(edition.said.kids) if edition.said else "", drawing((TOOLS.parent / "figures" / "gmp.svg").read_text(encoding="utf-8")),
                      len(chapters), pieces)))
    out.with_suffix(".html").write_text((PRINTED % (html.escape(title), "".join(body for _, body in parts))).replace("<head>", "<head><style>%s</style>" % css), encoding="utf-8")
    paper.book([(name, PRINTED % (html.escape(title), body)) for name, body in parts], css, str(TOOLS / "vendor") + "/", out,
               {"Title": title, "Author": "The %s authors" % title, "Subject": " ".join(edition.said.text().split()) if edition.said else title}, 3400 if edition.on_paper == "6x9" else 4200)


def main():
    parser = argparse.ArgumentParser(prog="edition", usage="book/tools/edition.py [-o OUT] [-s SITE] [-z a4|6x9] [-a] epub|pdf [NN ...]",
                                     description="Turn the woven pages into one file.")
    parser.add_argument("-o", dest="out")
    parser.add_argument("-s", dest="site", default="build/site")
    parser.add_argument("-z", dest="size", default="a4")
    parser.add_argument("-a", dest="alone", action="store_true", help="the chapters NN alone, without preface and back matter")
    parser.add_argument("form", choices=["epub", "pdf"])
    parser.add_argument("chapters", nargs="*")
    a = parser.parse_args()
    if a.size not in ("a4", "6x9"):
        die("the size of the paper is a4 or 6x9, not " + a.size)
    out = Path(a.out or "build/rt0%s.%s" % ("-6x9" if a.form == "pdf" and a.size == "6x9" else "", a.form))
    paper = with_weasyprint() if a.form == "pdf" else None
    edition = Edition(Path(a.site), a.chapters, a.size if paper else None, a.alone)
    if a.form == "epub":
        epub(edition, out)
    else:
        pdf(edition, out, paper)
    print("  the book: %s, %.1f MB" % (out, out.stat().st_size / 1e6))


if __name__ == "__main__":
    main()
