"""The page that shows a trace: make trace, and timeline.py --html and --perfetto."""
import json
import os
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
    """{(goroutine, from, to)}: each wait for a semaphore that has ended."""
    began, found = {}, set()
    for e in trace.events:
        if e.kind == "GoBlock":
            began[e.goid] = e.when
        elif e.kind == "GoUnblock" and e.arg in began:
            found.add((e.arg, began.pop(e.arg), e.when))
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

    def test_the_other_format_has_a_slice_for_each_run_and_an_arrow_for_each_wake_up(self):
        path, out = self.trace("workers", GOMAXPROCS="2"), self.work / "out.json"
        self.assertEqual(self.tool("--perfetto", out, path).stderr, "")
        events, trace = json.loads(out.read_text())["traceEvents"], timeline.read(path)
        slices = [(e["tid"], e["name"]) for e in events if e["ph"] == "X"]
        self.assertEqual(slices, [(proc, "G%d" % goid) for proc, goid, _, _ in timeline.runs(trace)])
        begun, ended = ([e["id"] for e in events if e["ph"] == ph] for ph in "sf")
        self.assertEqual(len(begun), sum(e.kind in ("GoCreate", "GoUnblock") for e in trace.events))
        self.assertTrue(ended and set(ended) <= set(begun))

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
            row = b.js("[...document.querySelector('#waits tbody tr').cells].map(c => c.textContent)")
            self.assertEqual(row[:4], ["G%d" % longest[0], "done", "%d events" % (longest[2] - longest[1]),
                                       "%d events" % (longest[1] - trace.events[0].when)])
            rows = b.js("[...document.querySelectorAll('#waits tbody tr')].map(r => [...r.cells].slice(0, 4).map(c => c.textContent))")
            known = {("G%d" % g, z - a, a - trace.events[0].when) for g, a, z in waits(trace)}
            listed = [(g, int(long.split()[0]), int(at.split()[0])) for g, _, long, at in rows]
            self.assertLessEqual(set(listed), known)
            self.assertEqual([long for _, long, _ in listed], sorted((long for _, long, _ in known), reverse=True)[:12])
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
        self.assertLess(spent, 5)


if __name__ == "__main__":
    unittest.main()
