# SPDX-License-Identifier: MIT
"""Lays out the parts of a book with weasyprint, two or more at a time, and joins them to one PDF.

weasyprint lays out a whole book in one process, and once more for each round of page numbers, which takes three
times as long as the parts do.  So a part knows no other part: it says the page of another's id where its text has
data-p="ID", and that is filled in, and the part laid out again, until no number changes.  A first guess that has as many
digits as the number mostly ends that in the second round.
Only what weasyprint documents is used of it: the pages of a document with their ids, bookmarks and links.
"""
import multiprocessing
import os
import re
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import pikepdf
import weasyprint

TO = "to:"      # a link to an id, in the files of which the book is joined
mine = {}       # of a process that lays out: the style sheet, the fonts and its parts as they are now


def style(css, base):
    mine["fonts"], mine["parts"] = weasyprint.text.fonts.FontConfiguration(), {}
    mine["css"] = weasyprint.CSS(string=css, base_url=base, font_config=mine["fonts"])


def lay(name, text):
    """Lay out one part: its bookmarks and where its ids are, for each of its pages."""
    document = mine["parts"][name] = weasyprint.HTML(string=text, base_url=".").render(stylesheets=[mine["css"]], font_config=mine["fonts"])
    return name, [(page.height, dict(page.anchors), [mark[:3] for mark in page.bookmarks]) for page in document.pages]


def draw(names, out):
    """Write the parts that are laid out here to one file, which knows no id."""
    pages = [page for name in names for page in mine["parts"][name].pages]
    for page in pages:
        page.links[:] = [("external", TO + link[1], *link[2:]) if link[0] == "internal" else link for link in page.links]
        page.anchors, page.bookmarks = {}, []
    mine["parts"][names[0]].copy(pages).write_pdf(out)


def join(order, files, laid, out, about):
    """One file of all parts in their order; links and the outline lead to where ids and bookmarks are."""
    book, at, where = pikepdf.new(), {}, {}
    for names, file in files:
        source, number = pikepdf.open(file), 0
        for name in names:
            at[name] = source.pages[number:number + len(laid[name])]
            number += len(laid[name])
    marks = []
    for name in order:
        for page, (height, ids, bookmarks) in zip(at[name], laid[name]):
            book.pages.append(page)
            page = book.pages[-1].obj

            def to(x, y):
                return pikepdf.Array([page, pikepdf.Name.XYZ, x * 0.75, (height - y) * 0.75, 0])
            for i, spot in ids.items():
                where.setdefault(i, to(*spot))
            marks += [(level, label, to(*spot)) for level, label, spot in bookmarks]
    for page in book.pages:
        for link in page.obj.get("/Annots", []):
            target = str(link.get("/A", {}).get("/URI", ""))
            if target.startswith(TO):
                del link["/A"]
                link["/Dest"] = where[target[len(TO):]]
    with book.open_outline() as outline:
        above = [(0, outline.root)]
        for level, label, spot in marks:
            while above[-1][0] >= level:
                above.pop()
            item = pikepdf.OutlineItem(label, spot)
            above[-1][1].append(item)
            above.append((level, item.children))
    book.Root.Lang, book.Root.ViewerPreferences = "en", pikepdf.Dictionary(DisplayDocTitle=True)
    for key, value in about.items():
        book.docinfo["/" + key] = value
    book.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def book(parts, css, base, out, about, letters):
    """parts: (name, html) in their order, with so many letters on a page, if one has to guess; None for pages that number themselves.  The first page of each bears the number behind the last of the one before."""
    started, shown, laid, done = time.time(), 0, {}, {}
    order, texts = [name for name, _ in parts], dict(parts)
    workers = min(len(os.sched_getaffinity(0)), 4, len(parts), 1 + sum(map(len, texts.values())) // 200000)      # each makes fonts of its own
    load = [[0, []] for _ in range(workers)]        # a part stays with a process, whose fonts all its parts share
    for name in sorted(order, key=lambda n: -len(texts[n])):
        least = min(load, key=lambda l: l[0])
        least[0] += len(texts[name])
        least[1].append(name)
    style(css, base)        # once, since it reads all fonts: a process that is forked has them
    pools = [ProcessPoolExecutor(1, multiprocessing.get_context("fork")) for _ in load]

    def say(text, now=False):
        nonlocal shown
        if now or time.time() - shown > 10:
            shown = time.time()
            print("  %-8s%4d s  %s" % ("PDF", shown - started, text), flush=True)
    try:
        for rounds in range(1, 9):
            first, page, before = {}, {}, 0
            for name in order:
                for found in re.finditer(r'\bid="([^"]*)"', texts[name] if letters and rounds == 1 else ""):
                    page[found.group(1)] = 1 + (before + found.start()) // letters
                before += len(texts[name])
                number = first[name] = 1 + sum(len(laid.get(n, "")) for n in order[:order.index(name)])
                for i, (_, ids, _) in enumerate(laid.get(name, ())):
                    for anchor in ids:
                        page.setdefault(anchor, number + i)
            new = {}
            for name in order:
                text = texts[name]
                if letters:
                    numbering = "@page :first { counter-reset:page %d; counter-increment:page } html { break-before:%s }" % (first[name] - 1, "right" if first[name] % 2 else "left")
                    text = re.sub(r'data-p="([^"]*)"', lambda m: 'data-p="%s"' % page[m.group(1)], text).replace("<head>", "<head><style>%s</style>" % numbering, 1)
                if done.get(name) != text:
                    new[name] = done[name] = text
            if not new:
                break
            jobs = [pool.submit(lay, name, new[name]) for pool, (_, names) in zip(pools, load) for name in names if name in new]
            for n, job in enumerate(as_completed(jobs), 1):
                name, laid[name] = job.result()
                say("round %d, part %d of %d: %s, %d pages" % (rounds, n, len(jobs), name, len(laid[name])), n == 1 or n == len(jobs))
        else:
            say("the page numbers have not come to rest; some are wrong by one", True)
        say("drawing %d pages" % sum(map(len, laid.values())), True)
        with tempfile.TemporaryDirectory(dir=out.parent) as place:
            files = [(names, Path(place) / ("%d.pdf" % i)) for i, (_, names) in enumerate(load)]
            for job in [pool.submit(draw, names, file) for pool, (names, file) in zip(pools, files)]:
                job.result()
            say("joining", True)
            join(order, files, laid, out, about)
    finally:
        for pool in pools:
            pool.shutdown()
        mine.clear()        # which removes the files of the fonts
