# SPDX-License-Identifier: MIT
# Tangled from book/12-stealing.nw; edit that, not this file.
# A theft: two rings before, in the middle, and after it.
#   gdb -x gdb/12-steal.gdb build/chapters/12/busy
set pagination off
set print frame-info short-location
set print frame-arguments none
set print thread-events off
set environment GOMAXPROCS 2
source gdb/rt0.py
starti
meet
# let thread 1 fill its ring
tbreak newproc if allp[0]->runqtail == 8
continue
info sched
# let thread 2 come to the swap
thread 2
tbreak runqsteal
continue
bt
print takenext
python
import re
def swap(function):
  code = gdb.execute("disassemble " + function, to_string=True)
  return re.search(r"(0x\w+) <.*lock cmpxchg", code)
there = swap("runqsteal") or swap("runqgrab")
gdb.Breakpoint("*" + there[1], temporary=True)
end
continue
x/i $pc
print allp[1]->runqtail - allp[1]->runqhead
print allp[1]->runq[0]->goid
print allp[1]->runq[3]->goid
info sched
# let the swap happen
stepi
info sched
finish
finish
print ((struct g *)$rax)->goid
info sched
# let thread 2 take what is next
tbreak runqsteal if takenext
continue
info sched
finish
print ((struct g *)$rax)->goid
info sched
kill
