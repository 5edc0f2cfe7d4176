# Where the answers of exercise 01 come from: each is printed as "answer NAME VALUE".
# No function of the program is called.
set pagination off
set confirm off
set width 0
set startup-with-shell off
set disable-randomization on
python
import gdb

def value(text):
    return int(gdb.parse_and_eval(text))

def answer(name, what):
    print("answer %s %s" % (name, what))

def word(text):
    return str(gdb.parse_and_eval(text))

def stop(function):
    """Run to the first instruction of a function."""
    gdb.execute("tbreak *%s" % function, to_string=True)
    gdb.execute("continue", to_string=True)

gdb.execute("starti", to_string=True)
answer("first_word", value("*(long *)$rsp"))
argc = value("*(long *)$rsp")
at = value("(long)$rsp")
n = 1
while value("*(long *)(%d + 8 * %d)" % (at, n)) != 0:
    n += 1
answer("null_word", 8 * n)
stop("rt0_go")
answer("thread_pointer", value("(long)$fs_base"))
stop("check")
answer("current_g", "g0" if value("*(long *)($fs_base - 8)") == value("(long)&g0") else "another")

# The first arrivals at five functions.
seen = []
class Arrival(gdb.Breakpoint):
    def stop(self):
        seen.append(self.function)
        self.enabled = False
        return False
for function in ("schedinit", "osinit", "newproc", "mstart", "args"):
    Arrival("*" + function, internal=True).function = function
gdb.execute("tbreak *newproc1", to_string=True)
gdb.execute("continue", to_string=True)
answer("g_of_newproc1", "g0" if value("*(long *)($fs_base - 8)") == value("(long)&g0") else "another")
stop("gogo")
answer("arrivals", " ".join(seen))
answer("depth", value("(long)allgs->stack.hi - (long)allgs->sched.sp"))
answer("status", word("allgs->atomicstatus"))
stop("runtime_main")
answer("alignment", value("(long)$rsp & 15"))
answer("return_to", gdb.execute("info symbol *(long *)$rsp", to_string=True).split(" in ")[0].replace(" ", ""))

marks, owners, heirs = [], [], []
class Mark(gdb.Breakpoint):
    def stop(self):
        what = value("$rdi")
        marks.append(what)
        gp = value("*(long *)($fs_base - 8)")
        owners.append((gp, value("((struct g *)%d)->goid" % gp)))
        if what >= 200:
            heirs.append([goid for g, goid in owners if g == gp])
        return False
Mark("*mark", internal=True)
gdb.execute("continue", to_string=True)
answer("marks", " ".join(str(what) for what in marks))
answer("heir", " ".join(str(goid) for goid in sorted(set(heirs[-1]))))
end
