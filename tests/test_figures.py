"""The figures that are drawn from runs: the runs are as recorded, and what is drawn is what was recorded."""
import contextlib
import io
import itertools
import json
import re
import sys
import tempfile
import types
import unittest
import xml.etree.ElementTree as tree
from pathlib import Path
from unittest import mock

import runs
from chapters import number

TOP = runs.TOP
sys.path.insert(0, str(TOP / "book/tools"))
import figure  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"
WALK = "gdb/%s-newproc" % number("newproc")
CHAPTERS = sorted((TOP / "book").glob("*.nw"))


def drawn(*words, book=TOP / "book"):
    """What figure.py does with these words."""
    out, error = io.StringIO(), ""
    with mock.patch("sys.argv", ["figure.py", "--book", str(book), *words]), contextlib.redirect_stdout(out):
        try:
            figure.main()
        except SystemExit as end:
            error = "%s\n" % end.code
    return types.SimpleNamespace(stdout=out.getvalue(), stderr=error, returncode=1 if error else 0)


class Runs(unittest.TestCase):
    """book/data/runs, by tests/runs.py."""

    def test_each_run_is_today_what_its_recording_says(self):
        for name, run in runs.RUNS.items():
            with self.subTest(run=name):
                if run.missing():
                    self.skipTest(run.missing())
                self.assertIsNone(runs.differs(name, run.once()))
        self.assertEqual(sorted(path.stem for path in runs.place("x").parent.iterdir()), sorted(runs.RUNS), "a recording without its run, or a run without one")

    def test_a_recording_that_is_stale_is_told_with_the_event_and_the_remedy(self):
        for name, change in (("spread", lambda rows: rows[13].__setitem__(6, "from P2 4")), ("account-249", lambda rows: rows.pop()),
                             ("lost", lambda rows: rows[12].__setitem__(3, "0")),
                             ("blocked", lambda rows: [row.__setitem__(3, "M0") for row in rows])):
            rows = [list(row) for row in runs.read(name)]
            self.assertIsNone(runs.differs(name, ({}, [], rows)))
            change(rows)
            self.assertRegex(runs.differs(name, ({}, [], rows)) or "", r"(?s)^%s: the recording has\s.*; if that is right, say make golden$" % name)


class Drawings(unittest.TestCase):
    def figures(self):
        """What the chapters ask for, as words for figure.py."""
        found = [words.split() for path in CHAPTERS for words in re.findall(r'^```\{\.draw [^\n]*from="([^"]*)"', path.read_text(encoding="utf-8"), re.M)]
        self.assertGreater(len(found), 3)
        return found

    def test_each_figure_is_themable_and_says_in_words_what_it_shows(self):
        for words in self.figures():
            done = drawn(*words)
            self.assertEqual(done.stderr, "")
            root = tree.fromstring(done.stdout)
            self.assertTrue(root.find(SVG + "title").text and len(root.find(SVG + "desc").text) > 100, words)
            for n in root.iter():
                for key in ("fill", "stroke"):
                    self.assertIn(n.get(key, "none"), ("none", "currentColor", "var(--bg, Canvas)"), words)

    def test_a_run_that_is_another_is_another_drawing_with_another_description(self):
        with tempfile.TemporaryDirectory() as book:
            place = Path(book) / "data/runs"
            place.mkdir(parents=True)
            for name, line, other, said in (("spread", "13\t-\tP1\tM1\tG5\tSteal\tfrom P0 4", "13\t-\tP3\tM1\tG5\tSteal\tfrom P0 2", "13: P3 G5 2 from P0"),
                                            ("blocked", "M1 in the kernel", "M1", "M1 gives up P0"), ("lost", "M0\tputs unit 2", "M1\tputs unit 2", "M1 puts unit 2")):
                text, kind = runs.place(name).read_text(encoding="utf-8"), "time"
                self.assertEqual(text.count(line), 1)
                pictures = []
                for version in (text, text.replace(line, other)):
                    (place / (name + ".tsv")).write_text(version, encoding="utf-8")
                    pictures.append(tree.fromstring(drawn(kind, name, book=book).stdout))
                descs = [picture.find(SVG + "desc").text for picture in pictures]
                self.assertNotIn(said, descs[0])
                self.assertIn(said, descs[1])
                for picture in pictures:
                    picture.remove(picture.find(SVG + "desc"))
                self.assertNotEqual(*map(tree.tostring, pictures))

    def test_a_theft_is_an_arrow_from_its_victim_and_a_turn_is_a_bar(self):
        rows = runs.read("spread")
        root = tree.fromstring(drawn("time", "spread").stdout)
        arrows = [n for n in root.iter(SVG + "path") if n.get("marker-end")]
        self.assertEqual(len(arrows), sum(row[5] in ("Steal", "MWake") for row in rows))
        self.assertEqual(sum(n.get("fill") == "currentColor" for n in root.iter(SVG + "rect")), sum(row[5] == "GoStart" for row in rows))
        ends = [tuple(map(float, re.findall(r"[\d.]+", n.get("d")))) for n in arrows if not n.get("stroke-dasharray")]
        self.assertEqual([a < b for a, _, b, _ in ends], [row[2] > row[6].split()[1] for row in rows if row[5] == "Steal"])

    def test_a_stack_has_the_words_that_were_recorded_and_where_rsp_points(self):
        walk = json.loads(next((TOP / "book/data/walks").glob("*-newproc.json")).read_text(encoding="utf-8"))
        root = tree.fromstring(drawn("stacks", WALK, "gogo@g0", "gogo@G1", "goexit0").stdout)
        texts = sorted((float(n.get("x")), float(n.get("y")), n.text) for n in root.iter(SVG + "text"))
        found = ["", "", ""]
        for x, column in itertools.groupby((t for t in texts if t[0] > 41), key=lambda t: t[0]):
            found[sum(map(bool, found))] = [text for _, _, text in column]
        for words, function, stack in zip(found, ("gogo", "gogo", "goexit0"), ("g0", "G1", "g0")):
            now = next(t for state in walk["states"] for t in state["threads"] if (t["in"], t["on"]) == (function, stack))
            depth = int(now["regs"]["rsp"].split(" - ")[1])
            self.assertEqual(words[:2] + words[-1:], [function, "on " + stack, "%rsp"])
            self.assertEqual(words[2:-1][::-1][:8], now["stack"])
            self.assertEqual(len(words) - 3, depth / 8)

    def test_what_is_below_rsp_is_forgotten(self):
        figure.BOOK = TOP / "book"
        deep, shallow = figure.stops(WALK, ["gogo@g0", "goexit0@g0"])
        self.assertEqual((max(deep[3]), max(shallow[3]), shallow[3][24]), (72, 24, "mcall + 85"))

    def test_a_number_that_is_another_moves_its_mark_and_what_is_said(self):
        with tempfile.TemporaryDirectory() as book:
            (Path(book) / "data").mkdir()
            for kind, name, row, column, said in (("chart", "chart", "fib-1", "go", "Go takes 2 times as long"), ("ratios", "compare", "fib", "ratio_1", "(fib): 1.5 with 1")):
                lines = [line.split("\t") for line in (TOP / "book/data" / (name + ".tsv")).read_text(encoding="utf-8").splitlines()]
                head = next(line for line in lines if line[0] == "work")
                ours = next(line for line in lines if line[0] == row)
                old = drawn(kind, name).stdout
                ours[head.index(column)] = "1.5" if kind == "ratios" else "%.1f" % (float(ours[head.index("ch15")]) * 2)
                (Path(book) / "data" / (name + ".tsv")).write_text("\n".join("\t".join(line) for line in lines) + "\n", encoding="utf-8")
                new = drawn(kind, name, book=book).stdout
                self.assertNotIn(said, old)
                self.assertIn(said, new)
                self.assertNotEqual(*(re.findall(r'<circle cx="[^"]*" cy="[^"]*"', text) for text in (old, new)))

    def test_the_workloads_that_are_not_faster_everywhere_are_below_a_line(self):
        head, *rows = [line.split("\t") for line in (TOP / "book/data/compare.tsv").read_text(encoding="utf-8").splitlines() if line[0] != "#"]
        for worst in ("1.5", "0.5"):
            with tempfile.TemporaryDirectory() as book:
                (Path(book) / "data").mkdir()
                some = [[("0.5" if row[0] != "sema" else worst) if name.startswith("ratio") else word for name, word in zip(head, row)] for row in rows]
                (Path(book) / "data/compare.tsv").write_text("\n".join(map("\t".join, [head] + some)), encoding="utf-8")
                root = tree.fromstring(drawn("ratios", "compare", book=book).stdout)
            line = [float(n.get("d").split()[1].split("L")[0]) for n in root.iter(SVG + "path") if n.get("stroke-dasharray")]
            below = [n.text for n in root.iter(SVG + "text") if line and float(n.get("y")) > line[0]]
            self.assertEqual((len(line), below), (1, ["100 at a lock", "1.50"]) if worst == "1.5" else (0, []))

    def test_what_cannot_be_drawn_gets_one_line(self):
        for words, why in ((["time", "spred"], r"there is no run spred; .*/runs has account-249, .*spread"), (["time", "spread:90-99"], "the run spread has no events 90-99"),
                           (["stacks", WALK, "gogo@G7"], "the walk %s does not stop in gogo@G7" % WALK), (["stacks", "nowhere", "gogo"], "there is no recording of a walk nowhere in .*"),
                           (["chart", "cart"], "there is no table .*/data/cart.tsv"), (["chart", "compare"], "compare.tsv has no ch07 in a row fib-1")):
            done = drawn(*words)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertRegex(done.stderr, r"^figure\.py: %s\n$" % why)
        self.assertIn("figure.py time NAME", drawn("tiem", "spread").stderr)


if __name__ == "__main__":
    unittest.main()
