"""Inside GDB: gfinish out of functions again and again, compared with what the stack and %fs:-8 say.

At the first instruction of a function the word at the stack pointer is the return address, whatever the compiler
has made of the callers. After gfinish the same goroutine must be at that address, one word higher on its stack.

    gdb -nx -q -batch -x gdb/rt0.py -ex 'python FUNCTIONS, TIMES = ["fmt_Printf"], 5' -x tests/gdb/finish.py PROGRAM
"""
import gdb


def register(name):
    return int(gdb.newest_frame().read_register(name))


def word(address):
    return int.from_bytes(bytes(gdb.selected_inferior().read_memory(address, 8)), "little")


def goid():
    """Of the goroutine that the selected thread runs; of the one for which it is on g0, if it is."""
    g = word(register("fs_base") - 8)
    return int(gdb.parse_and_eval("((struct g *)%d)->goid" % g))


def begin():
    gdb.execute("kill" if gdb.selected_inferior().pid else "echo", to_string=True)
    gdb.execute("run >/dev/null", to_string=True)


def stopped():
    try:
        return gdb.selected_thread() is not None and register("rip")
    except gdb.error:       # GDB 13 may show a thread of a program that has ended
        return 0


def once(point, entry):
    """Run to the entry and out again; where that should and did lead."""
    while stopped() != entry:
        begin()
    want = goid(), word(register("rsp")), register("rsp") + 8
    point.enabled = False
    said = gdb.execute("gfinish", to_string=True)
    point.enabled = True
    came = (goid(), register("rip"), register("rsp")) if stopped() else "nowhere"
    if came != want:
        print("wrong: G%d at %#x, stack at %#x became %s; gfinish said %s" % (*want, came, said))
    try:
        gdb.execute("continue", to_string=True)
    except gdb.error:
        pass
    return came == want


begin()
for function in FUNCTIONS:
    point = gdb.Breakpoint("*" + function)
    entry = int(gdb.parse_and_eval("(long)&" + function))
    good = sum(once(point, entry) for _ in range(TIMES))
    point.delete()
    print("%s: %d of %d came back in the same goroutine" % (function, good, TIMES))
    begin()
if gdb.selected_inferior().pid:
    gdb.execute("kill")
