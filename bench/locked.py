"""In GDB: the locked instructions from one call of FROM to the next, in the program as it runs with one P.

gdb -nx -q -batch -iex "set may-call-functions off" -ex 'set $from = "newproc"' -x bench/locked.py --args PROGRAM ARGUMENTS
"""
import re

import gdb

WARM = 2005             # calls before the one that counts; every 16th spawn fetches numbers for 16
LIMIT = 20000           # instructions
LOCKED = re.compile(r"^lock |^xchg .*\(")


def main():
    name = gdb.convenience_variable("from").string()
    for setting in ("pagination off", "confirm off", "debuginfod enabled off", "environment GOMAXPROCS 1"):
        gdb.execute("set " + setting)
    gdb.execute("break *%s" % name, to_string=True)
    gdb.execute("ignore 1 %d" % WARM, to_string=True)
    gdb.execute("run", to_string=True)
    if not gdb.selected_inferior().pid:
        raise gdb.GdbError("the program has ended before %s was called %d times" % (name, WARM))
    gdb.execute("delete", to_string=True)
    architecture = gdb.selected_frame().architecture()
    entry, found, count = int(gdb.parse_and_eval("$pc")), [], 0
    while count < LIMIT:
        at = int(gdb.parse_and_eval("$pc"))
        if at == entry and count:
            break
        text = architecture.disassemble(at)[0]["asm"]
        if LOCKED.match(text):
            found.append(gdb.selected_frame().name())
        gdb.execute("stepi", to_string=True)
        count += 1
    else:
        raise gdb.GdbError("%s was not called again within %d instructions" % (name, LIMIT))
    gdb.execute("kill", to_string=True)
    print("%d %d %s" % (count, len(found), " ".join(found)))


main()
