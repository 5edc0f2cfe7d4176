"""The book for e-readers and on paper, from two chapters of the site."""
import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "book" / "tools"))
import booklet                                  # noqa: E402

SITE = TOP / "build" / "site"
CHAPTERS = ["01-the-first-instruction", "06-newproc"]
EPUBCHECK = Path("/usr/share/java/epubcheck.jar")
X, EPUB, OPF = "{http://www.w3.org/1999/xhtml}", "{http://www.idpf.org/2007/ops}", "{http://www.idpf.org/2007/opf}"
SVG = "{http://www.w3.org/2000/svg}"


def edition(*arguments):
    return subprocess.run(["book/tools/edition.py", *map(str, arguments)], cwd=TOP, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def classes(n):
    return n.get("class", "").split()


def parts(source):
    """the code of each chunk of a chapter, as it stands there"""
    out, code = [], None
    for line in source.read_text(encoding="utf-8").split("\n"):
        if re.match(r"<<.*>>=\s*$", line):
            out.append([])
            code = out[-1]
        elif re.match(r"@( |$)", line):
            code = None
        elif code is not None:
            code.append(line)
    return out


class Epub(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.out = Path(tempfile.mkdtemp(prefix="edition-"))
        cls.addClassCleanup(shutil.rmtree, cls.out)
        cls.made = edition("-o", cls.out / "b.epub", "epub", *(name[:2] for name in CHAPTERS))
        assert cls.made.returncode == 0, cls.made.stdout
        with zipfile.ZipFile(cls.out / "b.epub") as z:
            cls.names, cls.files = z.namelist(), {n[5:]: z.read(n).decode() for n in z.namelist() if n.startswith("book/")}
            cls.stored = z.getinfo("mimetype").compress_type
        cls.pages = {n: ET.fromstring(t) for n, t in cls.files.items() if n.endswith(".xhtml")}
        cls.chapters = [cls.pages[c + ".xhtml"] for c in CHAPTERS]

    def test_it_is_a_box_whose_every_file_is_declared_and_readable(self):
        self.assertEqual((self.names[0], self.stored), ("mimetype", zipfile.ZIP_STORED))
        opf = ET.fromstring(self.files["book.opf"])
        self.assertEqual({i.get("href") for i in opf.iter(OPF + "item")} | {"book.opf"}, set(self.files))
        self.assertEqual(len(list(opf.iter(OPF + "itemref"))), len(self.pages))

    def test_nothing_that_works_only_on_a_screen_is_left(self):
        for name, page in self.pages.items():
            tags = {n.tag.replace(X, "") for n in page.iter()}
            self.assertEqual(tags & {"script", "button", "input", "label", "details", "summary", "style"}, set(), name)
            self.assertNotIn("the keys", "".join(page.itertext()))
            self.assertNotRegex(self.files[name], r"var\(--|currentColor|href=\"files/")

    def test_every_link_leads_to_a_place_in_the_book_or_to_the_network(self):
        ids = {name: [n.get("id") for n in page.iter() if n.get("id")] for name, page in self.pages.items()}
        for name, page in self.pages.items():
            self.assertEqual(len(ids[name]), len(set(ids[name])), name)
            for a in page.iter(X + "a"):
                href = a.get("href")
                if not href.startswith("https:"):
                    file, _, anchor = href.partition("#")
                    self.assertIn(file or name, self.pages, "%s: %s" % (name, href))
                    self.assertTrue(not anchor or anchor in ids[file or name], "%s: %s" % (name, href))
                    self.assertTrue("".join(a.itertext()).strip() or a.get("aria-label"), name)
        links = [a.get("href") for page in self.chapters for a in page.iter(X + "a") if "use" in classes(a)]
        self.assertGreater(len(links), 30)

    def test_every_picture_says_what_it_shows(self):
        for name, page in self.pages.items():
            for n in page.iter(X + "img"):
                self.assertGreater(len(n.get("alt")), 40, name)
            for n in page.iter(SVG + "svg"):
                self.assertTrue(n.find(SVG + "title").text and n.find(SVG + "desc").text, name)
        self.assertTrue(list(self.pages["cover.xhtml"].iter(X + "img")))

    def test_each_chunk_stands_once_as_its_chapter_has_it(self):
        for name, page in zip(CHAPTERS, self.chapters):
            number, wanted = int(name[:2]), parts(TOP / "book" / (name + ".nw"))
            found = {n.get("id"): n for n in page.iter() if "chunk" in classes(n)}
            self.assertEqual(list(found), ["c%d-%d" % (number, i + 1) for i in range(len(wanted))])
            for (anchor, chunk), code in zip(found.items(), wanted):
                shown = ["".join(line.itertext())[:-1] for line in chunk.iter(X + "span") if "l" in classes(line)]
                while code and not code[-1]:
                    code.pop()
                while shown and not shown[-1]:
                    shown.pop()
                self.assertEqual(len(shown), len(code), anchor)
                for line, text in zip(shown, code):
                    self.assertTrue("<<" in text or line == text, "%s: %r is %r" % (anchor, text, line))

    def test_notes_hints_and_answers_are_linked_there_and_back(self):
        notes = 0
        for page in self.chapters:
            by = {n.get("id"): n for n in page.iter() if n.get("id")}
            for a in page.iter(X + "a"):
                if a.get(EPUB + "type") == "noteref":
                    note = by[a.get("href")[1:]]
                    self.assertEqual((note.tag, note.get(EPUB + "type")), (X + "aside", "footnote"))
                    self.assertEqual(next(note.iter(X + "a")).get("href"), "#" + a.get("id"))
                    notes += 1
            order = [n for n in page.iter() if "exercise" in classes(n) or "later" in classes(n)]
            exercises = [n for n in order if "exercise" in classes(n)]
            self.assertTrue(exercises and order[:len(exercises)] == exercises, "an answer stands before the last exercise")
            for n in exercises:
                asked = [a.get("href")[1:] for a in n.iter(X + "a") if (a.get("id") or "").endswith("-asked")]
                self.assertEqual([by[i].get("class") for i in asked], ["later", "later"])
                self.assertEqual(["".join(by[i].itertext()).split("\n")[0][:12] for i in asked], ["".join(n.itertext())[:12]] * 2)
        self.assertGreater(notes, 10)

    def test_a_chapter_that_is_named_has_its_title_beside_it_the_first_time(self):
        for page in self.chapters:
            seen = []
            for a in page.iter():
                name, title = re.fullmatch(r"(?s)(.*?)(?: \((.*)\))?", "".join(a.itertext())).groups()
                if re.fullmatch(r"(?i)chapter \d+|appendix [A-Z]", name):
                    if title:
                        self.assertNotIn(name.lower(), seen)
                        self.assertEqual(title, "".join(a.find(X + "i").itertext()))
                        seen.append(name.lower())
                        if a.get("href") == CHAPTERS[1] + ".xhtml":
                            self.assertEqual(title, " ".join("".join(next(self.chapters[1].iter(X + "h1")).itertext()).split()))
            self.assertGreater(len(seen), 3)

    def test_a_walk_is_its_table(self):
        for page in [*self.chapters, self.pages["tour.xhtml"]]:
            self.assertTrue(any(len(list(t.iter(X + "tr"))) > 3 for t in page.iter(X + "table") if "steps" in classes(t)))

    def test_the_menu_has_every_chapter_and_every_section(self):
        links = [a.get("href") for a in self.pages["nav.xhtml"].iter(X + "a")]
        for name, page in zip(CHAPTERS, self.chapters):
            self.assertIn(name + ".xhtml", links)
            for h in page.iter(X + "h2"):
                if h.get("id") not in ("hints", "answers"):
                    self.assertIn("%s.xhtml#%s" % (name, h.get("id")), links)

    def test_code_is_legible_on_a_light_page_and_on_a_dark_one(self):
        light, _, dark = (TOP / "book/tools/epub.css").read_text().partition("@media (prefers-color-scheme:dark)")
        of = [{name: colour for names, colour in re.findall(r"((?:\.\w+, )*\.\w+) \{ color:(#\w{6})", css) for name in names.split(", ")}
              for css in (light[light.index("\n.use {"):], dark)]
        self.assertEqual(set(of[0]), set(of[1]))
        for colours, paper in zip(of, (1, 0.006)):
            for name, colour in colours.items():
                self.assertLegible(colour, paper, name)

    def assertLegible(self, colour, paper, where):
        """A contrast of brightness, which is what a page without colours keeps."""
        if len(colour) == 4:
            colour = "#" + "".join(c * 2 for c in colour[1:])
        channels = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        bright = sum(w * (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4) for w, c in zip((0.2126, 0.7152, 0.0722), channels))
        self.assertGreaterEqual((max(bright, paper) + 0.05) / (min(bright, paper) + 0.05), 4.5, where)

    def test_on_paper_every_colour_of_text_is_legible_in_grey_and_nothing_has_a_ground(self):
        for name in ("print.css", "print-6x9.css", "booklet.css", "epub.css"):
            css = (TOP / "book/tools" / name).read_text().partition("@media (prefers-color-scheme:dark)")[0]
            for rule, block in re.findall(r"([^{}]*)\{([^{}]*)\}", css):
                self.assertTrue("background" not in block or (name, rule.strip()) == ("epub.css", ".fig svg"), name + rule)
                for colour in re.findall(r"(?<![-\w])color:(#\w+)", block):
                    self.assertLegible(colour, 1, "%s, %s: %s" % (name, rule.strip(), colour))

    @unittest.skipUnless(EPUBCHECK.is_file() and shutil.which("java"), "epubcheck is not installed; ./setup --editions installs it")
    def test_epubcheck_has_nothing_to_say(self):
        said = subprocess.run(["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", str(EPUBCHECK), str(self.out / "b.epub")],
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(said.returncode, 0, said.stdout)
        self.assertIn("0 fatals / 0 errors / 0 warnings", said.stdout)

    def test_what_cannot_be_made_is_refused_in_a_sentence(self):
        for arguments, wanted in ((["77"], "the book has no chapter 77"), (["-z", "b5"], "the size of the paper is a4 or 6x9, not b5"), (["-s", self.out], "there is no %s/index.html; type make" % self.out)):
            said = edition("-o", self.out / "no.epub", "epub", *arguments)
            self.assertEqual((said.returncode, said.stdout.count("\n")), (1, 1), said.stdout)
            self.assertIn(wanted, said.stdout)


@unittest.skipUnless(shutil.which("weasyprint") and shutil.which("pdftotext"), "weasyprint or pdftotext is not installed; ./setup --editions installs them")
class Paper(unittest.TestCase):
    """The two chapters of tests/weave in both sizes, with a line of 80 columns, a table of long names and notes, and many notes put in."""

    @classmethod
    def setUpClass(cls):
        out = cls.out = Path(tempfile.mkdtemp(prefix="edition-"))
        cls.addClassCleanup(shutil.rmtree, out)
        subprocess.run(["make", "-s", "-j2", "-f", "book/weave.mk", "BOOK=tests/weave", "SITE=%s/site" % out, "WEAVE_DIR=%s/weave" % out, "book"],
                       cwd=TOP, stdout=subprocess.DEVNULL, check=True)
        page, cls.wide = next(out.glob("site/*-one.html")), "\t/* " + "-" * 66 + " */"
        assert len(cls.wide.expandtabs()) == 80
        table = '<table><colgroup>%s</colgroup><tr><th>arguments</th><th>in Go%s</th><th>here%s</th></tr><tr><td>a thread becomes a scheduler</td><td>%s</td><td>our chapter</td></tr></table>' % (
            "".join('<col style="width:%d%%">' % w for w in (5, 83, 12)), *(cls.NOTE % (n, "beside a table " * 4) for n in "AB"),
            ",\n".join('<a href="https://go.dev"><code>%s</code></a>' % name for name in "proc.go:mstart0 proc.go:mstart1 proc.go:schedule proc.go:execute asm_amd64.s:gogo".split()))
        page.write_text(page.read_text().replace('<pre><code>', '<pre><code><span class="l">%s</span>\n' % cls.wide, 1))
        page = out / "site/back.html"
        page.write_text(page.read_text().replace("</h1>", "</h1>" + table + "".join("<p>Text%s</p>" % cls.NOTE % (n, "begin%d %s end%d" % (n, "more " * 40, n)) for n in range(100, 120))
                                                 + "".join('<section class="exercise"><a class="num">X</a><p>ask%d</p>%s<p>asked%d</p></section>' % (n, "<p>some</p>" * 4, n) for n in range(100, 120)), 1))
        (out / "tmp").mkdir()
        env = dict(os.environ, TMPDIR=str(out / "tmp"))
        made = [subprocess.Popen(["book/tools/edition.py", "-s", str(out / "site"), "-o", str(out / (size + ".pdf")), "-z", size, "pdf", *(p.name[:2] for p in sorted((TOP / "tests/weave").glob("*-*.nw")))],
                                 cwd=TOP, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for size in ("a4", "6x9")]
        made.append(subprocess.Popen(["book/tools/booklet.py", "-s", str(out / "site"), "-o", str(out / "code.pdf")], cwd=TOP, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
        cls.said = []
        for m in made:
            cls.said.append(m.communicate()[0])
            assert m.returncode == 0, cls.said[-1]
        assert not list((out / "tmp").iterdir()), "files are left in TMPDIR"
        cls.text = {size: cls.tool("pdftotext", "-layout", out / (size + ".pdf"), "-").split("\f") for size in ("a4", "6x9")}

    NOTE = '<label class="sn-mark">%s</label><span class="sn">%s</span>'

    @staticmethod
    def tool(*command):
        return subprocess.run([str(c) for c in command], text=True, stdout=subprocess.PIPE, check=True).stdout

    def test_a_line_of_80_columns_fits_and_no_word_leaves_its_page_or_lies_on_another(self):
        for size, pages in self.text.items():
            found = [line for page in pages for line in page.split("\n") if "-" * 66 in line]
            self.assertEqual(len(found), 1, size)
            self.assertIn(self.wide.strip(), found[0], size)
            box = self.tool("pdftotext", "-bbox", self.out / (size + ".pdf"), "-")
            width = float(re.search(r'<page width="([\d.]+)"', box).group(1))
            words = re.findall(r'<word xMin="([-\d.]+)".*?xMax="([-\d.]+)".*?>(.*?)</word>', box)
            self.assertGreater(len(words), 1000)
            for left, right, word in words:
                self.assertTrue(float(left) > {"a4": 54, "6x9": 33}[size] and float(right) < width - 35, "%s: %s" % (size, word))
            for number, page in enumerate(box.split("<page ")[1:], 1):
                found = sorted((float(y), float(x), float(end), word) for x, y, end, word in re.findall(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" .*?>(.*?)</word>', page))
                for i, (y, x, end, word) in enumerate(found):
                    for other in found[i + 1:]:
                        if other[0] > y + 3:
                            break
                        self.assertLess(min(end, other[2]) - max(x, other[1]), 1, "%s, page %d: %s is on %s" % (size, number, word, other[3]))

    def test_code_is_copied_line_by_line_in_its_columns_and_without_numbers(self):
        chunks = [[("".join(re.sub("<.*?>", "", line).split("\n"))) for line in re.findall(r'<span class="l">(.*?\n)</span>', chunk, re.S)]
                  for chunk in re.findall(r'<figure class="chunk.*?</figure>', (self.out / "a4.html").read_text(), re.S)]
        wanted = [lines for lines in ([line for line in (html.unescape(l).rstrip() for l in chunk) if line] for chunk in chunks)
                  if any(line.startswith("        ") for line in lines) and not any("⟨" in line for line in lines)]
        self.assertGreater(len(wanted), 1)
        for size, points, width in (("a4", 7.4, 425), ("6x9", 7, 432)):     # without the margin
            text = self.tool("pdftotext", "-x", 0, "-y", 0, "-W", width, "-H", 842, "-fixed", "%.2f" % (points * 0.6), self.out / (size + ".pdf"), "-")
            text = [line for line in text.replace("\f", "").split("\n") if line.strip()]
            for lines in wanted:
                def stand(at):
                    left = text[at].index(lines[0].strip()) - len(lines[0]) + len(lines[0].lstrip())
                    return all(t.startswith(" " * left + line) for t, line in zip(text[at:], lines))
                self.assertTrue(any(stand(i) for i, t in enumerate(text) if lines[0].strip() in t), "%s: %s" % (size, "\n".join(lines)))

    def test_the_booklet_has_each_line_of_each_file_under_its_number_and_the_names_lead_to_them(self):
        lines, labels = {}, 0
        for x in (0, 421):      # two columns
            for line in self.tool("pdftotext", "-x", x, "-y", 0, "-W", 421, "-H", 595, "-layout", self.out / "code.pdf", "-").split("\n"):
                found = re.match(r"\f? *(\w+\.\d+)? *(\d{4})(?: (.*))?$", line)
                if found:
                    labels += found.group(1) is not None
                    lines[int(found.group(2))] = found.group(3) or ""
                    self.assertEqual(int(found.group(2)) % 100 >= 50, x > 0)
        files = {re.search("<h1><code>(.*?)<", text).group(1): text for text in (page.read_text() for page in sorted(self.out.glob("site/files/*-src-*.html")))}
        whole, size, parts = "".join("".join(lines[n].split()) for n in sorted(lines)), 0, 0
        for name, text in files.items():
            code = "".join(html.unescape(re.sub("<.*?>", "", text[text.index("<pre>"):text.index("</pre>")])).split())
            self.assertIn(code, whole, name)
            size, parts = size + len(code), parts + text.count('<a class="part"')
        self.assertEqual((len(whole), labels), (size, parts))
        names = self.tool("pdftotext", "-raw", self.out / "code.pdf", "-").split("\fNames")[1]
        entries = re.findall(r"(?m)^(\w+)((?:\s+\d{4})+)$", names)
        self.assertGreater(len(entries), 5)
        for name, numbers in entries:
            for n in numbers.split():
                self.assertRegex(lines[int(n)], r"\b%s\b" % name)
        self.assertRegex(lines[int(dict(entries)["count"].split()[0])], r"^count\(int")

    def test_the_booklet_takes_the_folders_of_the_book_in_their_order_and_a_new_one_last(self):
        site = self.out / "folders"
        (site / "files").mkdir(parents=True)
        for n, name in enumerate(("src/sched/proc.c", "src/net/net.c", "src/boot/rt0.S", "src/sched/sched.h", "src/net/net.h", "src/rt0.h", "src/sched/g.h", "src/os/os.c")):
            text = "<html><body><main><h1><code>%s</code></h1><pre><span class='l'>x</span></pre></main></body></html>" % name
            (site / "files" / ("%02d-%s.html" % (n, name.replace("/", "-")))).write_text(text)
        self.assertEqual([name for name, _ in booklet.last_files(site)],
                         ["src/rt0.h", "src/boot/rt0.S", "src/sched/sched.h", "src/sched/g.h", "src/sched/proc.c", "src/os/os.c", "src/net/net.h", "src/net/net.c"])
        src = TOP / "src"
        self.assertLessEqual({"" if p.parent == src else str(p.parent.relative_to(src)) for p in src.rglob("*.[chS]")}, set(booklet.FLOORS))

    def test_a_file_is_cut_at_an_empty_line_that_is_near_and_loses_none(self):
        class Line:
            def __init__(self, text):
                self.text = text
        for gaps in ((), (46, 90), (1, 44, 45), (49, 50, 99), (50, 51, 52)):
            text = ["" if i in gaps else "line %d" % i for i in range(120)]
            cut = [[line.text for line in part] for part in booklet.columns([Line(t) for t in text], 48)]
            self.assertEqual([t for part in cut for t in part if t], [t for t in text if t])
            self.assertLessEqual(len(cut[0]), 48)
            self.assertTrue(all(25 < len(part) <= booklet.ROWS for part in cut[:-1]))
            self.assertEqual(len(cut[0]), {(46, 90): 47, (1, 44, 45): 46}.get(gaps, 48))

    def test_no_chunk_is_divided_and_no_heading_ends_a_page(self):
        source = ET.fromstring("<x>%s</x>" % "".join(re.findall(r'<figure class="chunk.*?</figure>', (self.out / "a4.html").read_text(), re.S)))
        headings = {"".join(re.sub("<.*?>", "", h).split()) for h in re.findall(r"<h[123][^>]*>(.*?)</h[123]>", (self.out / "a4.html").read_text(), re.S)}
        for size, pages in self.text.items():
            squeezed = ["".join(page.split()) for page in pages]
            for chunk in source.iter("figure"):
                name = "".join(chunk.find("figcaption").itertext())
                lines = [t for t in ("".join("".join(n.itertext()).split()) for n in chunk.iter("span") if "l" in classes(n)) if len(t) > 12 and "⟨" not in t]
                whole = [n for n, page in enumerate(squeezed) if all(line in page for line in lines)]
                self.assertTrue(whole, "%s: %s" % (size, name))
            for number, page in enumerate(pages[2:], 3):
                lines = ["".join(line.split()) for line in page.split("\n") if line.strip()]
                if len(lines) > 3:      # not the page of a part
                    self.assertNotIn(lines[-2], headings, "%s, page %d" % (size, number))

    def test_a_reference_says_its_page_and_the_contents_and_the_outline_lead_there(self):
        for size, pages in self.text.items():
            at = next(n for n, page in enumerate(pages, 1) if "Itwrapswhatchapteronedid" in "".join(page.split()))
            squeezed = re.sub(r"-\n *|\s", "", "".join(pages))
            self.assertIn("Thenextischapter2,Two(p.%d)" % at, squeezed, "the first time with its title")
            self.assertIn("seechapter2(p.%d)" % at, squeezed)
            self.assertRegex(pages[1], r"2\. .*\. *%d\n" % at)
            self.assertRegex(pages[at - 1], r"\n *%d\s*$" % at)
            heads = [int(re.search(r'<word xMin="(\d+)', page).group(1)) // 3 for page in self.tool("pdftotext", "-bbox", self.out / (size + ".pdf"), "-").split("<page ")[at:]]
            self.assertEqual((len(set(heads[::2])), len(set(heads[1::2])), heads[0] == heads[1]), (1, 1, size == "a4"), "which pages are right ones")
            outline = self.tool("pdftohtml", "-xml", "-i", "-stdout", self.out / (size + ".pdf"))
            outline = outline[outline.index("<outline>"):]
            self.assertIn("Part I: Beginnings</item>", outline)
            self.assertRegex(outline, '<item page="%d">' % at)
            self.assertIn("Numbers and notes</item>", outline)

    def test_every_font_is_embedded_and_is_the_books_own(self):
        for name in (*self.text, "code"):
            fonts = self.tool("pdffonts", self.out / (name + ".pdf")).split("\n")[2:-1]
            self.assertGreater(len(fonts), 3)
            for font in fonts:
                self.assertRegex(font, r" yes yes yes +\d+ +\d+$")
                self.assertRegex(font, r"^[A-Z]{6}\+(Source-Serif-4|JetBrains-Mono|Arimo|rt0-symbols)", name)
            self.assertIn("JetBrains", "".join(fonts))

    def test_a_page_says_above_its_text_in_which_chapter_and_section_it_is(self):
        whole = (self.out / "a4.html").read_text()
        chapters = {}
        for part in re.findall(r'<section id="\d\d-[^"]*" class="page.*?</section>(?=</body>|<section|<h1 class="part")', whole, re.S):
            title, *sections = (" ".join(html.unescape(re.sub("<.*?>", "", h)).split()) for h in re.findall(r"<h[12][^>]*>(.*?)</h[12]>", part, re.S))
            chapters[title] = sections
        self.assertEqual(list(chapters), ["One file", "Two"])
        for size, pages in self.text.items():
            seen, now, section = set(), None, ""
            for page in pages:
                lines = [line.strip() for line in page.split("\n") if line.strip()]
                begins = next((t for n, t in enumerate(chapters, start=1) if lines[:1] == [t] and "".join(lines[1].split()).upper() == "CHAPTER%d" % n), None)
                if begins:
                    now, section = begins, ""
                elif now and lines and lines[0].startswith(now):
                    head = " ".join(lines[0][len(now):].split())
                    here = [s for s in chapters[now] if s in lines[1:]]
                    self.assertEqual(head, here[0] if here else section, size)
                    seen.add((now, head))
                elif now:
                    break       # the chapters are over
                section = [section, *(s for s in chapters.get(now, ()) if s in lines)][-1]
            self.assertGreater(len({head for _, head in seen if head}), 1, f"{size}: {seen}")

    def test_a_walk_is_its_table_on_paper(self):
        text = (self.out / "a4.html").read_text()
        text = text[re.search(r'id="\w+-one\.walk-\w+-one"', text).start():]
        rows = re.findall(r"<tr>(.*?)</tr>", text[:text.index("</table>")], re.S)
        self.assertEqual([re.sub("<.*?>", "", re.findall(r"<td>(.*?)</td>", row)[1]) for row in rows[1:]], ["run", "stepi", "stepi", "continue"])
        self.assertIn("The walk, step by step.", text[:text.index("<table")], "its name is above it")
        for size, pages in self.text.items():
            squeezed = "".join("".join(page.split()) for page in pages)
            self.assertIn("".join(html.unescape(re.sub("<.*?>", "", rows[0])).split()), squeezed)
            for row in rows[1:]:
                number, command, where, stack, new = (html.unescape(re.sub("<.*?>", "", cell)) for cell in re.findall(r"<td>(.*?)</td>", row, re.S))
                self.assertIn(number + "".join(command.split()), squeezed, size)
                self.assertIn("".join(new.split()), squeezed, size)
            self.assertNotIn("makegdbSTAGE=01.With", squeezed, "the keys of the screen")

    def test_the_back_cover_says_what_the_book_is_and_has_one_drawing(self):
        for size, pages in self.text.items():
            back = " ".join(pages[-2].split())
            self.assertRegex(back, r"2 chapters and \d+ pieces of code")
            self.assertIn("Prose: CC BY 4.0. Code: MIT.", back)
            self.assertIn("a thread that runs goroutines", back)
            self.assertEqual(pages[-1].strip(), "")

    def test_a_long_step_says_how_far_it_is(self):
        for said in self.said:
            self.assertRegex(said, r"(?s)^  PDF +\d+ s  round 1, part 1 of (\d+): .*?, \d+ pages\n.*  PDF +\d+ s  round 1, part \1 of \1: .*\n  PDF +\d+ s  drawing \d+ pages\n  PDF +\d+ s  joining\n  the \w+: \S+\.pdf, \d+\.\d MB\n$")

    def test_notes_stand_in_the_margin_of_a4_and_at_the_foot_of_the_small_page(self):
        for size, pages in self.text.items():
            for n in range(100, 120):
                for one, other in (("begin", "end"), ("ask", "asked"))[size == "6x9":]:
                    self.assertEqual(*([i for i, page in enumerate(pages) if "%s%d" % (word, n) in page] for word in (one, other)), "a note or an exercise is divided")
            self.assertEqual("".join(pages).count("Two lines"), 1, size)
            page = next(p for p in pages if "Two lines" in p)
            self.assertEqual(page.index("Two lines") > page.index("Table 1.1"), size == "6x9", page)


if __name__ == "__main__":
    unittest.main()
