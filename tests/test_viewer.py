"""The page that shows a trace: make trace, and timeline.py --html and --perfetto."""
import json
import math
import os
import re
import resource
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import browser

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "book" / "tools"))
import timeline  # noqa: E402

TIMELINE = str(TOP / "book/tools/timeline.py")
LONG = os.environ.get("RT0_LONG")


def waits(trace):
    """{(goroutine, from, to, who woke it)}: each wait for a semaphore that has ended."""
    began, found = {}, set()
    for e in trace.events:
        if e.kind == "GoBlock":
            began[e.goid] = e.when
        elif e.kind == "GoUnblock" and e.arg in began:
            found.add((e.arg, began.pop(e.arg), e.when, e.goid))
    return found


class Viewer(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.work = Path(folder.name)

    def trace(self, example, *words, **settings):
        path = self.work / (example + ".trace")
        subprocess.run([str(TOP / "build/examples" / example), *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       timeout=60, env=dict(os.environ, RT0TRACE=str(path), **settings))
        return path

    def tool(self, *words):
        return subprocess.run([TIMELINE, *map(str, words)], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)

    def page(self, path, *words):
        out = path.with_suffix(".html")
        done = self.tool("--html", out, *words, path)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        return out

    def test_a_page_needs_no_other_file(self):
        text = self.page(self.trace("hello")).read_text(encoding="utf-8")
        for outside in ("src=", "href=", "url(", "@import", "fetch("):
            self.assertNotIn(outside, text)

    def test_what_is_no_trace_makes_no_page(self):
        whole = self.trace("hello").read_bytes()
        for data, why in ((b"GIF89a", "this is no trace of rt0"), (whole[:-1], "the trace is cut short: 1 bytes are missing at %d" % (len(whole) - 1))):
            path = self.work / "bad"
            path.write_bytes(data)
            for how in ("--html", "--perfetto"):
                done = self.tool(how, self.work / "out", path)
                self.assertEqual((done.returncode, done.stdout, done.stderr), (1, "", "timeline.py: %s: %s\n" % (path, why)))
                self.assertFalse((self.work / "out").exists())

    def test_a_program_without_names_is_refused_in_a_sentence(self):
        path = self.trace("hello")
        done = self.tool("--html", self.work / "out", "--program", path, path)
        self.assertEqual((done.returncode, done.stderr), (1, "timeline.py: %s: nm cannot read %s\n" % (path, path)))

    def test_the_other_format_has_what_each_P_and_each_goroutine_did_by_name(self):
        path, out = self.trace("workers", GOMAXPROCS="2"), self.work / "out.json"
        self.assertEqual(self.tool("--perfetto", out, "--program", TOP / "build/examples/workers", path).stderr, "")
        events, trace = json.loads(out.read_text())["traceEvents"], timeline.read(path)
        tracks = {(e["pid"], e.get("tid")): e["args"]["name"] for e in events if e["ph"] == "M"}
        self.assertEqual([tracks[1, None], tracks[1, 0], tracks[1, 1], tracks[2, 1]], ["Ps", "P0", "P1", "G1 runtime_main"])
        slices = [(e["tid"], e["name"]) for e in events if e["ph"] == "X" and e["pid"] == 1]
        self.assertEqual(slices, [(proc, "M%d" % m) for proc, m, _, _ in timeline.held(trace)] + [(proc, tracks[2, goid]) for proc, goid, _, _ in timeline.runs(trace)])
        what = [e["name"] for e in events if e["ph"] == "X" and e["pid"] == 2]
        for kind, name in (("GoBlock", r"waits for \w+$"), ("GoSyscall", "in the kernel$"), ("GoYield", None)):
            self.assertTrue(name is None or sum(bool(re.match(name, w)) for w in what) == sum(e.kind == kind for e in trace.events) > 0, (kind, set(what)))
        self.assertEqual(what.count("runs"), sum(e.kind in ("GoStart", "GoSysExit") for e in trace.events))
        said = [e["name"] for e in events if e["ph"] == "i"]
        for kind in ("ProcStart", "ProcStop", "MWake", "Steal"):
            self.assertEqual(sum(s.startswith(kind) for s in said), sum(e.kind == kind for e in trace.events), kind)
        self.assertEqual([s for s in said if s.endswith(" ends")], [tracks[2, e.goid] + " ends" for e in trace.events if e.kind == "GoEnd"])
        arrows = [e for e in events if e["ph"] == "s"]
        self.assertEqual([a["args"]["of"] for a in arrows], [timeline.Symbols(TOP / "build/examples/workers").of(e.more) for e in trace.events if e.kind in ("GoCreate", "GoUnblock")])
        ended = [e["id"] for e in events if e["ph"] == "f"]
        self.assertTrue(ended and set(ended) <= {a["id"] for a in arrows})

    def test_make_trace_writes_picture_page_and_json_and_says_where(self):
        done = subprocess.run(["./run", "-t", "-b", "examples/workers.c"], cwd=TOP, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        *_, last = done.stdout.strip().split("\n")
        files = re.fullmatch(r"the events: (\S+); the picture: (\S+); to zoom into: (\S+); for ui\.perfetto\.dev: (\S+)", last.strip())
        self.assertTrue(files, done.stdout)
        for file, begins in zip(files.groups(), (b"rt0trc", b"<svg", b"<!DOCTYPE html>", b'{"traceEvents":[')):
            self.assertEqual((TOP / file).read_bytes()[:len(begins)], begins)
        self.assertIn("G1 runtime_main", (TOP / files[4]).read_text())

    def test_whatever_is_written_on_a_colour_can_be_read_on_it(self):
        text = (TOP / "book/tools/viewer.html").read_text(encoding="utf-8")

        def light(c):       # as WCAG reckons, of channels from 0 to 1
            return sum(w * (v / 12.92 if v <= .03928 else ((v + .055) / 1.055) ** 2.4) for w, v in zip((.2126, .7152, .0722), c))

        def contrast(a, b):
            a, b = sorted((light(a), light(b)))
            return (b + .05) / (a + .05)

        def hexed(c):
            return [int(c[i:i + 2], 16) / 255 for i in (1, 3, 5)]

        def oklch(lightness, chroma, hue):      # by the definition in CSS Color 4
            a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
            l, m, s = ((lightness + k * a + n * b) ** 3 for k, n in ((.3963377774, .2158037573), (-.1055613458, -.0638541728), (-.0894841775, -1.2914855480)))
            linear = (4.0767416621 * l - 3.3077115913 * m + .2309699292 * s, -1.2684380046 * l + 2.6097574011 * m - .3413193965 * s,
                      -.0041960863 * l - .7034186147 * m + 1.7076147010 * s)
            return [12.92 * v if v <= .0031308 else 1.055 * v ** (1 / 2.4) - .055 for v in (min(max(v, 0), 1) for v in linear)]
        lightness, chroma = map(float, re.search(r"'oklch\((\d+)% ([.\d]+) '", text).groups())
        bars = [oklch(lightness / 100, chroma, hue) for hue in range(360)]
        states = [hexed(c) for c in re.findall(r"#\w{6}", re.search(r"COLOURS = (\[.*?\])", text)[1])]
        self.assertEqual(len(states), 4)
        self.assertEqual(re.findall(r"background:(#\w{6})", text), re.findall(r"#\w{6}", re.search(r"COLOURS = (\[.*?\])", text)[1]), "the key")
        for bar in bars + states:
            self.assertGreaterEqual(contrast(bar, (1, 1, 1)), 4.5, "white on a bar")
        themes = [{k: hexed(c) for k, c in re.findall(r"--(\w+):(#\w{6})", block)} for block in re.findall(r":root {(.*?)}", text)]
        self.assertEqual(len(themes), 2)
        for theme in themes:
            for bar in bars:
                self.assertGreaterEqual(contrast(bar, theme["bg"]), 3, "a bar on its ground")
                faint = [.22 * a + .78 * b for a, b in zip(bar, theme["bg"])]
                self.assertGreaterEqual(contrast(theme["fg"], faint), 4.5, "text on a bar that is not chosen")
            for a, b in (("fg", "bg"), ("dim", "bg"), ("fg", "fill"), ("use", "bg")):
                self.assertGreaterEqual(contrast(theme[a], theme[b]), 4.5, a + " on " + b)

    @unittest.skipUnless(browser.PROGRAM, browser.MISSING)
    def test_the_trace_of_each_example_opens(self):
        programs = sorted(path.stem for path in (TOP / "examples").glob("*.c"))
        self.assertIn("workers", programs)
        with browser.Browser() as b:
            for name in programs:
                path = self.trace(name, GOMAXPROCS="2")
                out, trace = self.page(path, "--program", TOP / "build/examples" / name), timeline.read(path)
                b.open(out)
                b.until("document.body.dataset.ready === '%d'" % len(trace.events))
                ps = b.js("[...document.querySelectorAll('#ps tbody tr')].map(r => +r.cells[3].textContent)")
                self.assertEqual(ps, [sum(e.kind == "GoStart" and e.proc == p for e in trace.events) for p in range(trace.nprocs)], name)
                cells = b.js("[...document.querySelectorAll('#ps tbody tr')].map(r => [...r.cells].map(c => c.textContent))")
                whole = trace.events[-1].when - trace.events[0].when
                for p, row in enumerate(cells):
                    ran = sum(end - start for proc, _, start, end in timeline.runs(trace) if proc == p)
                    has = sum(end - start for proc, _, start, end in timeline.held(trace) if proc == p)
                    stolen = sum(e.kind == "Steal" and e.proc == p for e in trace.events)
                    self.assertEqual([row[0], *row[4:]], ["P%d" % p, str(stolen), str(trace.lost.get(p, 0))], name)
                    for cell, part in zip(row[1:3], (ran, has)):
                        self.assertRegex(cell, r"^\d+\.\d %$")
                        self.assertAlmostEqual(float(cell[:-2]), 100 * part / whole, delta=0.06, msg="%s, P%d" % (name, p))

    @unittest.skipUnless(browser.PROGRAM, browser.MISSING)
    def test_a_goroutine_can_be_followed_and_the_longest_waits_are_listed(self):
        path = self.trace("workers", GOMAXPROCS="2", RT0_SEED="5")
        out, trace = self.page(path, "--program", TOP / "build/examples/workers"), timeline.read(path)
        longest = max(waits(trace), key=lambda w: w[2] - w[1])
        with browser.Browser() as b:
            b.size(390, 844, True)
            b.open(out)
            b.until("document.body.dataset.ready")
            self.assertLessEqual(b.js("document.documentElement.scrollWidth"), 390)
            self.assertEqual(b.js("[...document.querySelectorAll('#waits th')].map(c => c.textContent)"), ["goroutine", "for", "how long", "from", "woken by"])
            rows = b.js("[...document.querySelectorAll('#waits tbody tr')].map(r => [...r.cells].map(c => c.textContent))")
            self.assertEqual(rows[0], ["G%d" % longest[0], "done", "%d events" % (longest[2] - longest[1]),
                                       "%d events" % (longest[1] - trace.events[0].when), "G%d" % longest[3] if longest[3] else "-"])
            known = {("G%d" % g, z - a, a - trace.events[0].when, "G%d" % who if who else "-") for g, a, z, who in waits(trace)}
            listed = [(g, int(long.split()[0]), int(at.split()[0]), who) for g, _, long, at, who in rows]
            self.assertLessEqual(set(listed), known)
            self.assertEqual([long for _, long, _, _ in listed], sorted((long for _, long, _, _ in known), reverse=True)[:12])
            for table in ("#ps", "#waits", "#ready"):       # what does not fit can be scrolled to
                self.assertTrue(b.js("""(t => { const w = t.closest('.wide'); w.scrollLeft = 1e6; const last = t.rows[0].cells[t.rows[0].cells.length - 1].getBoundingClientRect()
                    return last.right <= innerWidth + 1 && last.left >= 0 })(document.querySelector(%r))""" % table), table)
            look = """(g => { const c = document.getElementById('c'), x = c.getContext('2d'), seen = []
                x.fillRect = function (a, y, w, h) { seen.push([String(x.fillStyle), x.globalAlpha, h]); CanvasRenderingContext2D.prototype.fillRect.call(x, a, y, w, h) }
                document.getElementById('goid').value = g; document.getElementById('goid').onchange()
                delete x.fillRect; return seen })(%s)"""
            bars = [bar for bar in b.js(look % "''") if bar[2] == 23]
            self.assertEqual({alpha for _, alpha, _ in bars}, {1}, "nobody is chosen")
            chosen = b.js(look % "1")
            own = {colour for colour, alpha, height in chosen if height == 23 and alpha == 1}
            self.assertEqual(len(own), 1, "the chosen goroutine has its colour, the others pale")
            self.assertEqual({round(alpha, 2) for colour, alpha, height in chosen if height == 23 and colour not in own}, {0.22})
            self.assertTrue({height for _, _, height in chosen} >= {12, 24}, "its life below: bars where it ran, narrow ones where it waited")
            b.js("document.querySelector('#waits tbody tr').click()")
            self.assertEqual(b.js("document.querySelector('#life h2').textContent"), "G1 runtime_main")
            ran = sum(e.kind == "GoStart" and e.goid == 1 for e in trace.events)
            self.assertIn("ran %d times" % ran, b.js("document.querySelector('#life p').textContent"))
            shown = b.js("document.getElementById('range').textContent")
            b.js("document.getElementById('in').click()")
            b.until("document.getElementById('range').textContent !== %r" % shown)

    @unittest.skipUnless(LONG and browser.PROGRAM, "RT0_LONG=1 and a browser: a million events")
    def test_a_million_events_are_read_within_five_seconds(self):
        ring, events = 1 << 19, bytearray()
        for i in range(ring):
            kind = 2 if i % 2 == 0 else 3
            events += timeline.EVENT.pack(i * 100, i // 2 % 1000 + 1, kind, 2 if kind == 2 else 0, 0)
        head = timeline.HEADER.pack(b"rt0trc2\0", 2, ring, -1, ring * 100, 1, 0)
        one = struct.pack("<Q", ring) + timeline.COUNTS.pack(*[0, ring // 2, ring // 2] + [0] * 12) + bytes(events)
        path = self.work / "big.trace"
        path.write_bytes(head + one + one)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        out = self.page(path)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        with browser.Browser() as b:
            b.open(out)
            b.until("document.body.dataset.ready")
            self.assertGreater(int(b.js("document.body.dataset.ready")), 1000000)
            spent += b.js("performance.now()") / 1000
            frames = b.js("""(async () => { const frames = [], turn = () => new Promise(requestAnimationFrame)
                for (const id of [...'abcdefghijkl'].map(() => 'in').concat([...'abcdefghijkl'].map(() => 'out'))) {
                    await turn(); const start = performance.now(); document.getElementById(id).click(); await turn(); frames.push(performance.now() - start)
                    document.getElementById('c').getContext('2d').getImageData(0, 0, 1, 1) }
                return frames })()""")
        self.assertLess(spent, 5)
        self.assertLess(max(frames), 100, "milliseconds to draw while zooming")
        self.assertLess(sorted(frames)[len(frames) // 2], 34, "milliseconds to draw while zooming, the median")


if __name__ == "__main__":
    unittest.main()
