#!/usr/bin/env python3
"""Show the events in a file that RT0TRACE has made.

  book/tools/timeline.py FILE               as text, all Ps merged
  book/tools/timeline.py --svg OUT FILE     as a picture: a lane for each P; --width N pixels wide
  book/tools/timeline.py --html OUT FILE    as a page to zoom into; --program FILE names functions and semaphores
  book/tools/timeline.py --perfetto OUT FILE    as JSON for ui.perfetto.dev and chrome://tracing, with --program, too

The program may be running, may have ended, or may have been killed.
--last N keeps the N youngest events; --all tells all of each, and how it ended.  Chapter 16 tells what is in the file.
"""
import argparse
import base64
import bisect
import gzip
import html
import json
import os
import struct
import subprocess
import sys

HEADER = struct.Struct("<8sIIqqII24x")
COUNT = struct.Struct("<Q")
COUNTS = struct.Struct("<15Q")
EVENT = struct.Struct("<qIIQQ")
FORMAT, VERSION = b"rt0trc", b"2"
ORIGINS = ("out of turn", "pile", "ring", "list", "stolen", "kernel")
KINDS = {
    1: ("GoCreate", "G%d"), 2: ("GoStart", ""), 3: ("GoYield", ""), 4: ("GoBlock", ""), 5: ("GoUnblock", "G%d"),
    6: ("GoEnd", ""), 7: ("ProcStart", "M%d"), 8: ("ProcStop", "M%d"), 9: ("Steal", "from P%d"),
    10: ("MWake", "M%d"), 11: ("GoSyscall", ""), 12: ("GoSysExit", ""), 13: ("GoLog", ""),
}
ENDS = ("GoYield", "GoBlock", "GoEnd")


class Bad(Exception):
    """The file cannot be shown; the text says why."""


class Event:
    def __init__(self, proc, number, when, goid, kind, arg, more):
        self.proc, self.number, self.when, self.goid, self.arg, self.more = proc, number, when, goid, arg, more
        self.kind, self.form = KINDS.get(kind, ("kind %d" % kind, "%d"))

    def text(self):
        """What there is to say beside the kind; --all says more."""
        if self.kind == "MWake" and self.arg >> 63:
            return "a new M"
        if self.kind == "GoLog":
            return "%s %d" % (self.word(), self.more - (1 << 64 if self.more >> 63 else 0))
        return self.form % self.arg if "%" in self.form else self.form

    def word(self):
        return struct.pack("<Q", self.arg).rstrip(b"\0").decode("ascii", "replace")

    def all(self):
        more = {"GoCreate": "at 0x%x" % self.more, "GoStart": ORIGINS[self.arg] if self.arg < len(ORIGINS) else "?",
                "GoBlock": "for 0x%x" % self.arg, "GoUnblock": "for 0x%x" % self.more, "Steal": "%d" % self.more,
                "MWake": "for P%d" % self.more, "ProcStop": "in the kernel" if self.more else ""}
        return (self.text() + " " + more.get(self.kind, "")).strip()


class Trace:
    def __init__(self, nprocs, seed):
        self.nprocs, self.seed, self.events, self.lost = nprocs, seed, [], {}
        self.counts = {}        # {(P, kind): how many there ever were}
        self.status = None      # of the process; None if it runs, or did not end by itself


def read_exactly(fd, size, offset):
    data = b""
    while len(data) < size:
        more = os.pread(fd, size - len(data), offset + len(data))
        if not more:
            raise Bad("the trace is cut short: %d bytes are missing at %d" % (size - len(data), offset + len(data)))
        data += more
    return data


def header(fd):
    head = os.pread(fd, HEADER.size, 0)
    if head[:6] != FORMAT:
        raise Bad("this is no trace of rt0")
    if head[6:8] != VERSION + b"\0":
        raise Bad("the trace has version %s and this program reads version %s"
                  % (head[6:8].rstrip(b"\0").decode("ascii", "replace"), VERSION.decode()))
    _, nprocs, ring, seed, _, ended, status = HEADER.unpack(read_exactly(fd, HEADER.size, 0))
    if not 0 < nprocs <= 1 << 16 or not 0 < ring <= 1 << 24:
        raise Bad("the trace is damaged: %d Ps with %d events each" % (nprocs, ring))
    return nprocs, ring, seed, status if ended else None


def rings(fd, trace, ring):
    """(P, number of the first event, bytes of the events in their order) of each P."""
    for proc in range(trace.nprocs):
        at = HEADER.size + proc * (COUNT.size + COUNTS.size + ring * EVENT.size)
        last, = COUNT.unpack(read_exactly(fd, COUNT.size, at))
        data = read_exactly(fd, ring * EVENT.size, at + COUNT.size + COUNTS.size)
        for kind, count in enumerate(COUNTS.unpack(read_exactly(fd, COUNTS.size, at + COUNT.size)), 1):
            if kind in KINDS:
                trace.counts[proc, KINDS[kind][0]] = count
        now, = COUNT.unpack(read_exactly(fd, COUNT.size, at))
        # A writer may be at event `now`, in the place of now - ring.
        first = max(0, now - ring + 1)
        if first:
            trace.lost[proc] = first
        a, b = first % ring * EVENT.size, last % ring * EVENT.size
        yield proc, first, b"" if first >= last else data[a:b] if a < b else data[a:] + data[:b]


def read(path, whole=True):
    """The trace in a file, as it is at this moment; if not whole, with bytes in place of events."""
    fd = os.open(path, os.O_RDONLY)
    try:
        nprocs, ring, seed, status = header(fd)
        trace = Trace(nprocs, seed)
        trace.status, trace.bytes = status, []
        for proc, first, data in rings(fd, trace, ring):
            if whole:
                trace.events += [Event(proc, i, *event) for i, event in enumerate(EVENT.iter_unpack(data), first)]
            else:
                trace.bytes.append(data)
        trace.events.sort(key=lambda e: (e.when, e.proc, e.number))
        return trace
    finally:
        os.close(fd)


def scale(trace):
    """When events happened, from 0 on: microseconds, or a count."""
    start = trace.events[0].when if trace.events else 0
    if trace.seed >= 0:
        return lambda when: float(when)
    return lambda when: (when - start) / 1000


def missing(trace, proc):
    """How many events of each kind a full ring has lost."""
    left = [e.kind for e in trace.events if e.proc == proc]
    gone = [(kind, trace.counts[proc, kind] - left.count(kind)) for kind, _ in KINDS.values()]
    return ", ".join("%d %s" % (count, kind) for kind, count in gone if count > 0)


def print_text(trace, out, full=False):
    for proc, lost in sorted(trace.lost.items()):
        out.write("# P%d: %d older events are lost: %s\n" % (proc, lost, missing(trace, proc)))
    at = scale(trace)
    form = "%6.0f" if trace.seed >= 0 else "%12.3f"
    for e in trace.events:
        line = (form + "  P%-3d %-6s %-9s %s") % (at(e.when), e.proc, "G%d" % e.goid if e.goid else "-", e.kind, e.all() if full else e.text())
        out.write(line.rstrip() + "\n")
    if full:
        out.write("# " + ("it ended with status %d" % trace.status if trace.status is not None else "no end: it runs, or was killed") + "\n")


# -- a picture ------------------------------------------------------------------

WIDTH, LEFT, RIGHT, TOP = 740, 34, 12, 14
ROWS = 24           # on one P, so many goroutines get a lane each


def runs(trace):
    """(proc, goid, from, to): each time a goroutine ran."""
    running, result = {}, []

    def end(proc, when):
        if proc in running:
            goid, start = running.pop(proc)
            result.append((proc, goid, start, when))

    for e in trace.events:
        if e.kind == "GoStart" or e.kind == "ProcStop":
            end(e.proc, e.when)
        if e.kind == "GoStart":
            running[e.proc] = (e.goid, e.when)
        elif e.kind in ENDS and running.get(e.proc, (None,))[0] == e.goid:
            end(e.proc, e.when)
    for proc in list(running):
        end(proc, trace.events[-1].when)
    return result


def held(trace):
    """(proc, M, from, to): each time an M held the P."""
    since = {}
    for e in trace.events:
        if e.kind == "ProcStart":
            since[e.proc] = e.arg, e.when
        elif e.kind == "ProcStop" and e.proc in since:
            yield (e.proc, *since.pop(e.proc), e.when)
    for proc, (m, start) in since.items():
        yield proc, m, start, trace.events[-1].when


NEXT = {"GoCreate": "ready", "GoStart": "runs", "GoYield": "ready", "GoBlock": "waits", "GoUnblock": "ready", "GoSyscall": "in the kernel", "GoSysExit": "runs", "GoEnd": ""}


def lives(trace):
    """(goid, what, event, to): what each goroutine did, one thing after the other, and the event with which that began."""
    now = {}
    for e in trace.events:
        if e.kind in NEXT:
            goid = e.arg if e.kind in ("GoCreate", "GoUnblock") else e.goid
            if goid in now:
                yield (goid, *now.pop(goid), e.when)
            if NEXT[e.kind]:
                now[goid] = NEXT[e.kind], e
    for goid, (what, event) in now.items():
        yield goid, what, event, trace.events[-1].when


def ticks(low, high):
    """Round numbers from low to high, seven at the most."""
    step = 1
    while (high - low) / step > 6:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return range(-int(-low // step) * step, int(high) + 1, step)


def svg(trace, width=WIDTH):
    """The lines of a drawing: a lane for each P, or if there is one P, for each goroutine."""
    if not trace.events:
        raise Bad("the trace has no events to draw")
    at = scale(trace)
    low, high = at(trace.events[0].when), at(trace.events[-1].when)
    per = (width - LEFT - RIGHT) / ((high - low) or 1)
    bars = runs(trace)
    who = sorted({goid for _, goid, _, _ in bars})
    alone = trace.nprocs == 1 and len(who) <= ROWS
    names = ["G%d" % goid for goid in who] if alone else ["P%d" % proc for proc in range(trace.nprocs)]
    lane, thick = (22, 14) if alone else (44, 24)
    foot = TOP + len(names) * lane + 4
    unit = "events" if trace.seed >= 0 else "microseconds"

    def x(when):
        return LEFT + (at(when) - low) * per

    def y(proc, goid=0):
        return TOP + (who.index(goid) if alone else proc) * lane

    yield ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" role="img" fill="currentColor" '
           'stroke="none" font-family="ui-monospace, monospace" font-size="13">' % (width, foot + 32, width))
    thefts = [e for e in trace.events if e.kind == "Steal"]
    yield "<title>%d events on %d P%s</title>" % (len(trace.events), trace.nprocs, "s" if trace.nprocs > 1 else "")
    yield ("<desc>A lane for each %s, a bar for each time a goroutine ran, %d in all, an arrow for each of %d thefts. "
           "The goroutines are %s.</desc>" % ("goroutine" if alone else "P", len(bars), len(thefts), ", ".join("G%d" % g for g in who)))
    yield ('<defs><marker id="timeline-a" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
           'orient="auto"><path d="M0 0L10 5L0 10z" fill="currentColor"/></marker></defs>')
    for row, name in enumerate(names):
        yield '<text x="8" y="%d">%s</text>' % (TOP + row * lane + thick / 2 + 5, name)
        yield ('<path d="M%d %dH%d" stroke="currentColor" stroke-opacity="0.3"/>'
               % (LEFT, TOP + row * lane + thick, width - RIGHT))
    for proc, _, start, end in held(trace) if not alone else ():
        yield ('<path d="M%.1f %dH%.1f" stroke="currentColor" stroke-width="3"><title>an M holds P%d</title></path>'
               % (x(start), y(proc) + thick + 1, x(end), proc))
    for proc, goid, start, end in bars:
        wide = max(x(end) - x(start), 0.5)
        yield ('<rect x="%.1f" y="%d" width="%.1f" height="%d" fill-opacity="%.2f" stroke="currentColor" '
               'stroke-width="0.5"><title>G%d, %.0f to %.0f</title></rect>'
               % (x(start), y(proc, goid), wide, thick, 0.3 if alone else 0.08 + 0.11 * (goid * 3 % 5), goid,
                  at(start), at(end)))
        name = "G%d" % goid
        if not alone and wide > 8 * len(name):
            yield '<text x="%.1f" y="%d" text-anchor="middle">%s</text>' % (x(start) + wide / 2, y(proc) + 16, name)
    for e in trace.events:
        if e.kind == "GoEnd":
            yield '<circle cx="%.1f" cy="%d" r="2.5"><title>G%d ends</title></circle>' % (x(e.when), y(e.proc, e.goid) + thick, e.goid)
    for e in trace.events if trace.seed >= 0 and not alone else ():     # a thread that had the baton
        yield ('<path d="M%.1f %dv7" stroke="currentColor"><title>%s</title></path>'
               % (x(e.when), y(e.proc) + thick + 2, ("%.0f %s %s" % (at(e.when), e.kind, e.text())).rstrip()))
    for e in thefts:
        down = e.proc > e.arg
        yield ('<path d="M%.1f %dL%.1f %d" stroke="currentColor" fill="none" marker-end="url(#timeline-a)">'
               '<title>P%d takes from P%d</title></path>'
               % (x(e.when), y(e.arg) + (thick if down else 0), x(e.when), y(e.proc) + (0 if down else thick), e.proc, e.arg))
    for value in ticks(low, high):
        yield '<text x="%.1f" y="%d" text-anchor="middle">%d</text>' % (LEFT + (value - low) * per, foot + 8, value)
    yield '<text x="%d" y="%d" text-anchor="end">%s</text>' % (width - RIGHT, foot + 24, unit)
    yield "</svg>"


# -- a page, and another tool's format ----------------------------------------

class Symbols:
    """The names of addresses in a program, or none without one."""

    def __init__(self, program):
        self.at, self.size, self.name = [], [], []
        if program:
            done = subprocess.run(["nm", "-nS", "--defined-only", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            if done.returncode:
                raise Bad("nm cannot read %s" % program)
            for row in map(str.split, done.stdout.splitlines()):
                if len(row) == 4:
                    self.at.append(int(row[0], 16))
                    self.size.append(int(row[1], 16))
                    self.name.append(row[3])

    def of(self, address):
        i = bisect.bisect_right(self.at, address) - 1
        if i < 0 or address >= self.at[i] + max(self.size[i], 1):
            return "0x%x" % address
        off = address - self.at[i]
        return self.name[i] + (" + %d" % off if off else "")


def page(path, program, title):
    """The text of one HTML file that shows a trace and needs no other."""
    trace, symbols = read(path, whole=False), Symbols(program)
    names = {}
    for data in trace.bytes:
        for _, _, kind, arg, more in EVENT.iter_unpack(data) if program else ():
            for address in (more,) if kind in (1, 5) else (arg,) if kind == 4 else ():
                names.setdefault("0x%x" % address, None)
    names = {address: symbols.of(int(address, 16)) for address in names}
    head = {"seed": trace.seed, "names": names, "end": "it ended with status %d" % trace.status if trace.status is not None else "no end: it runs, or was killed",
            "procs": [{"n": len(data) // EVENT.size, "lost": trace.lost.get(proc, 0)} for proc, data in enumerate(trace.bytes)]}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "viewer.html"), encoding="utf-8") as f:
        text = f.read()
    packed = base64.b64encode(gzip.compress(b"".join(trace.bytes), 3, mtime=0)).decode("ascii")
    for key, part in (("@TITLE@", html.escape(title)), ("@HEAD@", json.dumps(head).replace("<", "\\u003c")), ("@DATA@", packed)):
        text = text.replace(key, part)
    return text


def perfetto(trace, symbols):
    """The trace in Chrome's format.  A track for each P: which M held it, which goroutine ran, and arrows to who was made
    or woken.  A track for each goroutine: whether it ran, was ready, waited and for what, or was in the kernel."""
    at, names, events = scale(trace), {}, []
    for e in trace.events:
        if e.kind == "GoCreate":
            names[e.arg] = "G%d %s" % (e.arg, symbols.of(e.more))

    def event(ph, name, pid, tid, when, **more):
        events.append(dict({"ph": ph, "name": name, "pid": pid, "tid": tid, "ts": at(when)}, **more))

    def name(goid):
        return names.get(goid, "G%d" % goid)
    goids = sorted({goid for goid, _, _, _ in lives(trace)})
    for pid, said, tracks in ((1, "Ps", ["P%d" % proc for proc in range(trace.nprocs)]), (2, "goroutines", {goid: name(goid) for goid in goids})):
        events.append({"ph": "M", "name": "process_name", "pid": pid, "args": {"name": said}})
        for tid, track in tracks.items() if pid == 2 else enumerate(tracks):
            events.append({"ph": "M", "name": "thread_name", "pid": pid, "tid": tid, "args": {"name": track}})
    for proc, m, start, end in held(trace):
        event("X", "M%d" % m, 1, proc, start, dur=at(end) - at(start))
    for proc, goid, start, end in runs(trace):
        event("X", name(goid), 1, proc, start, dur=at(end) - at(start))
    for goid, what, e, end in lives(trace):
        event("X", "waits for " + symbols.of(e.arg) if what == "waits" else what, 2, goid, e.when, dur=at(end) - at(e.when))
    woken = {}
    for number, e in enumerate(trace.events):
        if e.kind in ("GoUnblock", "GoCreate"):
            woken[e.arg] = number, e.kind
            event("s", e.kind, 1, e.proc, e.when, cat=e.kind, id=number, args={"of": symbols.of(e.more)})
        elif e.kind == "GoStart" and e.goid in woken:
            number, kind = woken.pop(e.goid)
            event("f", kind, 1, e.proc, e.when, cat=kind, id=number, bp="e")
        elif e.kind not in NEXT or e.kind == "GoEnd":       # Steal, MWake, ProcStart, ProcStop, GoLog
            event("i", (name(e.goid) + " ends" if e.kind == "GoEnd" else e.kind + " " + e.all()).strip(), 1, e.proc, e.when, s="t")
    return json.dumps({"traceEvents": events, "displayTimeUnit": "ns"}, separators=(",", ":")) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--svg", metavar="OUT", help="draw it to this file")
    parser.add_argument("--html", metavar="OUT", help="a page of its own, to zoom into")
    parser.add_argument("--program", metavar="FILE", help="what was traced: page and JSON then have names of functions and semaphores")
    parser.add_argument("--perfetto", metavar="OUT", help="JSON for other viewers")
    parser.add_argument("--width", metavar="N", type=int, default=WIDTH, help="in pixels, 200 or more; %(default)s unless told")
    parser.add_argument("--last", metavar="N", type=int, default=0, help="only the N youngest events")
    parser.add_argument("--all", action="store_true", help="functions, origins, semaphores, and how the program ended")
    options = parser.parse_args()
    try:
        if options.html:
            text = page(options.file, options.program, "Trace of " + os.path.basename(options.program or options.file))
            with open(options.html, "w", encoding="utf-8") as out:
                out.write(text)
            return
        trace = read(options.file)
        if options.last > 0:
            trace.events = trace.events[-options.last:]
        if options.svg:
            text = "\n".join(svg(trace, max(options.width, 200))) + "\n"
            with open(options.svg, "w", encoding="utf-8") as out:
                out.write(text)
        if options.perfetto:
            text = perfetto(trace, Symbols(options.program))
            with open(options.perfetto, "w", encoding="utf-8") as out:
                out.write(text)
        if not options.svg and not options.perfetto:
            print_text(trace, sys.stdout, options.all)
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except (Bad, OSError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        name = getattr(error, "filename", None) or options.file
        sys.exit("timeline.py: %s: %s" % (name, why))


if __name__ == "__main__":
    main()
