#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draw a figure of the book from what was recorded in book/data.

  book/tools/figure.py time NAME[:FROM-TO]     book/data/runs/NAME.tsv: time goes down, a lane for each P or M
  book/tools/figure.py lives NAME NAME         two runs side by side: a lane for each goroutine
  book/tools/figure.py stacks gdb/NN-WALK FUNCTION[@STACK]...    book/data/walks/NN-WALK.json: the stack at each of these stops
  book/tools/figure.py chart NAME              book/data/NAME.tsv: chapters from left to right, and Go
  book/tools/figure.py ratios NAME             our time as a part of Go's, a row for each workload

tests/runs.py records the runs.  The drawing goes to standard output; what it shows is also said in its <desc>.
"""
import html
import json
import math
import re
import sys
from pathlib import Path

BOOK = Path("book")
WIDTH, SIZE, ROW, BAR = 430, 12.5, 17, 27
MARKER = ('<defs><marker id="a" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
          '<path d="M0 0L10 5L0 10z" fill="currentColor"/></marker></defs>')


class Bad(Exception):
    """The figure cannot be drawn; the text says why."""


def esc(text):
    return html.escape(str(text), quote=False)


def width(text):
    """About how wide a text in Arimo is."""
    return sum(.3 if c in " ,.:;'il|fjt" else .84 if c in "mwMW" else .72 if c.isupper() else .56 for c in text) * SIZE


class Picture:
    """Pieces of a drawing; later ones are on top."""
    def __init__(self):
        self.parts = [MARKER]

    def text(self, x, y, words, anchor="start", more=""):
        self.parts.append('<text x="%.1f" y="%.1f" text-anchor="%s"%s>%s</text>' % (x, y + 4.5, anchor, more, esc(words)))

    def line(self, x1, y1, x2, y2, more=""):
        self.parts.append('<path d="M%.1f %.1fL%.1f %.1f" fill="none" stroke="currentColor"%s/>' % (x1, y1, x2, y2, more))

    def arrow(self, x1, y, x2, dashed=False):
        self.line(x1, y, x2, y, ' marker-end="url(#a)"' + (' stroke-dasharray="4 3"' if dashed else ""))

    def box(self, x, y, wide, high, shade, dashed=False):
        self.parts.append('<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="2" fill="currentColor" fill-opacity="%g" stroke="currentColor"%s/>'
                          % (x, y, wide, high, shade, ' stroke-dasharray="4 3"' if dashed else ""))

    def whole(self, high, title, desc):
        return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" role="img" fill="currentColor" stroke="none" font-family="inherit" '
                'font-size="%g">\n<title>%s</title>\n<desc>%s</desc>\n%s\n</svg>\n' % (WIDTH, high, WIDTH, SIZE, esc(title), esc(desc), "\n".join(self.parts)))


# -- runs: what a program did, event by event ------------------------------------

class Run:
    """The rows of book/data/runs/NAME.tsv, or some of them, and the notes of its head by their first word."""
    def __init__(self, name):
        name, _, some = name.partition(":")
        path = BOOK / "data/runs" / (name + ".tsv")
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except OSError:
            raise Bad("there is no run %s; %s has %s" % (name, path.parent, ", ".join(sorted(p.stem for p in path.parent.glob("*.tsv")))))
        self.notes = dict(line[2:].partition(": ")[::2] for line in lines if line.startswith("# "))
        head, *rows = [line.split("\t") for line in lines if not line.startswith("#")]
        first, last = map(int, some.split("-")) if some else (0, len(rows))
        self.rows = [dict(zip(head, row)) for row in rows if first <= int(row[0]) <= last]
        self.lane = self.notes["lanes"]
        if not self.rows:
            raise Bad("the run %s has no events %s" % (name, some))

    def lanes(self, column):
        return sorted({row[column] for row in self.rows} - {"-"}, key=lambda name: int(name[1:]))


SAYS = {"GoCreate": "starts %s", "GoStart": "", "GoBlock": "waits", "GoUnblock": "wakes %s", "GoEnd": "ends", "GoYield": "steps back",
        "GoSyscall": "enters kernel", "GoSysExit": "leaves kernel", "MWake": ""}


def says(row, lane):
    """What an event means, in the few words that a lane has room for."""
    what = row.get("what", "").split()
    if row["event"] == "Steal":
        return "%s from %s" % (what[2], what[1])
    if row["event"] in ("ProcStart", "ProcStop"):
        verb = "has" if row["event"] == "ProcStart" else "takes" if "kernel" in what else "gives up" if lane == "M" else "loses"
        return "%s %s" % (verb, row["P"] if lane == "M" else row["M"])
    if row["event"] == "GoStart" and lane == "M" and what == ["list"]:
        return "from the list"
    said = SAYS.get(row["event"], row["event"])
    return said % what[0] if "%" in said else said


def spells(run, lane):
    """(lane, goroutine, first row, last row, what): each time it ran there, was in the kernel, or waited."""
    now, found = {}, []

    def end(key, row):
        if key in now:
            at, start, what = now.pop(key)
            found.append((at, key, start, row, what))

    for number, row in enumerate(run.rows):
        key, event = row["G"], row["event"]
        if event in ("GoStart", "GoSysExit"):
            end(key, number if event == "GoSysExit" else number - 1)
            now[key] = (row[lane], number, "runs")
        elif event in ("GoYield", "GoBlock", "GoEnd", "GoSyscall"):
            end(key, number)
            if event in ("GoSyscall", "GoBlock") and (event == "GoSyscall" or lane == "G"):
                now[key] = (row[lane], number, "kernel" if event == "GoSyscall" else "waits")
    for key in list(now):
        end(key, len(run.rows) - 1)
    return found


def told(run, lane):
    """The events in words, for a reader who does not see the drawing."""
    lines = []
    for row in run.rows:
        words = row["event"] if "what" not in row else says(row, lane) or {"MWake": "wakes " + row.get("what", "")}.get(row["event"], "runs")
        lines.append("%s: %s" % (row["n"], " ".join(x for x in (row.get(lane, ""), row.get("G", "-").strip("-"), words) if x)))
    return "; ".join(lines) + "."


def wrapped(words, room):
    lines = [""]
    for word in words.split():
        if lines[-1] and width(lines[-1] + " " + word) > room:
            lines.append("")
        lines[-1] = (lines[-1] + " " + word).strip()
    return lines


def time(name):
    """Time goes down, an event a line, a lane for each P or M."""
    run, picture = Run(name), Picture()
    names = run.lanes(run.lane)
    model = "count" in run.rows[0]
    left, right = (44 if run.rows[0].get("us", "-") != "-" else 26), 58 if model else 0
    wide = (WIDTH - left - right) / len(names)
    bar = 0 if model else BAR
    lane = {one: left + 6 + number * wide for number, one in enumerate(names)}
    lane_of = {one: number for number, one in enumerate(names)}

    def words(row):
        back = row["event"] == "Steal" and lane_of[row["what"].split()[1]] > lane_of[row["P"]]
        return row["event"] if model else row["what"].split()[2] if back else says(row, run.lane)

    texts = [wrapped(words(row), wide - bar - (18 if model else 10)) for row in run.rows]
    y, at = 34.0, []
    for lines in texts:
        at.append(y)
        y += ROW + (ROW - 2) * (len(lines) - 1)
    high = y + 4
    for one in names:
        picture.text(lane[one] + (bar / 2 if bar else 0), 12, one, "middle" if bar else "start", ' font-weight="bold"')
        picture.line(lane[one] + bar / 2, 22, lane[one] + bar / 2, high - 6, ' stroke-opacity="0.35"')
    for spell in [] if model else spells(run, run.lane):
        one, goid, first, last, what = spell
        top, low = at[first] - 7.5, at[last] + 7.5
        if what == "kernel":
            picture.box(lane[one] + 4, low if last == first else top + 15, bar - 8, max(low - top - 30, 1), 0, True)
            continue
        picture.parts.append('<rect x="%.1f" y="%.1f" width="%d" height="%.1f" rx="2" fill="var(--bg, Canvas)"/>' % (lane[one], top, bar, low - top))
        picture.box(lane[one], top, bar, low - top, .1 + .08 * (int(goid[1:]) * 2 % 5))
        picture.text(lane[one] + bar / 2, (top + low) / 2 if low - top < 40 else top + 8, goid, "middle")
    for number, row in enumerate(run.rows):
        x, here, lines = lane[row[run.lane]], at[number], texts[number]
        picture.text(left - 6, here, row["us"] if row.get("us", "-") != "-" else row["n"], "end", ' fill-opacity="0.75"')
        if model:
            picture.parts.append('<circle cx="%.1f" cy="%.1f" r="3"/>' % (x, here))
        for line, said in enumerate(lines):
            picture.text(x + bar + (8 if model else 5), here + line * (ROW - 2), said)
        if row["event"] == "Steal":
            victim, end = lane[row["what"].split()[1]], x
            if victim < x:
                picture.arrow(victim + bar, here, end - 1)
            else:
                picture.arrow(victim, here, x + bar + width(lines[0]) + 9)
        elif row["event"] == "MWake":
            picture.arrow(x + bar, here, lane["P" + row["what"].split("P")[1]] + bar / 2 - 1, True)
        if model:
            picture.text(WIDTH - 6, here, row["count"], "end", ' font-weight="bold"')
    if model:
        picture.text(WIDTH - 4, 12, "count", "end", ' font-weight="bold"')
        buffered(picture, run, at, lane)
    elif run.rows[0].get("us", "-") != "-":
        picture.text(left - 6, 12, "µs", "end")
    return picture.whole(high, "%s, event by event" % run.notes["run"], told(run, run.lane))


def buffered(picture, run, at, lane):
    """A dashed box where an M's store waits in its buffer."""
    for one in lane:
        rows = [number for number, row in enumerate(run.rows) if one in row["buffered"].split()]
        if rows:
            top, low = at[rows[0]] - 8, at[rows[-1]] + 12
            picture.box(WIDTH - 52, top, 28, low - top, .1, True)
            picture.text(WIDTH - 38, (top + low) / 2 - 8, one, "middle")
            picture.text(WIDTH - 38, (top + low) / 2 + 8, "−1", "middle")


def lives(*names):
    """Runs side by side: time goes down, a lane for each goroutine; a line where one waits."""
    picture, step, y0, high, desc = Picture(), 5, 54, 0, []
    wide = (WIDTH - 6) / len(names)
    for panel, name in enumerate(names):
        run = Run(name)
        x0, who = panel * wide + 26, run.lanes("G")
        lane = {one: x0 + (wide - 34) * (number + .5) / len(who) for number, one in enumerate(who)}
        end = y0 + len(run.rows) * step
        picture.text(x0, 12, re.sub(r"RT0_SEED=(\d+).*", r"seed \1", run.notes["run"]), more=' font-weight="bold"')
        for one in who:
            picture.text(lane[one], 36, one, "middle")
            picture.line(lane[one], y0 - 6, lane[one], end, ' stroke-opacity="0.2"')
        for number in range(0, len(run.rows), 10):
            picture.text(x0 - 4, y0 + number * step, number, "end", ' fill-opacity="0.75"')
        for _, goid, first, last, what in spells(run, "G"):
            if what == "waits":
                picture.line(lane[goid], y0 + first * step + 2, lane[goid], y0 + last * step - 2, ' stroke-width="2.5"')
                continue
            picture.box(lane[goid] - 6, y0 + first * step - 2, 12, max((last - first) * step + 4, 4), .45 if goid == "G1" else .18)
        for number, row in enumerate(run.rows):
            if row["event"] == "GoEnd":
                picture.line(lane[row["G"]] - 7, y0 + number * step + 3, lane[row["G"]] + 7, y0 + number * step + 3, ' stroke-width="3"')
        picture.text(x0, end + 14, run.notes["prints"], more=' font-weight="bold"')
        high = max(high, end + 26)
        desc.append("%s prints: %s. %s" % (run.notes["run"], run.notes["prints"], told(run, "P")))
    return picture.whole(high, " and ".join(Run(name).notes["run"] for name in names), " ".join(desc))


# -- stacks: what a walk has recorded --------------------------------------------------

def offset(rsp):
    """"G1 top - 40" is 40; None if it is no place in a stack that we have made."""
    found = re.search(r" top(?: - (\d+))?$", rsp)
    return int(found[1] or 0) if found else None


def stops(walk, names):
    """For each FUNCTION or FUNCTION@STACK the next state that is there: (function, stack, offset of %rsp, {offset: word})."""
    try:
        recorded = json.loads((BOOK / "data/walks" / (walk.replace("gdb/", "") + ".json")).read_text(encoding="utf-8"))
    except OSError:
        raise Bad("there is no recording of a walk %s in %s/data/walks" % (walk, BOOK))
    kept, wanted, name = {}, iter(names), None
    name = next(wanted)
    for step in recorded["steps"]:
        if "state" not in step:
            continue
        state = recorded["states"][step["state"]]
        now = next(t for t in state["threads"] if t["n"] == state["at"])
        depth = offset(now["regs"]["rsp"])
        if depth is None:
            continue
        words = kept.setdefault(now["on"], {})      # a frame above %rsp is as it was when it was made
        for lower in [at for at in words if at > depth]:
            del words[lower]
        words.update((depth - 8 * i, word) for i, word in enumerate(now["stack"]))
        if [now["in"], now["on"]][:1 + ("@" in name)] == name.split("@"):
            yield now["in"], now["on"], depth, dict(words)
            name = next(wanted, None)
            if name is None:
                return
    raise Bad("the walk %s does not stop in %s" % (walk, name))


def stacks(walk, *names):
    """Stacks side by side, high addresses on top, each as it was at a stop; shaded is where a call returns to."""
    columns, picture, desc = list(stops(walk, [name.replace("_of_", " of ") for name in names])), Picture(), []
    deepest, top, row = max(depth for _, _, depth, _ in columns), 62, 18
    wide = (WIDTH - 52) / len(columns)
    for at in range(8, deepest + 1, 8):
        picture.text(40, top + (at / 8 - .5) * row, "−%d" % at, "end", ' fill-opacity="0.75"')
    picture.text(40, top - 9, "top", "end", ' fill-opacity="0.75"')
    for number, (function, stack, depth, words) in enumerate(columns):
        x = 48 + number * wide
        middle = x + (wide - 8) / 2
        picture.text(middle, 14, function, "middle", ' font-weight="bold"')
        picture.text(middle, 31, "on " + stack, "middle")
        for at in range(8, depth + 1, 8):
            word = words.get(at, "")
            word = "0x…" if re.match(r"0x[0-9a-f]{5}", word) else word
            y = top + (at / 8 - 1) * row
            picture.box(x, y, wide - 8, row, .22 if re.match(r"[a-z_]\w*1? \+ \d+$", word) else 0, not word)
            picture.text(middle, y + row / 2, word, "middle")
        low = top + depth / 8 * row
        picture.line(x - 3, low, x + wide - 5, low, ' stroke-width="3"')
        picture.text(middle, low + 13, "%rsp", "middle")
        desc.append("In %s, on the stack of %s, from the top down: %s; %%rsp is %d below the top." % (
            function, stack, ", ".join(words.get(at, "not recorded") for at in range(8, depth + 1, 8)) or "nothing", depth))
    return picture.whole(top + deepest / 8 * row + 28, "Stacks in the walk %s" % walk, " ".join(desc))


# -- tables: what was measured -----------------------------------------------------

def table(name, rows, columns):
    """{row: {column: number or None}} of book/data/NAME.tsv."""
    try:
        lines = [line.split("\t") for line in (BOOK / "data" / (name + ".tsv")).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    except OSError:
        raise Bad("there is no table %s/data/%s.tsv" % (BOOK, name))
    found = {line[0]: dict(zip(lines[0], line)) for line in lines[1:]}
    for row in rows:
        for column in columns:
            if column not in found.get(row, {}):
                raise Bad("%s.tsv has no %s in a row %s" % (name, column, row))
    return {row: {column: None if found[row][column] == "-" else float(found[row][column]) for column in columns} for row in rows}


def ns(value):
    return "{:,.0f}".format(value) if value >= 100 else "%.3g" % value


def times(ours, theirs):
    """How two times compare, in words."""
    ratio = theirs / ours
    return "as long as Go" if .98 < ratio < 1.02 else "Go takes %.2g times as long" % ratio if ratio > 1 else "Go takes %.2g of the time" % ratio


PANELS = (("Trees of goroutines", ("fib", "small tree (fib)"), ("skynet", "wide tree (skynet)")),
          ("One goroutine after the other", ("spawn", "start, wait (spawn)"), ("pingpong", "message (pingpong)")),
          ("A queue at a lock, and a turn", ("sema", "lock of 100 (sema)"), ("yield", "step back (yield)")))
STAGES = ("ch07", "ch10", "ch11", "ch12", "ch15", "go")


def chart(name):
    """What each idea bought: a panel for each workload, in it the chapters from left to right, and Go."""
    data = table(name, ["%s-%d" % (work, procs) for row in PANELS for work, _ in row[1:] for procs in (1, 2)], STAGES)
    picture, y, desc, left, wide, decade = Picture(), 16.0, [], 48, 186, 46
    picture.parts.append('<circle cx="%d" cy="12" r="4"/>' % (left + 4))
    picture.text(left + 14, 12, "one P")
    picture.parts.append('<circle cx="%d" cy="12" r="4" fill="var(--bg, Canvas)" stroke="currentColor" stroke-width="1.5"/>' % (left + 76))
    picture.text(left + 86, 12, "two Ps")
    picture.text(WIDTH - 6, 12, "lower is faster", "end", ' font-style="italic"')
    for heading, *panels in PANELS:
        values = [v for work, _ in panels for procs in (1, 2) for v in data["%s-%d" % (work, procs)].values() if v]
        low, high = 1, max(values) * 1.2
        while low * 10 < min(values):
            low *= 10
        picture.text(4, y + 24, heading, more=' font-style="italic"')
        top = y + 84
        bottom = top + decade * math.log10(high / low)

        def at(value):
            return bottom - decade * math.log10(value / low)

        step = low
        while step <= high:
            picture.line(left, at(step), WIDTH - 4, at(step), ' stroke-opacity="0.2"')
            picture.text(left - 6, at(step), "%d ns" % step if step < 1000 else "%d µs" % (step // 1000), "end", ' fill-opacity="0.75"')
            step *= 10
        for panel, (work, title) in enumerate(panels):
            x0 = left + panel * (wide + 6)
            place = {stage: x0 + 14 + number * 29 + (8 if stage == "go" else 0) for number, stage in enumerate(STAGES)}
            one, two = data[work + "-1"], data[work + "-2"]
            picture.text(x0 + 4, y + 45, title, more=' font-weight="bold"')
            picture.text(x0 + 4, y + 62, times(one["ch15"], one["go"]))
            picture.line(x0 + 4, at(one["go"]), place["go"] - 6, at(one["go"]), ' stroke-dasharray="2 2"')
            for row, dash in ((two, ' stroke-dasharray="4 3"'), (one, "")):
                points = [(place[stage], at(row[stage])) for stage in STAGES[:-1] if row[stage]]
                for a, b in zip(points, points[1:]):
                    picture.line(*a, *b, more=' stroke-width="1.5"' + dash)
            for row, fill in ((two, "var(--bg, Canvas)"), (one, "currentColor")):
                for stage in STAGES:
                    if row[stage]:
                        picture.parts.append('<circle cx="%.1f" cy="%.1f" r="4" fill="%s" stroke="currentColor" stroke-width="1.5"/>' % (place[stage], at(row[stage]), fill))
            for stage in ("ch15", "go"):
                both = [at(row[stage]) for row in (one, two)]
                down = stage == "ch15"
                picture.text(place[stage], min(max(both) + 14, bottom + 11) if down else min(both) - 14, ns(one[stage]), "middle", ' font-weight="bold"')
            for stage in STAGES:
                picture.text(place[stage], bottom + 26, "Go" if stage == "go" else stage[2:].lstrip("0"), "middle")
            desc.append("%s, one P and two: %s. %s with one P." % (title, ", ".join("%s %s and %s" % (
                "Go" if stage == "go" else "chapter " + stage[2:].lstrip("0"), *(ns(v[stage]) if v[stage] else "nothing" for v in (one, two))) for stage in STAGES),
                times(one["ch15"], one["go"])))
        picture.text(left - 6, bottom + 26, "ch.", "end", ' fill-opacity="0.75"')
        y = bottom + 34
    return picture.whole(y + 4, "What each idea bought, in nanoseconds for an operation", " ".join(desc))


WORKS = (("yield", "two take turns"), ("spawn", "start one, wait"), ("batch", "start many, wait"), ("pingpong", "a message"), ("sema", "100 at a lock"),
         ("parked", "a million wait"), ("skynet", "a tree, results up"), ("skyjoin", "a tree, joined"), ("fib", "an uneven tree"), ("wake", "wake a thread"),
         ("wake99", "wake: 99th perc."), ("block", "one is in a call"))


def ratios(name):
    """Our time as a part of Go's, a row for each workload, the best on top; a line where both take the same."""
    columns = ("ratio_1", "ratio_2", "ratio_8")
    data = table(name, [work for work, _ in WORKS], columns)
    rows = sorted((max(v for v in data[work].values() if v), work, words) for work, words in WORKS)
    picture, y, left, right, low, high = Picture(), 66.0, 138, 64, .02, 2

    def at(ratio):
        return left + (WIDTH - left - right) * math.log(max(ratio, low) / low) / math.log(high / low)

    def mark(x, y, procs):
        if procs == "ratio_8":
            picture.parts.append('<rect x="%.1f" y="%.1f" width="8" height="8" fill="currentColor" fill-opacity="0.35" stroke="currentColor"/>' % (x - 4, y - 4))
        else:
            picture.parts.append('<circle cx="%.1f" cy="%.1f" r="4" fill="%s" stroke="currentColor" stroke-width="1.5"/>' % (
                x, y, "currentColor" if procs == "ratio_1" else "var(--bg, Canvas)"))

    for x, procs, words in ((left, "ratio_1", "one P"), (left + 66, "ratio_2", "two Ps"), (left + 136, "ratio_8", "eight Ps")):
        mark(x + 4, 12, procs)
        picture.text(x + 14, 12, words)
    foot = y + len(rows) * 19 + 14
    for ratio, words in ((.02, "1/50"), (.1, "1/10"), (.5, "1/2"), (1, "1")):
        picture.line(at(ratio), 50, at(ratio), foot, ' stroke-width="2"' if ratio == 1 else ' stroke-opacity="0.25"')
        picture.text(at(ratio), 38, words, "middle", ' font-weight="bold"' if ratio == 1 else ' fill-opacity="0.75"')
    picture.text(4, 38, "part of Go's time", "start", ' font-style="italic"')
    over = 0
    for worst, work, words in rows:
        if worst >= 1 and not over:
            picture.line(4, y - 2, WIDTH - 4, y - 2, ' stroke-dasharray="4 3"')
            over = 8
            y += over
        marks = [(data[work][procs], procs) for procs in columns if data[work][procs]]
        picture.text(left - 12, y, words, "end", ' font-weight="bold"' if over else "")
        picture.line(at(min(marks)[0]), y, at(max(marks)[0]), y, ' stroke-opacity="0.5"')
        for ratio, procs in sorted(marks, key=lambda m: m[1] == "ratio_1"):
            mark(at(ratio), y, procs)
        low_, high_ = ("%.2f" % f(marks)[0] for f in (min, max))
        picture.text(WIDTH - 4, y, low_ if low_ == high_ else "%s–%s" % (low_, high_), "end", ' font-weight="bold"' if over else "")
        y += 19
    said = ["%s (%s): %s" % (words, work, ", ".join("%g with %s" % (data[work][c], c[-1]) for c in columns if data[work][c])) for _, work, words in rows]
    return picture.whole(foot + 10, "Our time as a part of Go's", "The ratio of our time to Go's, with 1, 2 and 8 Ps, the best first. %s." % "; ".join(said))


DRAW = {"time": time, "lives": lives, "stacks": stacks, "chart": chart, "ratios": ratios}


def main():
    global BOOK
    words = sys.argv[1:]
    if words[:1] == ["--book"]:
        BOOK, words = Path(words[1]), words[2:]
    what, *names = words or [""]
    if what not in DRAW or not names:
        sys.exit(__doc__)
    try:
        sys.stdout.write(DRAW[what](*names))
    except Bad as bad:
        sys.exit("figure.py: %s" % bad)


if __name__ == "__main__":
    main()
