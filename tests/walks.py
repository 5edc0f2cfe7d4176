#!/usr/bin/env python3
"""Record the walks of the chapters for the steppers on the pages, or compare.

  tests/walks.py check [--chapter NN]     record every walk, compare with book/data/walks
  tests/walks.py golden [--chapter NN] [--masked]     record every walk, write what differs

What a comparison passes over is what differs from machine to machine or from run to run: numbers, and
addresses without a name; Ps that have nothing to do, one for each processor; of a step with two threads
the one that is not selected, because nothing says how far it has come, and registers and stack of the other, in
which a search that begins at a random P leaves what it has found.
Programs of another gcc than the recorded ones differ in what it decides, so of them only commands, what they
print, and where the selected thread stands are compared: in which function, and in which line if that is the first.
On another kernel than the recorded one, a system call may be missing, and code of the kernel's own may run in place of ours;
what such calls leave in registers and on stacks is not compared then.
"""
import argparse
import functools
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
SECONDS = 60
SETTINGS = ["set auto-load off", "set debuginfod enabled off", "set startup-with-shell off", "unset environment",
            "set environment LC_ALL=C.UTF-8", "set environment TERM=dumb"]


def walks(chapter=None):
    """The names of the walks through our own programs, and the tour."""
    found = sorted(path.stem for path in (TOP / "gdb").glob("[0-9][0-9]-*.gdb") if "build/go/" not in path.read_text(encoding="utf-8"))
    return [name for name in found if chapter is None or name.startswith(chapter + "-")] + ["tour"] * (chapter is None)


def record(name):
    """The recording of a walk, or a sentence that says why there is none."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "walk.json"
        command = ["gdb", "-nx", "-q", "-batch", "-iex", "set may-call-functions off"]
        for setting in SETTINGS:
            command += ["-iex", setting]
        try:
            run = subprocess.run(command + ["-x", "gdb/rt0.py", "-x", "book/tools/record.py"], cwd=TOP, timeout=SECONDS,
                                 env=dict(os.environ, RECORD=name, OUT=str(out)), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        except subprocess.TimeoutExpired:
            return "%s: the walk did not end within %d s" % (name, SECONDS)
        if not out.exists():
            return "%s: the walk was not recorded; GDB said: %s" % (name, run.stdout.strip().splitlines()[-1:] or "nothing")
        return json.loads(out.read_text(encoding="utf-8"))


def written(walk):
    """The text of a recording: a line for each step, state and chunk, so that a change is a small one."""
    def rows(key):
        return ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in walk[key])
    return '{"walk":%s,\n"steps":[\n%s\n],\n"states":[\n%s\n],\n"codes":[\n%s\n]}\n' % (
        json.dumps(walk["walk"]), rows("steps"), rows("states"), rows("codes"))


def masked(text):
    return re.sub(r"0x[0-9a-f]+|\d+", "N", text)


def compiler():
    """The number before the first dot of gcc's version."""
    return subprocess.run(["gcc", "-dumpversion"], stdout=subprocess.PIPE, text=True).stdout.strip().partition(".")[0]


def kernel():
    """What of the kernel a walk shows: whether it makes guard pages without a mapping (6.13), and how it tells the time."""
    version = [int(number) for number in re.findall(r"\d+", os.uname().release)[:2]]
    clock = Path("/sys/devices/system/clocksource/clocksource0/current_clocksource")
    return "%s, %s" % ("guards" if version >= [6, 13] else "no guards", clock.read_text().strip() if clock.exists() else "unknown")


def loose(text):
    """The same of a text for each compiler."""
    return re.sub(r"\([^()]*=[^()]*\)", "()", re.sub(r"top - \d+", "top - N", text))


IDLE = re.compile(r"P\d+ +idle +- [^G]*$|and \d+ more$")      # of which there are as many as processors


def plain(value):
    """A register or a word of a stack, as it is on all machines: its name, or that it is a number."""
    if value.startswith('"'):
        return "a path" if "/" in value else masked(value)     # which may be cut off
    return masked(value) if re.match(r"-?\d|0x|entry", value) else value


def scheduler(state):
    """What info sched and info goroutines say of what the selected thread has to do with."""
    alone = len(state["threads"]) == 1
    for line in state.get("sched", []):
        if not IDLE.match(line):
            yield line
    for line in state.get("gs", []):
        elsewhere = not alone and not line.startswith("*") and re.search(r" (running|syscall) ", line)
        yield re.sub(r"0x[0-9a-f]+", "N", line[:elsewhere.end()] if elsewhere else line)


def essence(walk, same=True, leftovers=True):
    """What two recordings of a walk have in common on all machines, or on those with the same compiler, as lines; leftovers: in registers and on stacks."""
    lines = []
    for step in walk["steps"]:
        lines.append("(gdb) %s %s | %s | %s" % (step["cmd"], step.get("pass", ""), step.get("say", "") + step.get("after", ""),
                                                masked(" / ".join(line for line in step.get("out", []) if not IDLE.match(line)))))
        if "state" in step:
            state = walk["states"][step["state"]]
            now = next(t for t in state["threads"] if t["n"] == state["at"])
            code = walk["codes"][now["code"][0]] if now["code"] else None
            lines.append("  thread %d, %s, %s, in %s on %s, %%rip %s, %%rsp %s" % (
                now["n"], now.get("m"), now.get("g"), now["in"] if same else "it", now["on"], masked(now["regs"]["rip"]), now["regs"]["rsp"]))
            if same or "+" not in now["regs"]["rip"]:
                lines.append("  %s | %s" % (code and (code["at"], code["chunk"]), code and code["lines"][now["code"][1]]))
            if same:
                lines += ["  " + re.sub(r"0x[0-9a-f]{4,}", "N", insn) for insn in now["insns"]]
                if len(state["threads"]) == 1 and leftovers:
                    lines += ["  %%%s %s" % (name, plain(value)) for name, value in now["regs"].items()]
                    lines += ["  stack: " + plain(word) for word in now["stack"]]
                lines += ["  " + line for line in scheduler(state)]
    return lines


@functools.lru_cache(maxsize=None)
def chunks(chapter):
    """The lines of each chunk of a chapter."""
    found, code = [], None
    for line in (TOP / "book" / (chapter + ".nw")).read_text(encoding="utf-8").split("\n"):
        if re.match(r"<<.*>>=\s*$", line):
            code = []
            found.append(code)
        elif re.match(r"@($| )", line):
            code = None
        elif code is not None:
            code.append(re.sub(r"@(<<|>>)", r"\1", line))
    return found


def chunk(at):
    """The lines of the chunk that 06-newproc.html#c6-3 leads to, or None."""
    chapter, number = re.fullmatch(r"(.*)\.html#c\w+-(\d+)", at).groups()
    return dict(enumerate(chunks(chapter), start=1)).get(int(number)) if (TOP / "book" / (chapter + ".nw")).exists() else None


def differs(name, new, same=True, leftovers=True):
    """In a sentence, where a recording is not as the book has it, or None; same: made by the same compiler; leftovers: on such a kernel."""
    if isinstance(new, str):
        return new
    path = TOP / "book/data/walks" / (name + ".json")
    if not new["states"]:       # it only prints while it runs
        return "%s: it stops nowhere, but there is %s" % (name, path.name) if path.exists() else None
    again = "; if that is right, say make golden" + ("" if name == "tour" else " CHAPTER=" + name[:2])
    if not path.exists():
        return "%s: there is no recording%s" % (name, again)
    old = json.loads(path.read_text(encoding="utf-8"))
    for code in old["codes"]:
        if code["lines"] != chunk(code["at"]):
            return "%s: the recording shows the chunk <<%s>> otherwise than its chapter has it%s" % (name, code["chunk"], again)
    a, b = essence(old, True, leftovers), essence(new, True, leftovers)
    if not same:
        a, b = ([loose(line) for line in essence(dict(walk, steps=[s for s in walk["steps"] if "pass" not in s]), False)] for walk in (old, new))
    for before, now in zip(a, b):
        if before != now:
            return "%s: the recording has\n  %s\nand the walk now\n  %s%s" % (name, before, now, again)
    return None if len(a) == len(b) else "%s: the walk has %d lines, the recording %d%s" % (
        name, len(b), len(a), again)


def recorded_here():
    """Whether the compiler of this machine made the recorded programs."""
    return (TOP / "book/data/walks/gcc").read_text().strip() == compiler()


def kernel_here():
    """Whether the recorded walks ran on a kernel like that of this machine."""
    return (TOP / "book/data/walks/kernel").read_text().strip() == kernel()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("do", choices=("check", "golden"))
    parser.add_argument("--chapter", metavar="NN")
    parser.add_argument("--masked", action="store_true", help="golden also writes what a comparison passes over")
    options = parser.parse_args()
    names = walks(options.chapter)
    bad = changed = 0
    for path in sorted((TOP / "book/data/walks").glob("*.json")) if options.do == "golden" and not options.chapter else ():
        if path.stem not in names:
            path.unlink()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, new in zip(names, pool.map(record, names)):
            wrong = differs(name, new, options.do == "golden" or recorded_here(), options.do == "golden" or kernel_here())
            path = TOP / "book/data/walks" / (name + ".json")
            if options.do == "golden" and not isinstance(new, str):
                if not wrong and not (options.masked and path.exists() and path.read_text(encoding="utf-8") != written(new)):
                    continue
                changed += 1
                path.parent.mkdir(exist_ok=True)
                path.write_text(written(new), encoding="utf-8")
                path.with_name("gcc").write_text(compiler() + "\n")
                path.with_name("kernel").write_text(kernel() + "\n")
            elif wrong:
                bad += 1
                print(wrong)
    print("walks: %d recorded, %d changed" % (len(names) - bad, changed) if options.do == "golden" else
          "walks: %d compared, %d differ" % (len(names), bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
