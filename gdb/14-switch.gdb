# SPDX-License-Identifier: MIT
# Tangled from book/14-the-short-way.nw; edit that, not this file.
# From main to the next goroutine, without g0.
#   gdb -x gdb/14-switch.gdb build/chapters/14/yield
source gdb/rt0.py
set pagination off
set print frame-info short-location
set print frame-arguments none
set environment GOMAXPROCS 1
# stop where main is about to leave
tbreak runtime_Gosched
run
info sched
# take the two instructions of the switch
python
import re
code = gdb.execute("disassemble runtime_Gosched", to_string=True)
found = re.search(r"(0x\w+) <.*mov +\S+\(%rsi\),%rsp", code)
gdb.Breakpoint("*" + found[1], temporary=True)
end
continue
x/i $pc
print $g()->goid
print m0.left->goid
print m0.left->atomicstatus
info sched
set $main = m0.left
set $to = (struct g *)$rsi
print $rsp > $main->stack.lo && $rsp <= $main->stack.hi
stepi
print $rsp > $to->stack.lo && $rsp <= $to->stack.hi
x/i $pc
bt
stepi
x/i $pc
# let the next one finish
tbreak finishswitch
continue
finish
print m0.left
info sched
info goroutines
