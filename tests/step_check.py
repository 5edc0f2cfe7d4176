#!/usr/bin/env python3
"""Step every instruction of the boot, and of the program of each walk; make step-check runs it, some minutes long.

At each instruction the stack must unwind to a root (tests/cfi_audit.py); and around each switch of a program of
the last chapter all goroutines must be shown as memory has them (tests/step_view.py). What is wrong is a line.

    tests/step_check.py [WORD]      only programs with WORD in their name
    tests/step_check.py --whole [WORD]      every instruction of every thread of yield and workers, some minutes each
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIMIT = 12000           # of instructions, for programs that go on and on
HELD = ("17/blocked",)  # its threads wait for one another, and here only one moves
VIEWS = (("examples/yield", 1), ("examples/yield", 2), ("examples/workers", 1), ("examples/workers", 2),
         ("examples/order", 2), ("examples/busy", 2), ("examples/account", 1), ("chapters/07/yield", 1))
WHOLE = VIEWS[:4]       # that are also stepped from the first instruction to the last
SEED = 1                # of the turns of their threads
SMALLER = "LIMIT = 200000, PIECE = 1000", "LIMIT = 200, PIECE = 20"     # with as much to share and less to count
SETTINGS = ("debuginfod enabled off", "startup-with-shell off", "width 0", "print frame-arguments none")


def gdb(program, *commands):
    """What GDB says when it runs the commands on a program; how far it has come is shown at a terminal meanwhile."""
    command = ["gdb", "-nx", "-q", "-batch", "-iex", "set may-call-functions off"]
    for setting in SETTINGS:
        command += ["-iex", "set " + setting]
    for one in commands:
        command += ["-ex", one]
    said = []
    with subprocess.Popen(command + [program], cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace") as running:
        for line in running.stdout:
            said.append(line)
            if line.startswith("reached ") and sys.stderr.isatty():
                sys.stderr.write("\r\033[K%s\r" % line.rstrip())
    return "".join(said)


def programs():
    """The programs of the walks, as NN/name, each once."""
    found = {}
    for script in sorted(glob.glob(TOP + "/gdb/[0-9]*.gdb")):
        with open(script) as f:
            usage = re.search(r"(?m)^#   gdb -x \S+ (?:--args )?build/chapters/(\S+)", f.read())
        if usage:
            found[usage[1]] = True
    return list(found)


def result(name, out, done):
    """Print a line for a program, and what is wrong with it; whether all is well."""
    wrong = re.findall(r"(?m)^(?:broken|wrong|cfi_audit:|step_view) ?.*", out)
    found = re.search(done, out)
    print("%-22s %s" % (name, found[0] if found and not wrong else "WRONG"))
    for line in wrong or ([] if found else out.splitlines()[-3:]):
        print("    " + line)
    sys.stdout.flush()
    return bool(found) and not wrong


def view(name, procs, program, rounds, steps):
    """Compare the goroutines of a program with memory; whether all is well."""
    out = gdb(program, "source gdb/rt0.py", "set environment GOMAXPROCS %d" % procs,
              "python ROUNDS, STEPS = %d, %d" % (rounds, steps), "source tests/step_view.py")
    return result("%s on %d, goroutines" % (name.split("/", 1)[1], procs), out, r"compared \d+ instructions, 0 faults")


def whole(word):
    """Step whole runs; whether all is well."""
    well = True
    with tempfile.TemporaryDirectory() as folder:
        for name, procs in WHOLE:
            if word not in "%s on %d" % (name, procs):
                continue
            program = TOP + "/build/" + name
            if name == "examples/workers":
                with open(TOP + "/examples/workers.c") as f:
                    text = f.read()
                assert SMALLER[0] in text
                program = folder + "/workers"
                with open(program + ".c", "w") as f:
                    f.write(text.replace(*SMALLER))
                subprocess.run(["gcc", "@src/cflags", "-g", "-Isrc", "-o", program, program + ".c", "@src/ldflags",
                                "build/librt0.a"], cwd=TOP, check=True)
            well &= view(name, procs, program, 0, SEED)
    return well


def main():
    if sys.argv[1:2] == ["--whole"]:
        return 0 if whole((sys.argv + [""])[2]) else 1
    word, well = (sys.argv + [""])[1], True
    for name in programs():
        if name in HELD:
            print("%-22s not stepped: its threads wait for one another" % name)
        elif word in name:
            source = "build/chapters/%s/src" % name.split("/")[0]
            out = gdb("build/chapters/" + name, "python SOURCES, ENOUGH, LIMIT = %r, 0, %d" % (source, LIMIT),
                      "source tests/cfi_audit.py")
            well &= result(name, out, r"audited [1-9]\d* instructions")
    for name, procs in VIEWS:
        if word in name:
            well &= view(name, procs, "build/" + name, 12, 90)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
