# What exercise 12 compares with: run the program until it dies, write its core to the file that $core names, and
# find the frames of each goroutine in another way than the answer's: in the live process, by loading the registers
# of the gobuf into the thread.  Neither the book's extension nor the answer is there.
set pagination off
set confirm off
set width 0
set startup-with-shell off
set debuginfod enabled off
set may-call-functions off
python
import json

import gdb
import gdb.types

gdb.execute("run", to_string=True)
gdb.execute("generate-core-file " + gdb.convenience_variable("core").string(), to_string=True)
SAVED = ("rsp", "rip", "rbx", "rbp", "r12", "r13", "r14", "r15")
FIELDS = ("sp", "pc", "bx", "bp", "r12", "r13", "r14", "r15")
states = {n: name[1:] for name, n in gdb.types.make_enum_dict(gdb.lookup_type("enum gstatus")).items()}

def frames():
    found, frame = [], gdb.newest_frame()
    while frame is not None and len(found) < 200:
        if frame.type() == gdb.NORMAL_FRAME:
            found.append([frame.name(), frame.pc(), [int(frame.read_register(name)) & (1 << 64) - 1 for name in SAVED]])
        frame = frame.older()
    return found

def load(values):
    for name, n in zip(SAVED, values):
        gdb.execute("set $%s = %d" % (name, n), to_string=True)

mine = [int(gdb.newest_frame().read_register(name)) & (1 << 64) - 1 for name in SAVED]
at = gdb.parse_and_eval("allgs")
while int(at):
    g = at.dereference()
    state, born = states[int(g["atomicstatus"])], int(g["sched"]["pc"]) != int(g["startpc"])
    found = []
    if state in ("waiting", "runnable"):
        load([int(g["sched"][name]) for name in FIELDS])
        found = frames()
        load(mine)
    elif state == "running":
        for thread in gdb.selected_inferior().threads():
            thread.switch()
            if int(gdb.newest_frame().read_register("fs_base")) == int(g["m"]["tls"].address) + 8:
                found = frames()
        [thread for thread in gdb.selected_inferior().threads() if thread.num == 1][0].switch()
    print("goroutine " + json.dumps([int(at), int(g["goid"]), state, born, found]))
    at = g["alllink"]
gdb.execute("kill", to_string=True)
print("end")
end
