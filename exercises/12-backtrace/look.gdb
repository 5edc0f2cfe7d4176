# What an answer to exercise 12 shows: of each goroutine in a core file, seen from each thread, the frames below
# which Standing puts GDB.  They go to the file that $out names.
set pagination off
set confirm off
set width 0
set debuginfod enabled off
set may-call-functions off
python
import json
import re
import sys
import traceback

import gdb

def mine(error):
    """The line of the answer in which an exception arose: the grader has written it behind the code."""
    lines = [found.group(1) for one in traceback.extract_tb(error.__traceback__)
             for found in [re.search(r"# nw:(\d+)$", one.line or "")] if found]
    return lines[-1] if lines else "0"

SAVED = ("rsp", "rip", "rbx", "rbp", "r12", "r13", "r14", "r15")

def seen(g, standing):
    try:
        with standing(g) as frame:
            if not isinstance(frame, gdb.Frame):
                return {"none": type(frame).__name__}
            found = []
            while frame is not None and len(found) < 200:
                if frame.type() == gdb.NORMAL_FRAME:
                    found.append([frame.name(), frame.pc(), [int(frame.read_register(name)) & (1 << 64) - 1 for name in SAVED]])
                frame = frame.older()
            return {"frames": found}
    except NotImplementedError as error:
        return {"todo": str(error), "line": mine(error)}
    except gdb.GdbError as error:
        return {"says": str(error)}
    except Exception as error:
        return {"raised": "%s: %s" % (type(error).__name__, error), "line": mine(error)}

def every(out, standing):
    found = []
    for thread in sorted(gdb.selected_inferior().threads(), key=lambda one: one.num):
        at = gdb.parse_and_eval("allgs")
        while int(at):
            thread.switch()
            gdb.newest_frame().select()
            g = at.dereference()
            found.append([thread.num, int(at), seen(g, standing)])
            at = g["alllink"]
    with open(out, "w") as file:
        json.dump(found, file)

every(gdb.convenience_variable("out").string(), Standing)
end
