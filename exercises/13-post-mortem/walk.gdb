# Where the answers of exercise 13 come from: run the program until it dies, write its core, and read the
# memory of the core with nothing but the names of the structs.  Each answer is printed as "answer NAME VALUE".
# The convenience variable $core names the file.  No function of the program is called, and gdb/rt0.py is not used.
set pagination off
set confirm off
set width 0
set startup-with-shell off
set debuginfod enabled off
set may-call-functions off
python
import gdb
import gdb.types

core = gdb.convenience_variable("core").string()
gdb.execute("run", to_string=True)
gdb.execute("generate-core-file " + core, to_string=True)
gdb.execute("kill", to_string=True)
gdb.execute("core-file " + core, to_string=True)

def answer(name, what):
    print("answer %s %s" % (name, what))

def value(text):
    return int(gdb.parse_and_eval(text))

def linked(head, link):
    at = gdb.parse_and_eval(head)
    while int(at):
        yield at.dereference()
        at = at[link]

def numbers(gs):
    return " ".join(str(n) for n in sorted(int(g["goid"]) for g in gs))

def function(address):
    block = gdb.block_for_pc(address)
    while block is not None and block.function is None:
        block = block.superblock
    return block.function.name if block is not None else ""

def words(g):
    """The words on the stack of a goroutine that does not run, the newest first."""
    low, high = int(g["sched"]["sp"]), int(g["stack"]["hi"])
    memory = bytes(gdb.selected_inferior().read_memory(low, high - low))
    return [int.from_bytes(memory[i:i + 8], "little") for i in range(0, len(memory), 8)]

CALLS = ("deposit", "withdraw", "transfer", "settle", "report")

def call(g):
    """The function of the bank in which a goroutine waits: the first return address into one."""
    return next(function(word) for word in words(g) if function(word) in CALLS)

def queue(semaphore):
    """The goroutines that wait at a semaphore, the first first: the table has them in one of its places."""
    address, size = value("(long)&" + semaphore), value("sizeof semtable / sizeof semtable[0]")
    for i in range(size):
        s = gdb.parse_and_eval("semtable[%d].head" % i)
        while int(s):
            if int(s["addr"]) == address:
                found = []
                while int(s):
                    found.append(s["g"].dereference())
                    s = s["waitlink"]
                return found
            s = s["next"]
    return []

status = gdb.types.make_enum_dict(gdb.lookup_type("enum gstatus"))
alive = [g for g in linked("allgs", "alllink") if int(g["atomicstatus"]) not in (status["Gdead"], status["Gidle"])]
answer("counter", value("counter"))
answer("ended", value("sched.goidgen") - len(alive))
answer("unstarted", numbers(g for g in alive if int(g["atomicstatus"]) == status["Grunnable"] and int(g["sched"]["pc"]) == int(g["startpc"])))
answer("running", numbers(g for g in alive if int(g["atomicstatus"]) == status["Grunning"]))
for m in linked("allm", "alllink"):
    if int(m["curg"]) and function(int(m["curg"]["startpc"])) == "auditor":
        answer("auditor", "%d %d" % (int(m["id"]), int(m["curg"]["goid"])))
waiting = queue("vault")
answer("waiters", " ".join(str(int(g["goid"])) for g in waiting))
answer("calls", " ".join(call(g) for g in waiting))
mine = [g for g in queue("ledger") if call(g) == "transfer"]
answer("holder", numbers(mine))
answer("circle", numbers(g for g in waiting if call(g) == "settle"))
for g in mine:
    answer("words", " ".join(str(word) for word in words(g) if word < 1000))
answer("end", "yes")
end
