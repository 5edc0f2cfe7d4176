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
     "Nothing of ours has run; argc is on top of the stack."),
    ("rt0_go", 2, "argc and argv are in registers. rt0_go makes g0 from "
     "the kernel's stack and asks which processor this is."),
    ("settls", 2, "g0 has bounds. Now the thread pointer: at %fs:-8 this "
     "thread will find the g that it runs."),
    ("check", 3, "%fs:-8 is g0, and g0 and m0 know each other. The first "
     "C tests what all that follows takes for granted."),
    ("args", 3, "Arguments, environment and auxiliary vector follow one "
     "another up the stack; args walks along them."),
    ("osinit", 4, "How many processors may we use, and how large is a "
     "huge page? osinit finds out."),
    ("schedinit", 5, "Memory, randomness, environment, and at the end "
     "one P for each processor."),
    # the stages of the first goroutine
    ("newproc", 6, "m0 has P0. The first goroutine is about to be made, to "
     "run runtime_main. It has no stack before it runs."),
    ("mstart", 6, "Goroutine 1 waits on the pile of P0. The thread enters "
     "the scheduler, for good, on the stack of g0."),
    ("gogo", 6, "The scheduler has given goroutine 1 a stack. The next "
     "instructions change to it and jump into goexit."),
    ("runtime_main", 7, "goexit has called it, on goroutine 1's own stack. "
     "It starts the packages, then main."),
    ("doInit", 7, "The packages: first the runtime's own, then the others, "
     "each after those that it needs."),
    ("main_main", 7, "The program's own main, still on goroutine 1."),
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
    point = gdb.Breakpoint("*" + function, internal=True, temporary=True)
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
