#!/usr/bin/env python3
"""Record the runs that figures of the book are drawn from, or compare.

  tests/runs.py check      run each again, compare with book/data/runs
  tests/runs.py golden     run each again, write what differs

A run under a seed is compared event by event, and so is the way that spin finds.  One without a seed
has other times each time: what must be the same is what its figure tells (`essence`).
"""
import collections
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import linked
from chapters import state

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "book" / "tools"))
import timeline  # noqa: E402

AGAIN = 15      # runs without a seed; the shortest of the most frequent ones is recorded
EVENTS = "n us P M G event what".split()


class Trace:
    """A program of a chapter's state, traced; lanes says what the figure has a lane for."""
    def __init__(self, chapter, program, lanes="P", **env):
        self.chapter, self.program, self.lanes, self.env = chapter, program, lanes, env

    def missing(self):
        return None

    def once(self):
        here, out = state(self.chapter), linked.WORK / "trace"
        source = TOP / "tests/programs" / (self.program + ".c")
        program = linked.link(source, here) if source.exists() else linked.example(here, self.program)
        env = {k: v for k, v in os.environ.items() if not k.startswith(("RT0", "GOMAXPROCS"))}
        done = subprocess.run([program], env=dict(env, RT0TRACE=str(out), **self.env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=60)
        command = " ".join(["%s=%s" % one for one in self.env.items()] + [self.program])
        notes = {"run": command, "prints": done.stdout.strip().replace("\n", " / "), "lanes": self.lanes}
        return notes, EVENTS, list(self.rows(timeline.read(str(out))))

    def rows(self, trace):
        """Each event with the M whose thread it happened on: a goroutine that enters the kernel stays with its M."""
        holder, inside = {}, {}
        for number, e in enumerate(trace.events):
            m = holder.get(e.proc, "-")
            if e.kind == "ProcStart":
                m = holder[e.proc] = "M%d" % e.arg
            elif e.kind == "ProcStop":
                m = "M%d" % e.arg
            elif e.kind == "GoSyscall":
                inside[e.goid] = m
            elif e.kind == "GoSysExit":
                m = holder[e.proc] = inside.pop(e.goid, m)
            what = re.sub(r" ?(at|for) 0x[0-9a-f]+", "", e.all())
            yield [str(number), "-" if trace.seed >= 0 else "%.1f" % ((e.when - trace.events[0].when) / 1000), "P%d" % e.proc, m,
                   "G%d" % e.goid if e.goid else "-", e.kind, what]

    def record(self):
        """What is worth keeping: under a seed all runs are the same."""
        if "RT0_SEED" in self.env:
            return self.once()
        runs = [self.once() for _ in range(AGAIN)]
        shapes = collections.Counter(shape(rows) for _, _, rows in runs)
        return min((run for run in runs if shape(run[2]) == shapes.most_common(1)[0][0]), key=lambda run: float(run[2][-1][1]))

    def essence(self, rows):
        """A P is taken while its M is in the kernel, and another M runs main with it; the reader is back and ends."""
        if "RT0_SEED" in self.env:
            return rows
        story, wanted = [], iter([("GoSyscall", "G2"), ("ProcStop", "-"), ("ProcStart", "-"), ("GoStart", "G1"), ("GoEnd", "G2")])
        want = next(wanted)
        for row in rows:
            if want == (row[5], row[4]) and (want[0] != "ProcStop" or "kernel" in row[6]):
                story.append(row)
                want = next(wanted, None)
        ms = [row[3] for row in story]
        return [row[5] for row in story], len(set(ms[:3])), ms[2:3] == ms[3:4]


def shape(rows):
    return tuple((row[3], row[4], row[5]) for row in rows)


class Trail:
    """The shortest way into a mistake that spin finds in a model, and what memory holds on it."""
    lanes = "M"

    def __init__(self, model, variant):
        self.model, self.variant = model, variant

    def missing(self):
        return None if shutil.which("spin") else "spin is not installed: run ./setup"

    def once(self):
        out = subprocess.run([str(TOP / "tests/models" / self.model), "-v", self.variant], stdout=subprocess.PIPE, text=True).stdout
        rows, memory = [], {}
        for line in out.splitlines():
            value, said = re.match(r"\t\t(nmspinning|decbuf\[\d\]) = (\d)$", line), re.match(r"(M\d) (.*)$", line)
            if value:
                memory[value[1]] = value[2]
            elif said:
                waiting = ["M" + k[7] for k, v in sorted(memory.items()) if v == "1" and k != "nmspinning"]
                rows.append([str(len(rows)), said[1], said[2], memory.get("nmspinning", "0"), " ".join(waiting) or "-"])
        return {"run": "tests/models/%s %s" % (self.model, self.variant), "prints": out.splitlines()[-1], "lanes": "M"}, \
            "n M event count buffered".split(), rows

    record = once

    def essence(self, rows):
        return rows


RUNS = {
    "spread": Trace("watching-it-run", "spread", RT0_SEED="30", GOMAXPROCS="4"),
    "account-249": Trace("watching-it-run", "account", RT0_SEED="249"),
    "account-250": Trace("watching-it-run", "account", RT0_SEED="250"),
    "blocked": Trace("system-calls", "blocked", "M", GOMAXPROCS="1"),
    "lost": Trail("park", "NO_GIVEUP_FENCE"),
}


def place(name):
    return TOP / "book/data/runs" / (name + ".tsv")


def written(notes, columns, rows):
    return "".join("# %s: %s\n" % one for one in notes.items()) + "".join("\t".join(row) + "\n" for row in [columns] + rows)


def read(name):
    return [line.split("\t") for line in place(name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")][1:]


def differs(name, recorded):
    """In a sentence, where a new run is not as the book has it, or None."""
    rows = recorded[2]
    again = "; if that is right, say make golden"
    if not place(name).exists():
        return "%s: there is no recording%s" % (name, again)
    old, new = RUNS[name].essence(read(name)), RUNS[name].essence(rows)
    if old == new:
        return None
    for a, b in zip(old, new):
        if a != b:
            return "%s: the recording has\n  %s\nand the run now\n  %s%s" % (name, a, b, again)
    return "%s: the recording has %d events and the run now %d%s" % (name, len(old), len(new), again)


def main():
    if sys.argv[1:] not in (["check"], ["golden"]):
        sys.exit(__doc__)
    bad = changed = 0
    for name, run in RUNS.items():
        if run.missing():
            print("%s: left as it is, because %s" % (name, run.missing()))
            continue
        wrong = differs(name, run.once())
        if wrong and sys.argv[1] == "golden":
            place(name).parent.mkdir(exist_ok=True)
            place(name).write_text(written(*run.record()), encoding="utf-8")
            changed += 1
        elif wrong:
            print(wrong)
            bad += 1
    print("runs: %d recorded, %d changed" % (len(RUNS), changed) if sys.argv[1] == "golden" else "runs: %d compared, %d differ" % (len(RUNS), bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
