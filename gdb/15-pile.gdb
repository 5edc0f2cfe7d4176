# SPDX-License-Identifier: MIT
# Tangled from book/15-the-newest-first.nw; edit that, not this file.
# A pile is filled, popped by its owner, and robbed of half.
#   gdb -x gdb/15-pile.gdb build/chapters/15/order
source gdb/rt0.py
set pagination off
set print frame-info short-location
set print frame-arguments none
set print thread-events off
set environment GOMAXPROCS 2
starti
meet
# let main fill its pile
tbreak gopark
continue
info sched
print/x allp[0]->pile
# let the owner take the newest
tbreak say
continue
info sched
print/x allp[0]->pile
# let a thief come to the swap of half a pile
thread 2
tbreak runqsteal
continue
python
import re
def swap(function):
  code = gdb.execute("disassemble " + function, to_string=True)
  return re.search(r"(0x\w+) <.*lock cmpxchg %r", code)
try:
  there = swap("pilesteal")
except gdb.error:
  there = swap("runqsteal")
gdb.Breakpoint("*" + there[1], temporary=True)
end
continue
print allp[1]->piled[0]->goid
print allp[1]->piled[1]->goid
info sched
# let half of the pile go
stepi
print/x allp[0]->pile
info sched
finish
finish
print ((struct g *)$rax)->goid
info sched
kill
