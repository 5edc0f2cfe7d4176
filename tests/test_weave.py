"""The woven site: of the fixture in tests/weave, which uses every form once, and of the book."""
import base64
import collections
import functools
import gzip
import html
import json
import os
import posixpath
import re
import shutil
import struct
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import browser
import screens
from chapters import number

TOP = Path(__file__).resolve().parent.parent
FIXTURE = TOP / "tests" / "weave"
VOID = set("area base br col embed hr img input link meta source track wbr".split())


class Node:
    __slots__ = ("tag", "attrs", "parent", "kids")

    def __init__(self, tag, attrs=(), parent=None):
        self.tag, self.attrs, self.parent, self.kids = tag, dict(attrs), parent, []

    def nodes(self, tag):
        for k in self.kids:
            if isinstance(k, Node):
                if tag is None or tag == k.tag:
                    yield k
                yield from k.nodes(tag)

    def all(self, tag=None, cls=None):
        return (n for n in self.nodes(tag) if cls is None or cls in n.classes())

    def classes(self):
        return (self.attrs.get("class") or "").split()

    def text(self):
        return "".join(k if isinstance(k, str) else k.text() for k in self.kids)


class Root(Node):
    """The top of a page, which has its nodes in a list as well."""
    __slots__ = ("list", "by")

    def __init__(self):
        super().__init__("top")
        self.list, self.by = [], {}

    def nodes(self, tag):
        return iter(self.list if tag is None else self.by.get(tag, ()))


class Page:
    """A page as a tree; errors holds what is not well-formed.  HTMLParser would take ten times as long, and forgive more."""
    TOKEN = re.compile(r'([^<]+)|<(/?)([A-Za-z][\w:-]*)((?:\s+[^\s=>"/]+(?:="[^"]*")?)*)\s*(/?)>|<!--.*?-->|<!DOCTYPE html>', re.S)
    ATTRIBUTES = re.compile(r'\s+([^\s=>"/]+)(?:="([^"]*)")?')

    def __init__(self, path):
        self.path, self.root, self.errors = path, Root(), []
        text, at, where = path.read_text(encoding="utf-8"), self.root, 0
        while where < len(text):
            found = self.TOKEN.match(text, where)
            if not found:
                self.errors.append(f"line {text.count(chr(10), 0, where) + 1}: {text[where:where + 30]!r} is no HTML")
                break
            data, close, tag, attributes, empty = found.groups()
            where = found.end()
            if data:
                at.kids.append(html.unescape(data) if "&" in data else data)
            elif close:
                if tag != at.tag:
                    self.errors.append(f"line {text.count(chr(10), 0, where) + 1}: </{tag}> closes <{at.tag}>")
                at = at.parent or at
            elif tag:
                node = Node(tag, [(k.lower(), html.unescape(v) if "&" in v else v) for k, v in self.ATTRIBUTES.findall(attributes)] if attributes else (), at)
                at.kids.append(node)
                self.root.list.append(node)
                self.root.by.setdefault(tag, []).append(node)
                if tag in ("script", "style"):      # which hold no tags
                    end = text.index("</" + tag, where)
                    node.kids.append(text[where:end])
                    where = end
                if tag not in VOID and not empty:
                    at = node
        if at is not self.root:
            self.errors.append(f"<{at.tag}> is never closed")
        self.ids = [n.attrs["id"] for n in self.root.list if "id" in n.attrs]

    def chunk(self, anchor):
        return next(n for n in self.root.list if n.attrs.get("id") == anchor)


def label(source):
    """the number of a chapter in anchors; files from 90 on are appendices A, B, C"""
    number = int(source.name[:2])
    return chr(ord("A") + number - 90) if number >= 90 else str(number)


def weave(book, out, *targets):
    """make the site of a book; the result has .site and .pages"""
    site = Path(out) / "site"
    places = [] if out == TOP / "build" else [f"BOOK={book}", f"SITE={site}", f"WEAVE_DIR={out}/weave"]
    done = subprocess.run(
        ["make", "-j2", "-f", "book/weave.mk", *places, *(targets or ["book"])],
        cwd=TOP, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=dict(os.environ, MAKEFLAGS="", V=""))
    done.site = site
    return done


@functools.lru_cache(maxsize=None)
def woven(book):
    """the site of a book, made once for all tests; that of the book itself make has made already"""
    if book == "book":
        return weave(book, TOP / "build")
    out = tempfile.mkdtemp(prefix="weave-")
    unittest.addModuleCleanup(shutil.rmtree, out)
    return weave(book, out)


def chunks_in(source):
    """(root or None, replaced?) of each code chunk of a .nw file, in order"""
    return re.findall(r"^<<(.*)>>=\s*$", source.read_text(encoding="utf-8"), re.M)


def lines_of(code):
    """the final text of a woven chunk: each use is replaced by what is folded under it"""
    out = []
    for k in code.kids:
        if isinstance(k, str):
            continue
        if k.tag == "pre":
            out += [re.sub("\1[^\1]*\1", "", line_text(n)) for n in k.all("span", "l")]
        elif k.tag == "details":
            line = line_text(next(next(k.all("summary")).all("span", "l")))
            parts = re.split("\1[^\1]*\1", line)
            folds = [lines_of(e) for e in k.kids if isinstance(e, Node) and e.tag == "div"]
            text = parts[0].rstrip("\t ") if parts[0].strip() == "" else parts[0]
            for fold, after in zip(folds, parts[1:]):
                body = "\n".join(fold)
                text += (body if text == "" else body.lstrip("\t ")) + after
            out += text.split("\n")
    return out


def line_text(n):
    if isinstance(n, str):
        return n
    if "use" in n.classes():
        return "\1" + n.text() + "\1"
    return "".join(line_text(k) for k in n.kids)


class Site:
    """What must hold for any woven book; Fixture and Book say which."""
    book = None

    @classmethod
    def setUpClass(cls):
        cls.made = woven(cls.book)
        cls.pages = {p.name: Page(p) for p in cls.made.site.glob("*.html")}
        cls.files = {"files/" + p.name: Page(p) for p in cls.made.site.glob("files/*.html")}
        cls.chapters = sorted((TOP / cls.book).glob("[0-9][0-9]-*.nw"))

    def test_the_site_is_woven_without_a_complaint(self):
        self.assertEqual((self.made.returncode, self.made.stderr), (0, ""))

    def test_every_page_is_well_formed_and_uses_an_id_once(self):
        for name, page in [*self.pages.items(), *self.files.items()]:
            self.assertEqual(page.errors, [], name)
            self.assertEqual([i for i, times in collections.Counter(page.ids).items() if times > 1], [], name)

    @unittest.skipUnless(shutil.which("tidy"), "tidy is not installed; ./setup --browser installs it")
    def test_the_html_passes_tidy(self):
        pages = [str(p) for p in self.made.site.glob("*.html")] + [str(p) for p in sorted(self.made.site.glob("files/*.html"))[::9]]
        said = subprocess.run(["tidy", "-q", "-e", "--mute-id", "yes", "--drop-empty-elements", "no", "--gnu-emacs", "yes", *pages],
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.splitlines()
        # tidy knows neither the attributes of SVG nor all of ARIA
        known = re.compile(r'<(svg|title)> (proprietary attribute "[\w-]+"|attribute "(width|height)" has invalid value "\d+pt")|<a> proprietary attribute "aria-')
        self.assertEqual([line for line in said if not known.search(line)], [])

    def test_headings_do_not_skip_and_what_refers_to_an_id_or_can_be_used_has_a_name(self):
        for name, page in [*self.pages.items(), *self.files.items()]:
            ids, headings = set(page.ids), [int(n.tag[1]) for n in page.root.all() if re.fullmatch("h[1-6]", n.tag)]
            self.assertEqual(headings.count(1), 1, name)
            for before, after in zip(headings, headings[1:]):
                self.assertLessEqual(after, before + 1, name)
            labelled = {n.attrs.get("for") for n in page.root.all("label") if "aria-hidden" not in n.attrs}
            for n in page.root.all():
                for key in ("for", "aria-labelledby", "aria-controls", "aria-describedby"):
                    for target in (n.attrs.get(key) or "").split():
                        self.assertIn(target, ids, f"{name}: {key} of <{n.tag}>")
                if n.tag == "input":
                    self.assertTrue(n.attrs.get("aria-label") or n.attrs.get("id") in labelled, f"{name}: an input without a name")
                if n.tag == "button":
                    self.assertTrue(n.attrs.get("aria-label") or n.text().strip(), f"{name}: a button without a name")
                if n.tag == "a":
                    self.assertEqual(list(n.all("a")), [], f"{name}: a link in a link")
                self.assertFalse(n.tag == "img" and "alt" not in n.attrs, f"{name}: a picture without alt")

    def test_every_internal_link_and_anchor_resolves(self):
        pages = {**self.pages, **self.files}
        ids = {name: set(page.ids) for name, page in pages.items()}
        for name, page in pages.items():
            for a in page.root.all("a"):
                target = a.attrs.get("href", "")
                if re.match(r"[a-z]+:", target):
                    continue
                file, _, anchor = target.partition("#")
                file = posixpath.normpath(posixpath.join(posixpath.dirname(name), file)) if file else name
                self.assertIn(file, pages, f"{name}: {target}")
                if anchor:
                    self.assertIn(anchor, ids[file], f"{name}: {target}")
                self.assertTrue(a.text() or "data-n" in a.attrs or a.attrs.get("aria-label"), f"{name}: empty link {target}")

    def test_nothing_is_loaded_from_the_network(self):
        for name, page in {**self.pages, **self.files}.items():
            for n in page.root.all():
                if n.tag != "a":
                    for key in ("src", "href", "xlink:href", "srcset", "data", "style"):
                        self.assertNotRegex(n.attrs.get(key) or "", r"(^|\()(https?:)?//", name)
                if n.tag == "style" or n.tag == "script" and n.attrs.get("type") != "application/json":
                    self.assertNotRegex(n.text(), "//", name)
        files = [*self.made.site.glob("*.js"), *self.made.site.glob("*.css")]
        self.assertLessEqual({"book.css", "book.js", "stepper.js", "search.js", "minisearch.js"}, {p.name for p in files})
        for file in files:
            text = file.read_text()
            self.assertNotRegex(text, r"https?:|@import|importScripts|XMLHttpRequest|sendBeacon|WebSocket|[\"'`]//\w" + ("" if file.name == "minisearch.js" else r"|\bfetch\("))
            for url in re.findall(r"url\(([^)]*)\)", text):
                self.assertTrue((self.made.site / url).is_file(), url)

    def test_a_page_is_light_and_is_shown_before_its_scripts_have_come(self):
        css = self.made.site / "book.css"
        fonts = sum((self.made.site / url).stat().st_size for url in re.findall(r"url\((fonts[^)]*)\)", css.read_text()))
        self.assertGreater(fonts, 100000)
        for name, page in {**self.pages, **self.files}.items():
            scripts, inline = [], 0
            for n in page.root.all("script"):
                if n.attrs.get("type") == "application/json":
                    continue
                if "src" in n.attrs:
                    self.assertIn("defer", n.attrs, name)
                    scripts.append((page.path.parent / n.attrs["src"]).stat().st_size)
                inline += len(n.text())
            self.assertLess(inline, 200, name)
            self.assertEqual(sum(n.attrs.get("rel") == "stylesheet" for n in page.root.all("link")), 1, name)
            self.assertLess(page.path.stat().st_size + css.stat().st_size + fonts + sum(scripts), 1.5e6, f"{name} with fonts, style and scripts")

    def test_every_chunk_of_every_chapter_appears_exactly_once(self):
        for source in self.chapters:
            page = self.pages[source.stem + ".html"]
            woven = [i for i in page.ids if re.fullmatch(r"c(\d+|[A-J])-\d+", i)]
            wanted = [f"c{label(source)}-{i}" for i, _ in enumerate(chunks_in(source), 1)]
            self.assertEqual(woven, wanted, source.name)

    def test_an_unfolded_file_is_the_tangled_text_as_of_its_chapter(self):
        out = tempfile.mkdtemp(prefix="tangled-")
        self.addCleanup(shutil.rmtree, out)
        roots, seen = {}, 0	# root -> {page: anchors of its parts there}, from the last replacement on
        for k, source in enumerate(self.chapters):
            for i, name in enumerate(chunks_in(source), 1):
                whole = re.fullmatch(r"(replace: )?((?:src|gdb|examples)/\S+)", name)
                if whole:
                    pages = {} if whole.group(1) else roots.setdefault(whole.group(2), {})
                    roots[whole.group(2)] = pages
                    pages.setdefault(k, []).append(f"c{label(source)}-{i}")
        for root, pages in roots.items():
            for k, anchors in pages.items():
                page, woven = self.pages[self.chapters[k].stem + ".html"], []
                for anchor in anchors:
                    woven += lines_of(next(page.chunk(anchor).all("div", "code")))
                book = Path(out) / str(k)       # the chapters up to k, as notangle has read them the first time
                source = ["-markup", f"sh -c 'cat {book}' sh"] if book.exists() else ["-filter", f"gawk -f {TOP}/book/tools/overlay.awk | tee {book}", *map(str, self.chapters[:k + 1])]
                tangled = subprocess.run(["notangle", "-t8", "-R" + root, *source], text=True, stdout=subprocess.PIPE, check=True, cwd=TOP).stdout
                if root.endswith(".py"):	# Python wants spaces; the tangler sees to it
                    tangled = tangled.expandtabs(8)
                plain = [[s.rstrip() for s in "\n".join(t).rstrip("\n").split("\n")] for t in (woven, tangled.split("\n"))]
                if k != min(pages):	# a later chapter appends to the file
                    plain[1] = plain[1][-len(plain[0]):]
                self.assertEqual(plain[0], plain[1], f"{root} in chapter {label(self.chapters[k])}")
                seen += 1
        self.assertGreaterEqual(seen, len(roots))

    def test_a_file_so_far_is_what_the_tangler_writes_and_each_line_leads_to_its_chunk_and_back(self):
        last = {}
        for source in self.chapters:
            chapter = self.pages[source.stem + ".html"]
            mine = [a.attrs["href"] for nav in chapter.root.all("nav", "sofar") for a in nav.all("a")]
            self.assertEqual(set(mine), {n for n in self.files if n.startswith("files/" + source.name[:3])}, source.name)
            for name in mine:
                whole = next(self.files[name].root.all("div", "whole"))
                path = next(self.files[name].root.all("h1")).text()
                text = "\n".join(n.text() for n in whole.all("span", "l")) + "\n"
                if self.book != "book":
                    self.assertEqual(text, self.tangled(source, path), name)
                last[path] = text
            back = {name: {int(n.attrs["id"][1:]): next((a.attrs["href"] for a in n.all("a", "ln")), "")
                           for n in self.files[name].root.all("span", "l")} for name in mine}
            for chunk in chapter.root.all("figure", "chunk"):
                for at in chunk.all("a", "at"):
                    name, first = at.attrs["href"].split("#L")
                    lines = [back[name][n] for n in range(int(first), int(re.search(r"(\d+)$", at.text()).group(1)) + 1)]
                    own = any(href.startswith(f"../{source.stem}.html#{chunk.attrs['id']}-") for href in lines)
                    self.assertTrue(lines[0] and (own or next(chunk.all("a", "use"), None)), f"{chunk.attrs['id']}: {at.text()}")
        self.assertGreater(len(last), 3)
        if self.book == "book":
            for path, text in last.items():
                self.assertEqual(text, (TOP / path).read_text(), path)

    def test_what_continues_elsewhere_shows_the_lines_around_it(self):
        around = 0
        for source in self.chapters:
            for chunk in self.pages[source.stem + ".html"].root.all("figure", "chunk"):
                lines = list(chunk.all("pre", "around"))
                eq = next(chunk.all("span", "eq")).text()
                if eq == "≡" and "replaces" not in chunk.classes():
                    self.assertEqual(lines, [], chunk.attrs["id"])
                for pre in lines:
                    self.assertLessEqual(pre.text().count("\n"), 1)
                    around += 1
        self.assertGreater(around, 0)

    def test_the_folds_of_a_chapter_hold_no_later_code(self):
        for source in self.chapters:
            number = int(source.name[:2])
            for fold in self.pages[source.stem + ".html"].root.all("details", "fold"):
                for part in fold.all("a", "part"):
                    of = part.attrs["data-n"].partition(".")[0]
                    self.assertLessEqual(90 + ord(of) - 65 if of.isalpha() else int(of), number, f"{source.name}: {part.attrs['data-n']}")

    def tangled(self, source, path):
        """a file as tangle.sh writes it with the chapters up to source"""
        out = Path(tempfile.mkdtemp(prefix="tangle-"))
        self.addCleanup(shutil.rmtree, out)
        upto = self.chapters[:self.chapters.index(source) + 1]
        subprocess.run(["book/tools/tangle.sh", str(out), *(str(p.relative_to(TOP)) for p in upto)], cwd=TOP, check=True, stdout=subprocess.DEVNULL)
        return (out / path).read_text()

    def test_the_pages_work_without_script(self):
        for page in self.pages.values():
            hidden = {n.attrs.get("id") for n in page.root.all("button") if "hidden" in n.attrs}
            self.assertEqual(hidden, {"find", "theme"})
            for fold in page.root.all("details"):
                self.assertEqual(next(k for k in fold.kids if isinstance(k, Node)).tag, "summary")

    def test_no_identifier_is_linked_inside_a_comment_or_a_string(self):
        for name, page in self.pages.items():
            for n in page.root.all("span"):
                if {"co", "st"} & set(n.classes()):
                    for a in n.all("a"):
                        self.assertRegex(a.text(), r'^"[\w./]+\.h"$', name)

    def test_every_page_names_its_language_its_title_and_a_skip_link(self):
        for name, page in self.pages.items():
            self.assertEqual(next(page.root.all("html")).attrs.get("lang"), "en", name)
            self.assertTrue(next(page.root.all("title")).text(), name)
            self.assertEqual(next(page.root.all("a")).attrs["href"], "#main", name)
            for svg in page.root.all("svg"):
                self.assertTrue(next(svg.all("title")).text() and next(svg.all("desc")).text(), name)


class BookSite(Site, unittest.TestCase):
    book = "book"

    def test_every_chapter_with_code_has_a_walk_that_is_recorded_and_shown(self):
        for source in self.chapters:
            if 1 <= int(source.name[:2]) < 90 and chunks_in(source):
                walks = [n.attrs["id"] for n in self.pages[source.stem + ".html"].root.all("figure", "stepper")]
                self.assertTrue(walks, f"{source.name} has no stepper: no transcript shows a script that has a recording")
                for walk in walks:
                    self.assertTrue((TOP / f"book/data/walks/{walk[len('walk-'):]}.json").is_file() and walk.startswith(f"walk-{source.name[:2]}-"), walk)

    def test_the_tests_that_tricks_names_exist(self):
        tests = TOP / "tests"
        have = {n for f in tests.rglob("*.py") for n in re.findall(r"def (?:test_)?(\w+)", f.read_text())}
        have |= {re.sub(r"\W+", "_", n).strip("_") for f in tests.rglob("*.c") for n in re.findall(r'TEST\("([^"]*)"', f.read_text())}
        for source in self.chapters:
            tricks = re.search(r"^## Tricks.*?(?=^## |\Z)", source.read_text(encoding="utf-8"), re.M | re.S)
            named = re.findall(r"`([a-z0-9_]+)`", tricks.group()) if tricks else []
            for name in named:
                if name.count("_") >= 3 and not name.startswith("_"):
                    self.assertIn(re.sub("^test_", "", name), have, f"{source.name} names a test that does not exist")


    def test_every_function_of_go_that_the_book_names_is_a_link_and_so_are_addresses_and_files(self):
        out, said = {}, 0
        for page in self.pages.values():
            links = [a for a in page.root.all("a", "out")]
            out.update((a.text(), a.attrs["href"]) for a in links)
            linked = {id(c) for a in links for c in a.all("code")}
            for code in next(page.root.all("main")).all("code"):
                if re.fullmatch(r"[\w/]+\.(go|s):\w+", code.text()):
                    self.assertIn(id(code), linked, f"{page.path.name}: {code.text()}")
                    said += 1
        self.assertGreater(said, 100)
        self.assertRegex(out["proc.go:checkdead"], r"^https://[\w.]+/.*go1\.23\.5/src/runtime/proc\.go#\d+$")
        self.assertEqual(out["golang.org/s/go11sched"], "https://golang.org/s/go11sched")
        self.assertRegex(out["fs/exec.c:setup_arg_pages"], r"^https://.*/linux\.git/tree/fs/exec\.c")

    def test_no_text_of_a_figure_is_under_11_pixels_on_a_phone(self):
        seen = 0
        for source in self.chapters:
            if not re.match(r"---\n(.*\n)*?answers: yes\n", source.read_text(encoding="utf-8")):
                continue	# not yet drawn for a phone
            for figure in self.pages[source.stem + ".html"].root.all("figure", "fig"):
                svg = next(figure.all("svg"))
                width, unit = re.match(r"([\d.]+)(pt)?", svg.attrs["width"]).groups()
                shown = float(width) * (4 / 3 if unit else 1)
                scrolls = re.search(r"--least:(\d+)px", svg.attrs.get("style", ""))
                scale = max(min(shown, 390), int(scrolls[1]) if scrolls else 0) / float(width)
                for n in [svg, *svg.all()]:
                    if "font-size" in n.attrs:
                        size = float(n.attrs["font-size"].rstrip("px"))
                        self.assertGreaterEqual(size * scale, 11, f"{source.name}, figure {figure.attrs.get('id')}: {n.text()!r}")
                        seen += 1
        self.assertGreater(seen, 50)

    def test_a_drawing_with_steps_can_be_started_and_stopped_without_script(self):
        stepped = 0
        for name, page in self.pages.items():
            for figure in page.root.all("figure", "fig"):
                svg = next(figure.all("svg"))
                if "data-steps" not in svg.attrs:
                    continue
                box = next(figure.all("input", "play"))
                self.assertEqual(next(figure.all("label")).attrs["for"], box.attrs["id"], name)
                steps = {c for g in svg.all("g", "step") for c in g.classes()} - {"step"}
                self.assertEqual(steps, {f"s{i}" for i in range(1, int(svg.attrs["data-steps"]) + 1)}, name)
                stepped += 1
        self.assertGreater(stepped, 0)
        css = (self.made.site / "book.css").read_text()
        self.assertIn("prefers-reduced-motion", css)


class FixtureSite(Site, unittest.TestCase):
    book = "tests/weave"

    def test_files_of_the_repository_are_links_where_its_address_is_given(self):
        with tempfile.TemporaryDirectory() as out:
            made = weave(self.book, out, f"{out}/site/back.html", "REPOSITORY=https://example.org/rt0/blob/main/")
            links = {a.text(): a.attrs["href"] for a in Page(made.site / "back.html").root.all("a", "out")}
        self.assertEqual(links, {"tests/run": "https://example.org/rt0/blob/main/tests/run", "src/two.S": "files/02-src-two.S.html"})
        self.assertEqual({a.text() for a in self.pages["back.html"].root.all("a", "out")}, {"src/two.S"})

    def page(self, n):
        return self.pages[["01-one.html", "02-two.html"][n - 1]]

    def notes(self, n, anchor):
        return " ".join(next(self.page(n).chunk(anchor).all("p", "notes")).text().split())

    def links(self, n, anchor, cls="id"):
        return {(a.text(), a.attrs["href"]) for a in self.page(n).chunk(anchor).all("a", cls)}

    def test_replaced_and_replacing_chunks_name_each_other(self):
        self.assertIn("replaced by 2.4 in chapter 2", self.notes(1, "c1-4"))
        self.assertIn("replaces 1.4 of chapter 1", self.notes(2, "c2-4"))
        self.assertIn("wraps 1.5 of chapter 1", self.notes(2, "c2-1"))

    def test_a_chunk_says_its_file_its_function_and_its_uses(self):
        self.assertIn("src/one.c, in start()", self.notes(1, "c1-6"))
        self.assertIn("used in 1.1", self.notes(1, "c1-6"))
        self.assertIn("src/two.S, in _entry", self.notes(2, "c2-6"))

    def test_an_empty_hook_says_what_fills_it(self):
        hook = self.page(1).chunk("c1-2")
        self.assertEqual(hook.tag, "div")
        self.assertIn("empty; grows in chapter 2", hook.text())
        self.assertIn("empty; grows in chapter 2", self.page(1).chunk("c1-3").text())
        self.assertIn(("2", "02-two.html#c2-2"), {(a.text(), a.attrs["href"]) for a in hook.all("a")})

    def test_a_script_of_gdb_is_folded_and_other_code_is_not(self):
        self.assertEqual([d.text() for d in self.page(2).chunk("c2-7").all("summary")], ["the commands"])
        self.assertEqual(list(self.page(2).chunk("c2-6").all("summary")), [])

    def test_a_use_links_to_the_version_that_holds_in_its_chapter(self):
        self.assertIn(("⟨count the start 1.5⟩", "#c1-5"), self.links(1, "c1-4", "use"))
        self.assertIn(("⟨count the start 2.1⟩", "#c2-1"), self.links(2, "c2-4", "use"))
        self.assertIn(("⟨count the start, as before 1.5⟩", "01-one.html#c1-5"), self.links(2, "c2-1", "use"))

    def test_identifiers_are_linked_in_c_assembly_and_gdb(self):
        self.assertIn(("LIMIT", "#c1-7"), self.links(1, "c1-4"))
        self.assertIn(("goid", "#c1-7"), self.links(1, "c1-4"))
        self.assertIn(("start", "01-one.html#c1-1"), self.links(2, "c2-5"))
        self.assertIn(("start", "01-one.html#c1-1"), self.links(2, "c2-7"))
        self.assertIn(('"one.h"', "#c1-7"), self.links(1, "c1-1"))
        self.assertIn("_entry", [d.text() for d in self.page(2).chunk("c2-5").all("dfn")])

    def test_locals_comments_strings_and_fields_of_two_structs_are_not_linked(self):
        self.assertEqual([n for n, _ in self.links(2, "c2-3")], [])
        spans = {(n.classes()[0], n.text()) for n in self.page(2).chunk("c2-3").all("span") if len(n.classes()) == 1}
        self.assertTrue({("co", "/* count, LIMIT */"), ("st", '"LIMIT"')} <= spans, spans)
        sample = next(self.page(1).root.all("pre", "sample"))
        self.assertEqual([a.text() for a in sample.all("a")], ["start"])

    def test_references_become_text_with_the_number_and_title(self):
        main = next(self.page(1).root.all("main")).text()
        main = " ".join(main.split())
        self.assertIn("The next is chapter 2 or this one, with figure 1.2, figure 1.1, table 1.1, exercise 1.1 and “Numbers and notes”.", main)
        preface = " ".join(next(self.pages["preface.html"].root.all("main")).text().split())
        self.assertIn("It begins with chapter 1 and ends with Tricks.", preface)
        self.assertIn("Chapter 2, Two", preface)
        back = " ".join(next(self.pages["back.html"].root.all("main")).text().split())
        self.assertIn("“The queue, again” in chapter 2", back)

    def test_whatever_leads_to_another_chapter_has_its_title_as_a_hint(self):
        seen = set()
        for name, page in self.pages.items():
            for a in next(page.root.all("main")).all("a"):
                if re.search(r"\b[Cc]hapter \d+$", a.text()) or a.text().isdigit() and "#c" in a.attrs["href"]:
                    title = next(self.pages[a.attrs["href"].partition("#")[0] or name].root.all("h1")).text()
                    self.assertEqual(a.attrs.get("title"), title, f"{name}: {a.text()}")
                    seen.add((name, a.text()))
        self.assertLessEqual({("01-one.html", "chapter 2"), ("01-one.html", "2"), ("02-two.html", "chapter 1"), ("back.html", "“The queue, again” in chapter 2"),
                              ("concepts.html", "chapter 1")}, seen)

    def test_quoted_code_is_linked_where_it_means_one_thing(self):
        first = next(p for p in next(self.page(1).root.all("main")).all("p") if p.text().startswith("It tangles"))
        linked = [a.text() for a in first.all("a", "id")]
        self.assertEqual(linked, ["src/one.c", "start()", "struct g", "gp->goid", "gp->next"])

    def test_numbers_tables_and_their_machine_come_from_the_data_file(self):
        text = " ".join(self.page(1).root.text().split())
        self.assertIn("It took 25,000 ns.", text)
        table = next(self.page(1).root.all("figure", "data"))
        self.assertEqual([c.text() for c in table.all("th")], ["case", "ns per op", "ratio"])
        self.assertIn("machine A, 2026-01-02", table.text())
        self.assertIn("Speeds of start, see chapter 2", table.text())
        self.assertEqual(len(list(table.all("td", "r"))), 4)

    def test_drawings_are_inline_follow_the_theme_and_share_no_id(self):
        figures = list(self.page(1).root.all("figure", "fig"))
        self.assertEqual([f.attrs["id"] for f in figures], ["fig-flow", "fig-box"])
        for f in figures:
            svg = next(f.all("svg"))
            self.assertEqual(svg.attrs["role"], "img")
            self.assertNotRegex(str([n.attrs for n in svg.all()]), r"'(black|white|red)'")
        self.assertIn("an arrow from a to b", figures[0].text())
        self.assertIn("Figure 1.2.", figures[1].text())

    def test_typed_commands_and_printed_output_are_told_apart(self):
        console, gdb = list(self.page(1).root.all("div", "tty"))[:2]
        self.assertEqual([k.text() for k in console.all("kbd")], ["ls one \\", "two", "if [[ -e x ]]; then cat <<EOF"])
        self.assertEqual([k.text() for k in console.all("samp")], ["file <one>"])
        self.assertEqual([k.text() for k in gdb.all("kbd")], ["break start"])
        self.assertNotIn("mask", gdb.parent.text())

    def test_code_may_be_indented_by_four(self):
        self.assertEqual([n.text() for n in self.pages["back.html"].root.all("pre")], ["make one   # first\nmake two"])

    def test_notes_open_without_script(self):
        boxes = [n for n in self.page(1).root.all("input", "sn-toggle")]
        labels = {n.attrs.get("for") for n in self.page(1).root.all("label")}
        self.assertEqual([b.attrs["id"] in labels for b in boxes], [True, True])

    def test_exercises_terms_and_indexes(self):
        self.assertIn("●●○", self.page(1).chunk("ex-1.1").text())
        self.assertEqual([d.text().replace("\n", " ") for d in self.page(1).root.all("dfn", "term")], ["run queue", "very long term"])
        concepts = {a.attrs["href"] for a in self.pages["concepts.html"].root.all("a")}
        self.assertIn("01-one.html#term-very-long-term", concepts)
        names = [d.text() for d in self.pages["identifiers.html"].root.all("dt")]
        for name in ("_entry label", "count function", "goid member of g", "g struct", "LIMIT macro", "twice command"):
            self.assertIn(name, names)
        self.assertIn("01-one.html", [a.attrs["href"] for a in self.pages["index.html"].root.all("a")])

    def test_an_exercise_folds_its_hint_and_its_answer(self):
        folds = list(self.page(1).chunk("ex-1.1").all("details"))
        self.assertEqual([(f.classes(), " ".join(f.text().split())) for f in folds],
                         [(["hint"], "Hint Read start."), (["answer"], "Answer It returns 4. $ true")])

    def test_the_contents_page_shows_parts_and_promises(self):
        text = " ".join(next(self.pages["index.html"].root.all("main")).text().split())
        self.assertIn("Part I: Beginnings", text)
        self.assertIn("The first chapter promises start.", text)
        self.assertIn("It wraps what chapter one did.", text)

    def test_the_search_index_knows_functions_chunks_terms_and_sections(self):
        js = (self.made.site / "search.js").read_text()
        index = json.loads(gzip.decompress(base64.b64decode(re.fullmatch(r'search_index\("(.*)"\)\n', js).group(1))))
        found = {tuple(entry[:3]): entry for entry in index}
        for kind, title, page, said in (
                ("function", "start", "01-one", "1.1, src/one.c"), ("chunk", "count the start", "01-one", "1.5"), ("label", "_entry", "02-two", "2.5"),
                ("message", "start goid", "01-one", "1.1, src/one.c"), ("term", "run queue", "01-one", ""), ("term", "baton", "glossary", "has it runs"),
                ("section", "Numbers and notes", "01-one", "file <one>"), ("section", "Numbers and notes", "01-one", "A second note")):
            self.assertIn((kind, title, page), found)
            self.assertIn(said, found[kind, title, page][4])
        self.assertIn(found["term", "baton", "glossary"][3], self.pages["glossary.html"].ids)


@unittest.skipUnless(browser.PROGRAM, browser.MISSING)
class InABrowser(unittest.TestCase):
    """The book as a phone shows it (390 pixels, touch) and as a desk does (1400 pixels)."""
    SIZES = ((390, 844, True), (1400, 1000, False))

    @classmethod
    def setUpClass(cls):
        cls.site = woven("book").site
        cls.pages = sorted(cls.site.glob("*.html"))
        cls.browser = browser.Browser()
        cls.browser.__enter__()
        cls.addClassCleanup(cls.browser.__exit__)

    def setUp(self):
        self.addCleanup(self.browser.js, "0")   # fails where the page has asked the network for something

    def page(self, word):
        return next(p for p in self.pages if word in p.name)

    def test_every_stepper_goes_to_its_end_and_back_by_keys(self):
        """Each step shows what was recorded."""
        seen = set()
        for page in self.pages:
            for walk, (keys, there, back) in self.visited(page)[1].items():
                seen.add(walk[len("walk-"):])
                recorded = self.recorded(walk)
                wanted, last = [self.picture(recorded, page.name, i) for i in range(len(recorded["steps"]))], len(recorded["steps"]) - 1
                for (key, shown), at in zip(keys, (last, 0, 1, 0)):
                    self.assertEqual(shown, wanted[at], f"{walk}, {key}")
                self.assertEqual((len(there), len(back)), (last + 1, last + 1), walk)
                for shown, picture in zip(there + back, wanted + wanted[::-1]):
                    self.assertEqual(shown, picture, walk)
        self.assertEqual(seen, {path.stem for path in (TOP / "book/data/walks").glob("*.json")})

    found, wide = {}, False

    def visited(self, page):
        """What LOOK finds at each size, and what each stepper shows; loading a page takes longer than both, so two tests share it."""
        if page not in self.found:
            looks, steppers = [], {}
            sizes = self.SIZES if re.search('class="(fig|stepper)"', page.read_text(encoding="utf-8")) else self.SIZES[:1]
            if self.wide:       # the page before is shown so, and would be laid out once more
                sizes = sizes[::-1]
            for i, (width, height, touch) in enumerate(sizes):
                self.browser.size(width, height, touch)
                if i == 0:
                    self.browser.open(page)
                looks.append((width, self.browser.js(self.LOOK)))
                type(self).wide = not touch
            walks = self.browser.js("[...document.querySelectorAll('figure.stepper')].map(f => f.id)")
            for walk in walks:
                self.browser.js("document.getElementById(%r).focus()" % walk)
                keys = []
                for key in ("End", "Home", "ArrowRight", "ArrowLeft"):
                    self.browser.key(key)
                    keys.append((key, self.browser.js(self.SHOWN % walk)))
                steppers[walk] = [keys]
            # On the way to the end and back what is shown counts: nothing is laid out, and no address written, which takes most of the time.
            self.browser.js("document.querySelector('main').hidden = true; history.replaceState = () => {}")
            for walk in walks:
                for key in ("ArrowRight", "ArrowLeft"):
                    steppers[walk].append(self.browser.js("""(range => Array.from({length: range.max}, (_, i) => {
                        if (i) range.closest('figure').dispatchEvent(new KeyboardEvent('keydown', {key: %r}))
                        return %s }))(document.querySelector('#%s .st-top input'))""" % (key, self.SHOWN % walk, walk)))
            self.found[page] = looks, steppers
        return self.found[page]

    SHOWN = """(f => { const t = (e, s) => [...e.querySelectorAll(s)].map(x => x.textContent)
        return [f.querySelector('.st-top input').value + ', ' + t(f, '.st-top output')[0], t(f, '.st-say kbd'), t(f, '.st-say samp'), t(f, '.st-say p'), t(f, '.st-none'),
            [...f.querySelectorAll('.st-thread')].map(b => [t(b, 'h4')[0], b.querySelector('h4').className, t(b, '.st-name')[0],
                (b.querySelector('.st-name a') || b).getAttribute('href'), t(b, '.here.l'), t(b, '.st-insns > span'),
                ...[...b.querySelectorAll('tbody')].map(x => [...x.rows].map(r => [...r.cells].map(c => c.textContent).concat(r.className)))]),
            [...f.querySelectorAll('.st-sched > div')].map(d => t(d, 'h4, pre > span'))] })(document.getElementById(%r))"""

    def recorded(self, walk):
        return json.loads((TOP / "book/data/walks" / (walk[len("walk-"):] + ".json")).read_text(encoding="utf-8"))

    @staticmethod
    def state(walk, i):
        """where the program is at step i: what the last step noted that moved it"""
        return next((walk["states"][step["state"]] for step in walk["steps"][i::-1] if "state" in step), None) if i >= 0 else None

    def picture(self, walk, page, i):
        """what SHOWN finds at step i of a recording"""
        step, now, before = walk["steps"][i], self.state(walk, i), self.state(walk, i - 1)
        said = [next((s["say"] for s in walk["steps"][i::-1] if "say" in s), None), step.get("after")]
        threads, lists = [], []
        for t in now["threads"] if "state" in step else ():
            old = next((o for o in before["threads"] if o["n"] == t["n"]), None) if before else None
            new = {r for r, value in t["regs"].items() if old and old["regs"][r] != value}
            words = {k for k, word in enumerate(t["stack"]) if old and ("rsp" in new or old["stack"][k:k + 1] != [word])}
            title = ["thread %d" % t["n"]] if len(now["threads"]) > 1 else []
            title += [t["m"]] if "m" in t else []
            title += ["g is " + t["g"]] if "g" in t else []
            title += ["on the stack that the kernel made" if t["on"] == "kernel" else "on the stack of " + t["on"]] if t["on"] != "?" else []
            code = walk["codes"][t["code"][0]] if t["code"] else None
            threads.append([" · ".join(title), "here" if t["n"] == now["at"] else "", t["in"] + (" in " + code["chunk"] if code else ": not in the book"),
                            code and (code["at"][len(page):] if code["at"].startswith(page + "#") else code["at"]),
                            [code["lines"][t["code"][1]] or " "] if code else [], [("   " if k else "=> ") + insn for k, insn in enumerate(t["insns"])] if code else [],
                            [["%" + r, value, "new" if r in new else ""] for r, value in t["regs"].items() if r in new or r in "rip rsp rbp rax rdi rsi".split()]])
            if t["stack"]:
                threads[-1].append([["+%d" % (8 * k) if k else "%rsp", word, "new" if k in words else ""] for k, word in enumerate(t["stack"])])
        for title, key in (("info sched", "sched"), ("info goroutines", "gs")):
            if "state" in step and key in now:
                lists.append([title, *now[key]])
        none = [] if "state" in step else ["The program has ended." if before else "The program has not been started."]
        return ["%d, %d of %d" % (i + 1, i + 1, len(walk["steps"])), [step["cmd"]], step.get("out", []), [s for s in said if s], none, threads, lists]

    def test_buttons_slider_and_jumps_of_a_stepper_lead_where_they_say(self):
        page = self.page("-system-calls")
        recorded, last = self.recorded("walk-" + number("system-calls") + "-syscall"), 0
        walk, steps = "walk-" + recorded["walk"], len(recorded["steps"])

        def at(i, what):
            state = self.state(recorded, i)
            now = next(t for t in state["threads"] if t["n"] == state["at"]) if state else {}
            return {"s": now.get("on"), "g": now.get("g"), "t": state and state["at"]}[what] or ""
        self.browser.size(1400, 1000)
        self.browser.open(page, "#%s-3" % walk)     # a page that is opened at a step
        self.browser.until("document.querySelector('figure.stepper').dataset.step === '3'")
        top = self.browser.js("document.getElementById(%r).getBoundingClientRect().top" % walk)
        self.assertTrue(-1 <= top < 100, top)

        def step():
            return int(self.browser.js("document.getElementById(%r).dataset.step" % walk)) - 1
        for title, wanted in (("one step on", 3), ("one step back", 2), ("to the start", 0)):
            self.browser.click(*self.middle("#%s .st-top [title^='%s']" % (walk, title)))
            self.assertEqual(step(), wanted)
        self.browser.click(*self.middle("#%s .st-top input" % walk))
        self.assertLessEqual(abs(step() - (steps - 1) / 2), 1)
        for what, title in (("s", "stack"), ("g", "goroutine"), ("t", "thread")):
            for press in (lambda: self.browser.key(what), lambda: self.browser.click(*self.middle("#%s .st-jumps [title*='%s']" % (walk, title)))):
                self.browser.js("document.getElementById(%r).focus()" % walk)
                self.browser.key("Home")
                for _ in range(5):      # the fourth change of stack is none of goroutine
                    last = step()
                    press()
                    self.assertEqual(step(), next((i for i in range(last + 1, steps) if at(i, what) != at(last, what) and at(i, what)), last), title)
        self.assertGreater(last, 0)

    def test_code_and_data_of_a_step_stand_side_by_side_at_a_desk_below_each_other_on_a_phone_and_as_a_table_in_print(self):
        sides = """[...document.querySelectorAll('.st-thread')].slice(0, 2).map(t => (c => [c.left, c.right, c.top, c.bottom])(t.getBoundingClientRect()))
            .concat(['.st-code', '.st-data'].map(s => (c => [c.left, c.right, c.top, c.bottom])(document.querySelector('.st-thread ' + s).getBoundingClientRect())))"""
        alone, two = "-newproc", "-stealing"
        for width, height, touch in self.SIZES:
            self.browser.size(width, height, touch)
            for word, threads in ((alone, 1), (two, 2)):
                page = self.page(word)
                self.browser.open(page, "" if threads == 1 else "#walk-%s-steal-%d" % (number("stealing"), 1 + next(
                    i for i, s in enumerate(self.recorded("walk-" + number("stealing") + "-steal")["steps"])
                    if "state" in s and len(self.state(self.recorded("walk-" + number("stealing") + "-steal"), i)["threads"]) == 2)))
                boxes = self.browser.js(sides)
                first, second = boxes[:2] if threads == 2 else boxes[-2:]
                if touch:
                    self.assertGreaterEqual(second[2], first[3], f"{word}: one below the other")
                else:
                    self.assertGreaterEqual(second[0], first[1], f"{word}: side by side")
                    self.assertLess(abs(second[2] - first[2]), 60, f"{word}: at one height")
        self.browser.size(1400, 1000, media="print")
        self.assertEqual(self.browser.js("['.stepper > .scroll', '.st-all'].map(s => getComputedStyle(document.querySelector(s)).display)"), ["block", "none"])

    def test_a_tap_on_a_figure_enlarges_it_on_a_phone_and_nothing_happens_at_a_desk(self):
        figure, enlarged = ".fig > svg[data-steps]", "document.querySelector('.zoom svg')"
        for width, height, touch in self.SIZES:
            self.browser.size(width, height, touch)
            self.browser.open(self.page("many-threads"))
            self.browser.js("document.querySelector(%r).scrollIntoView({block: 'center'})" % figure)
            if not touch:
                self.browser.click(*self.middle(figure))
                self.assertIsNone(self.browser.js(enlarged))
                continue
            for ending in (lambda: self.tap(".zoom svg text"), lambda: self.browser.key("Escape")):
                self.tap(figure)
                self.assertEqual(self.browser.until(enlarged + " && %s.clientWidth" % enlarged), 2 * width)
                ending()
                self.browser.until("!" + enlarged)
            self.assertLessEqual(self.browser.js("document.documentElement.scrollWidth"), width)

    def test_a_step_can_be_linked_and_the_next_stack_is_one_key_away(self):
        page = self.page("-newproc")
        walk = "walk-" + page.stem
        self.browser.size(390, 844, True)
        self.browser.open(page)
        self.browser.js("location.hash = '#%s-3'" % walk)
        self.browser.until("document.querySelector('figure.stepper').dataset.step === '3'")
        self.browser.js("document.querySelector('figure.stepper').focus()")
        title = "document.querySelector('.st-thread h4').textContent"
        self.assertIn("on the stack of g0", self.browser.js(title))
        self.browser.key("s")
        self.assertIn("on the stack of G1", self.browser.js(title))
        self.assertRegex(self.browser.js("location.hash"), "^#%s-[0-9]+$" % walk)
        self.assertLessEqual(self.browser.js("document.documentElement.scrollWidth"), 390)

    def test_without_script_a_walk_is_a_table(self):
        text = self.page("-newproc").read_text(encoding="utf-8")
        table = re.search(r'(?s)<figure class="stepper".*?<table class="steps">(.*?)</table>', text)[1]
        self.assertGreater(table.count("<tr>"), 10)
        self.assertIn("<td>G1</td>", table)

    def middle(self, selector):
        """where to tap on what is in sight"""
        x, y, on = self.browser.js("""(() => { const e = document.querySelector(%r), r = e.getBoundingClientRect(),
            x = r.x + r.width / 2, y = r.y + r.height / 2; return [x, y, e.contains(document.elementFromPoint(x, y))] })()""" % selector)
        self.assertTrue(on, f"{selector} is covered by something, or out of sight")
        return x, y

    def tap(self, selector):
        self.browser.tap(*self.middle(selector))

    def test_no_page_scrolls_sideways_and_labels_are_large_enough_and_apart(self):
        for page in [*self.pages, min(self.site.glob("files/*.html"))]:
            for width, bad in self.visited(page)[0]:
                self.assertEqual(bad, [], f"{page.name} at {width} pixels")

    LOOK = """(() => {
            const bad = [], root = document.documentElement
            if (root.scrollWidth > root.clientWidth) bad.push('the page is ' + root.scrollWidth + ' wide')
            for (const svg of document.querySelectorAll('.fig svg, .art svg')) {
                const box = svg.getBoundingClientRect(), name = svg.closest('.art') ? 'cover' : svg.closest('figure').querySelector('figcaption b').textContent
                const labels = [...svg.querySelectorAll('text')].filter(t => t.textContent.trim()).map(t => [t.textContent, t.getBoundingClientRect(), t])
                for (const [words, r, t] of labels) {
                    const size = parseFloat(getComputedStyle(t).fontSize) * svg.getScreenCTM().a
                    if (size < 10.99) bad.push(`${name} "${words}" is ${size.toFixed(1)} pixels high`)
                    if (r.left < box.left - 1 || r.right > box.right + 1 || r.top < box.top - 1 || r.bottom > box.bottom + 1) bad.push(`${name} "${words}" is cut off`)
                }
                labels.forEach(([a, p], i) => { for (const [b, q] of labels.slice(i + 1)) {
                    const w = Math.min(p.right, q.right) - Math.max(p.left, q.left), h = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top)
                    if (w > 1 && h > Math.min(p.height, q.height) * .35) bad.push(`${name} "${a}" is on "${b}"`)
                } })
            }
            return bad })()"""

    def test_scripts_move_nothing_that_is_shown_before_they_have_come(self):
        places = """document.fonts.ready.then(() => [...document.querySelectorAll('.bar, main h1, main p, main figure, main .tty, main pre, main h2')].map(
            e => [e.tagName + ' ' + e.textContent.trim().slice(0, 30), Math.round(e.getBoundingClientRect().top)]).filter(p => p[1] < innerHeight))"""
        self.addCleanup(self.browser.send, "Network.setBlockedURLs", urls=[])
        for width, height, touch in self.SIZES:
            self.browser.size(width, height, touch)
            for word in ("the-first-instruction", "12-stealing"):
                seen = []
                for blocked in (["*.js"], []):
                    self.browser.send("Network.setBlockedURLs", urls=blocked)
                    self.browser.open(self.page(word))
                    self.assertEqual(self.browser.js("document.querySelector('#theme').hidden"), bool(blocked), "are scripts blocked?")
                    seen.append(self.browser.js(places))
                self.assertGreater(len(seen[0]), 3)
                self.assertEqual(seen[0], seen[1], f"{word} at {width} pixels")

    def test_nothing_moves_while_a_long_page_comes_and_is_read_also_where_its_fonts_come_late(self):
        script = self.browser.send("Page.addScriptToEvaluateOnNewDocument", source="""window.moved = []
            new PerformanceObserver(list => { for (const e of list.getEntries()) moved.push([e.value, ...e.sources.map(s => s.node && s.node.textContent.slice(0, 30))]) })
                .observe({type: 'layout-shift', buffered: true})""")
        self.addCleanup(self.browser.send, "Page.removeScriptToEvaluateOnNewDocument", **script)
        painted = "performance.getEntriesByName('first-contentful-paint').length && document.readyState !== 'loading'"
        read = """(async () => { const turn = () => new Promise(requestAnimationFrame), height = document.documentElement.scrollHeight
            await document.fonts.ready
            for (let y = 0; y < height; y += 2 * innerHeight) { scrollTo(0, y); await turn() }
            await turn(); await turn(); return moved })()"""
        for word, size, late in (("-stealing", self.SIZES[0], False), ("-newproc", self.SIZES[1], False), ("-watching-it-run", self.SIZES[1], False),
                                 ("-stealing", self.SIZES[1], True), ("-newproc", self.SIZES[0], True)):
            self.browser.size(*size)
            if late:
                self.browser.hold("*.woff2")
            self.browser.open(self.page(word), until=painted)
            if late:
                self.assertEqual(self.browser.js("[...document.fonts].filter(f => f.status === 'loaded' && !f.family.includes('rt0')).length"), 0)
                self.assertGreater(len(self.browser.held), 3)
                self.browser.release()
            self.browser.until("document.readyState === 'complete'")
            moved = self.browser.js(read)
            self.assertLess(sum(m[0] for m in moved), 0.01, f"{word} at {size[0]} pixels{', fonts late' if late else ''}: {moved}")

    def test_a_page_that_asks_the_network_for_something_fails_its_test(self):
        with tempfile.TemporaryDirectory() as out:
            page = Path(out) / "page.html"
            page.write_text("<!DOCTYPE html><title>outside</title><img src='http://192.0.2.1/a.png' alt=''>")
            with self.assertRaisesRegex(AssertionError, "asks the network for http://192.0.2.1/a.png"):
                self.browser.open(page)
                self.browser.js("0")

    def test_three_pages_and_a_stepper_look_as_they_did_in_three_widths_and_both_themes(self):
        seen, worse = set(), []
        for name, picture in screens.shots(self.browser, woven("tests/weave").site):
            seen.add(name + ".png")
            reference = screens.REFERENCES / (name + ".png")
            part = screens.different(screens.read(reference.read_bytes()), picture) if reference.is_file() else 1
            if part > screens.FEW:
                (TOP / "build/tests").mkdir(exist_ok=True)
                screens.write(TOP / "build/tests" / (name + ".png"), picture)
                worse.append("%.0f %% of build/tests/%s.png are not as tests/screens/%s.png has them" % (100 * part, name, name))
        self.assertEqual(worse, [], "look at both; if the page is right, make screenshots records it")
        self.assertEqual(seen, {p.name for p in screens.REFERENCES.iterdir()})

    def test_what_is_wider_than_a_phone_says_that_it_can_be_scrolled(self):
        """Also where a few pixels are missing, which cut a figure in two."""
        self.browser.size(*self.SIZES[0])
        self.browser.open(self.page("-p-and-its-queue"))
        wide = self.browser.until("""document.fonts.status === 'loaded' && [...document.querySelectorAll('.scroll, .fig')]
            .map(s => [s.scrollWidth - s.clientWidth, s.classList.contains('more')]).filter(s => s[0] > 0)""")
        self.assertTrue(any(more and missing < 13 for missing, more in wide), wide)
        self.assertEqual([missing for missing, more in wide if not more and missing > 2], [])

    def test_the_menu_opens_at_any_place_of_a_page_on_a_phone(self):
        self.browser.size(390, 844, True)
        self.browser.open(self.page("p-and-its-queue"))
        self.browser.js("scrollTo(0, 9000)")
        self.tap(".burger")
        self.browser.until("getComputedStyle(document.querySelector('nav.side')).display === 'block'")
        self.assertEqual(self.browser.js("scrollY"), 9000)
        self.middle("nav.side .here > a")
        self.tap("nav.side .here ul a[href='#tricks']")
        self.browser.until("location.hash === '#tricks' && getComputedStyle(document.querySelector('nav.side')).display === 'none'")
        self.browser.until("Math.abs(document.querySelector('#tricks').getBoundingClientRect().top - 80) < 40")

    def test_code_is_copied_with_its_uses_and_sessions_without_their_output(self):
        queue = number("p-and-its-queue")
        for width, height, touch in self.SIZES:
            self.browser.size(width, height, touch)
            self.browser.open(self.page("p-and-its-queue"))
            self.browser.js("document.execCommand = what => { window.copied = document.activeElement.value; return true }")
            for box, wanted in ((".tty", "GOMAXPROCS=1 build/chapters/%s/order | paste -sd' '\nbuild/chapters/%s/crowd 100000\n" % (queue, queue)),
                                ("#c%d-4" % int(queue), None)):
                button = box + " > .copy"
                self.browser.js("document.querySelector(%r).scrollIntoView({block: 'center'})" % button)
                if touch:
                    self.browser.until("getComputedStyle(document.querySelector(%r)).opacity === '1'" % button)
                    self.tap(button)
                else:
                    self.browser.click(*self.middle(button))
                copied = self.browser.until("window.copied")
                if wanted:
                    self.assertEqual(copied, wanted)
                else:
                    source = next((TOP / "book").glob("%s-*.nw" % queue)).read_text()
                    self.assertEqual(copied.split(), re.findall(r"^<<[^\n]*>>=\n(.*?)^@$", source, re.M | re.S)[3].split())
                self.browser.js("delete window.copied")
            box = "document.querySelector('main .around').closest('.chunk')"
            selected = self.browser.js("getSelection().selectAllChildren(%s), String(getSelection())" % box)
            self.assertIn(self.browser.js(box + ".querySelector('.code .l').textContent").split()[-1], selected)
            self.assertNotIn(self.browser.js(box + ".querySelector('.around').textContent"), selected)
            self.browser.open(self.page("exercise-14-nodes"))
            self.assertEqual([], self.browser.js("""[...document.querySelectorAll('.copy')].filter(b => {
                const box = (b.parentNode.querySelector('.sample') || b.parentNode).getBoundingClientRect(), it = b.getBoundingClientRect();
                return it.left < box.left || it.right > box.right || it.top < box.top || it.bottom > box.bottom }).map(b => b.parentNode.textContent)"""))

    def test_the_search_finds_several_words_and_prefixes_definitions_first(self):
        self.browser.size(1400, 1000)
        self.browser.open(min(self.site.glob("files/*.html")))    # whose links lead one folder up
        self.browser.key("/")
        self.browser.until("document.activeElement.matches('.search input')")
        for words, kind, title in (("runqput", "function", "runqput"), ("runqputsl", "function", "runqputslow"),
                                   ("all goroutines asleep", "message", "fatal error: all goroutines are asleep - deadlock!"),
                                   ("work steal", "term", "work stealing"), ("struct gobuf", "struct", "gobuf"), ("stelwork", "function", "stealwork"),
                                   ("queue batch half", "section", "")):
            self.browser.js("var q = document.querySelector('.search input'); q.value = ''; q.dispatchEvent(new Event('input'))")
            self.browser.type(words)
            self.browser.until("document.querySelector('#found a')")
            first = self.browser.js("(a => [a.querySelector('i').textContent, a.textContent])(document.querySelector('#found a'))")
            self.assertEqual(first[0], kind, words)
            self.assertIn(title, first[1], words)
        self.browser.key("ArrowDown")
        self.browser.until("document.querySelector('#found .now') === document.querySelectorAll('#found a')[1]")
        self.browser.key("ArrowUp")
        goal = self.browser.js("document.querySelector('#found .now').href")
        self.browser.key("Escape")
        self.browser.until("!document.querySelector('.search')")
        self.browser.key("/")
        self.browser.type("queue batch half")
        self.browser.until("document.querySelector('#found a')")
        self.browser.key("Enter")
        self.browser.until("location.href === %r" % goal)

    def test_all_code_is_unfolded_at_once_and_answers_stay_folded(self):
        self.browser.size(390, 844, True)
        self.browser.open(self.page("p-and-its-queue"))
        for wanted in (True, False):
            self.tap(".unfold")
            self.browser.until("[...document.querySelectorAll('main .fold, main .script')].every(f => f.open === %s)" % str(wanted).lower())
            self.assertEqual(self.browser.js("document.querySelectorAll('.answer[open], .hint[open]').length"), 0)

    def test_the_steps_of_a_drawing_move_when_asked(self):
        page = next(p for p in self.pages if "data-steps" in p.read_text())
        for width, height, touch in self.SIZES:
            self.browser.size(width, height, touch)
            self.browser.open(page)
            self.browser.js("document.querySelector('.play + label').scrollIntoView({block: 'center'})")
            moving = "document.querySelector('.play ~ svg .step.s2').getAnimations().length"
            self.assertEqual(self.browser.js(moving), 0)
            for wanted in (1, 0):
                (self.browser.tap if touch else self.browser.click)(*self.middle(".play + label"))
                self.browser.until("%s === %d" % (moving, wanted))


class Pictures(unittest.TestCase):
    def test_the_pictures_of_the_readme_have_the_size_that_screenshot_sh_gives_them(self):
        size = tuple(map(int, re.search(r"shoot .* (\d+),(\d+) ", (TOP / "book/tools/screenshot.sh").read_text()).groups()))
        pictures = re.findall(r"book/figures/[\w-]+\.png", (TOP / "README.md").read_text())
        self.assertEqual(len(set(pictures)), 3)
        for name in pictures:
            head = (TOP / name).read_bytes()
            self.assertEqual((head[:8], struct.unpack(">2I", head[16:24])), (b"\x89PNG\r\n\x1a\n", size), name)
            self.assertLess(len(head), 200000)

    def test_screenshot_sh_says_what_to_make_first(self):
        with tempfile.TemporaryDirectory() as out:
            (Path(out) / "book").mkdir()
            (Path(out) / "book/tools").symlink_to(TOP / "book/tools")
            done = subprocess.run(["book/tools/screenshot.sh"], cwd=out, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual((done.returncode, done.stdout),
                         (1, "screenshot: there is no build/site/01-the-first-instruction.html; run make first\n"))


class Colours(unittest.TestCase):
    def test_every_text_colour_has_the_contrast_of_wcag_aa_in_each_theme(self):
        def light(c):
            part = [int(c[i:i + 2], 16) / 255 for i in (1, 3, 5)]
            part = [p / 12.92 if p <= .03928 else ((p + .055) / 1.055) ** 2.4 for p in part]
            return .2126 * part[0] + .7152 * part[1] + .0722 * part[2]

        css = (TOP / "book/tools/book.css").read_text()
        themes = re.findall(r"--bg:.*?color-scheme:(?:light|dark)", css, re.S)
        self.assertEqual(len(themes), 3)
        for theme in themes:
            colour = dict(re.findall(r"--(\w+):(#[0-9a-f]{6})", theme))
            pairs = [(t, b) for t in "fg dim link use warn good co st nu pp kw ty rg rs va".split() for b in "bg code exp fill".split()]
            for text, ground in pairs + [(t, "term") for t in "termfg termdim termps termkbd".split()]:
                a, b = sorted((light(colour[text]), light(colour[ground])))
                self.assertGreaterEqual((b + .05) / (a + .05), 4.5, f"{text} on {ground}")


class Changed(unittest.TestCase):
    """A copy of the fixture, in which something is changed."""

    @classmethod
    def setUpClass(cls):
        cls.dir = Path(tempfile.mkdtemp(prefix="weave-"))
        cls.addClassCleanup(shutil.rmtree, cls.dir)
        cls.book = cls.dir / "book"
        shutil.copytree(FIXTURE, cls.book)

    @classmethod
    def change(cls, file, old, new):
        path = cls.book / file
        text = path.read_text()
        assert old in text, old
        path.write_text(text.replace(old, new, 1))


class Rebuilding(Changed):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        weave(cls.book, cls.dir / "out")
        time.sleep(0.01)

    def test_a_change_of_prose_rebuilds_one_page_and_no_change_none(self):
        self.change("01-one.nw", "A hook stays", "A hook remains")
        again = weave(self.book, self.dir / "out")
        self.assertEqual(re.findall(r"WEAVE\s+(\S+\.html)", again.stdout), ["01-one.html"])
        self.assertNotIn("WEAVE", weave(self.book, self.dir / "out").stdout)

    def test_a_later_replacement_rebuilds_only_the_chapter_that_can_show_it(self):
        self.change("02-two.nw", "LIMIT + 1", "LIMIT + 2")
        again = weave(self.book, self.dir / "out")
        self.assertEqual(re.findall(r"WEAVE\s+(0\S+\.html)", again.stdout), ["02-two.html"])


class Faults(Changed):
    """All in one book, which is woven once: each is an error with its line, and no page is made."""
    FAULTS = {
        "reference": ("01-one.nw", "[](#fig-box)", "[](#fig-bax)"), "page": ("back.md", "02-two.html", "03-three.html"),
        "row": ("01-one.nw", "speed:second:ns_per_op", "speed:third:ns"), "file": ("01-one.nw", "src=speed", "src=sped"),
        "drawing": ("01-one.nw", "figures/box.svg", "figures/bux.svg"), "graph": ("01-one.nw", "digraph { a -> b;", "digraph { a -> ;;> b"),
        "chunk": ("01-one.nw", "[[<<set up>>]]", "[[<<sat up>>]]"), "stars": ("01-one.nw", "kind=predict level=2", "kind=predict"),
        "hint": ("01-one.nw", "::: hint", "::: note"), "answer": ("01-one.nw", "::: answer", "::: note"),
        "column": ("02-two.nw", "speed:first:ns", "speed:second:ns"),
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.change("02-two.nw", "\n\n", "\n\nA number, `speed:first:ns`{.num}.\n\n```{.draw from=\"time nothing\" caption=\"Nothing.\"}\n```\n\n")
        for fault in cls.FAULTS.values():
            cls.change(*fault)
        cls.pages = ["01-one", "02-two", "back"]
        cls.made = weave(cls.book, cls.dir / "out", "-k", *("%s/out/site/%s.html" % (cls.dir, page) for page in cls.pages))

    def assertSaid(self, fault, message):
        file, _, new = self.FAULTS[fault]
        text = (self.book / file).read_text()
        self.assertIn("%s:%d: %s" % (self.book / file, text[:text.index(new)].count("\n") + 1, message), self.made.stderr)

    def test_a_page_with_an_error_is_not_made_and_no_tool_shows_its_inside(self):
        self.assertNotEqual(self.made.returncode, 0)
        self.assertNotRegex(self.made.stderr, "(?i)traceback|\\.lua|\\.awk")
        self.assertEqual([page for page in self.pages if (self.made.site / (page + ".html")).exists()], [])

    def test_an_unknown_reference_is_an_error_with_its_line(self):
        self.assertSaid("reference", "nothing in the book has the id fig-bax")

    def test_a_link_to_a_missing_page_is_an_error_with_its_line(self):
        self.assertSaid("page", "the book has no page 03-three.html")

    def test_a_missing_row_is_an_error_that_lists_the_rows(self):
        self.assertSaid("row", "no row third in")
        self.assertIn("first, second", self.made.stderr)

    def test_a_missing_column_and_a_missing_data_file_are_errors(self):
        self.assertSaid("column", "no column ns in")
        self.assertSaid("file", "no data file")

    def test_a_missing_drawing_and_a_bad_graph_are_errors(self):
        self.assertSaid("drawing", "no drawing")
        self.assertRegex(self.made.stderr, r"01-one\.nw:\d+: graphviz cannot draw this figure")
        self.assertRegex(self.made.stderr, r"02-two\.nw:\d+: figure\.py cannot draw this figure; try: \S+/figure\.py time nothing")

    def test_prose_that_names_a_missing_chunk_is_an_error(self):
        self.assertSaid("chunk", "no chunk <<sat up>>")

    def test_an_exercise_without_stars_is_an_error(self):
        self.assertSaid("stars", "an exercise needs level=1, 2 or 3")

    def test_an_exercise_without_a_hint_or_an_answer_is_an_error(self):
        for part in ("hint", "answer"):
            self.assertRegex(self.made.stderr, rf'01-one\.nw:\d+: exercise 1\.1 has no {part}: write "::: {part}" inside it')


class OneId(Changed):
    def test_an_id_used_twice_is_an_error(self):
        self.change("01-one.nw", "#fig-box alt", "#sec-queue alt")
        self.assertIn("the id sec-queue is used twice", weave(self.book, self.dir / "out", f"{self.dir}/out/site/01-one.html").stderr)


if __name__ == "__main__":
    unittest.main()
