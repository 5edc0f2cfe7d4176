# SPDX-License-Identifier: MIT
# Tangled from book/91-stepping.nw; edit that, not this file.
"""A narrated boot: stop at each stage and show what has changed.

make tour runs it.  The variable PLAIN, set before, asks for no colour.
"""
import os

import gdb

# the stages of the boot
STAGES = [
    ("_rt0_amd64_linux", 1, "The kernel has jumped to the entry point. "
     "Nothing of ours has run; argc lies on top of the stack."),
    ("rt0_go", 2, "argc and argv are in registers. rt0_go makes g0 from "
     "the kernel's stack and asks which processor this is."),
    ("settls", 2, "g0 has bounds. Now the thread pointer: after this, "
     "%fs:-8 is the current g."),
    ("check", 3, "The first C. It tests what all that follows takes for "
     "granted."),
    ("args", 3, "Arguments, environment and auxiliary vector lie behind "
     "one another on the stack; args walks along them."),
    ("osinit", 4, "How many processors may we use, and how large is a "
     "huge page?"),
    ("schedinit", 5, "Memory, randomness, environment, and at the end "
     "one P for each processor."),
    # the stages of the first goroutine
    ("newproc", 6, "The first goroutine: a g, a stack, and a frame on it "
     "that pretends goexit had called runtime_main."),
    ("mstart", 6, "The thread enters the scheduler for good. From here on "
     "g0's stack is only used between goroutines."),
    ("gogo", 6, "The scheduler has found goroutine 1. The next instructions "
     "change the stack pointer and jump."),
    ("runtime_main", 7, "A goroutine is running, on a stack of its own. It "
     "starts the packages, then main."),
    ("doInit", 7, "The packages: first the runtime's own, then the others, "
     "each after those that it needs."),
    ("main_main", 7, "The program's own main."),
]

# what the tour watches
WATCHED = [
    ("stack pointer", "$rsp"),
    ("thread pointer", "$fs_base"),
    ("g0.stack", "g0.stack"),
    ("m0.g0", "m0.g0"),
    ("argc", "argc"),
    ("page size", "physPageSize"),
    ("processors", "ncpu"),
    ("GOMAXPROCS", "gomaxprocs"),
    ("first M", "allm"),
    ("idle Ps", "sched.npidle"),
    ("goroutines", "allp[0]->nstarted - allp[0]->nended"),
    ("current goroutine", "(*(struct g **)($fs_base - 8))->goid"),
    ("clock at the first package, ns", "runtimeInitTime"),
]

def look():
    """The value of each watched expression, as text."""
    seen = {}
    for name, expression in WATCHED:
        try:
            v = gdb.parse_and_eval(expression)
            seen[name] = v.format_string(format="x") \
                if expression[0] == "$" or "." in name else str(v)
        except gdb.error:
            seen[name] = None
    return seen

# walk from stage to stage
COLOUR = os.isatty(1) and not globals().get("PLAIN")

def paint(code, text):
    """text in a colour, on a terminal."""
    return "\033[%sm%s\033[0m" % (code, text) if COLOUR else text

def stop_at(function):
    """A breakpoint that stops once and does not announce itself."""
    point = gdb.Breakpoint(function, internal=True, temporary=True)
    point.silent = True

def tour():
    """Run the program from stage to stage."""
    before = {}
    for n, (function, chapter, sentence) in enumerate(STAGES):
        stop_at(function)
        gdb.execute("run" if n == 0 else "continue", to_string=True)
        if not gdb.selected_inferior().pid:
            raise gdb.GdbError("the program ended before " + function)
        print("%s  %s" % (paint("1;36", "%2d. %s" % (n + 1, function)),
                          paint("2", "chapter %d" % chapter)))
        # print the sentence and what has changed
        print("    " + sentence)
        now = look()
        for name, _ in WATCHED:
            if n == 0 and name != "stack pointer":
                continue  # zeros, all of them: nothing has happened yet
            if now[name] is not None and now[name] != before.get(name):
                print(paint("33", "      %s: %s" % (name, now[name])))
        before = now
    print(paint("1;36", "    The rest runs free."))
    gdb.flush()             # what we print comes before the program's line
    gdb.execute("continue", to_string=True)

try:
    tour()
except gdb.error as e:
    print("tour: %s" % str(e).replace("\n", " "))
    gdb.execute("quit 1")
