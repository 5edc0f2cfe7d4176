# SPDX-License-Identifier: MIT
# Tangled from book/14-the-short-way.nw; edit that, not this file.
# From main to the next goroutine, without g0.
#   gdb -x gdb/14-switch.gdb build/chapters/14/yield
source gdb/rt0.py
set pagination off
set print frame-info short-location
set print frame-arguments none
set environment GOMAXPROCS 1
# main has made three goroutines and yields. Which of them will be next?
# [m0.p->runnext->goid]
tbreak runtime_Gosched
run
info sched
# We stop before the instruction that changes the stack. All the bookkeeping is
# done by then. Which goroutine does %fs:-8 name? [$to->goid]
break-insn runtime_Gosched mov +\S+\(%rsi\),%rsp
continue
x/i $pc
set $main = m0.left
set $to = (struct g *)$rsi
printf "the thread says G%d\n", $g()->goid
printf "G%d is left\n", $main->goid
print $main->atomicstatus
printf "on G1's stack? %d\n", $rsp > $main->stack.lo && $rsp <= $main->stack.hi
info sched
# The stack is still main's. One instruction. Whose is it after that?
# [$to->goid]
stepi
printf "on G4's stack? %d\n", $rsp > $to->stack.lo && $rsp <= $to->stack.hi
# It is that of goroutine 4, and the code is still main's. How many frames does
# a backtrace show, if a function that is inlined has one as well? [3]
x/i $pc
bt
# They are one function, and it has no caller here. The jump comes next.
# Goroutine 4 has never run. Where does it go on? ["goexit"]
stepi
x/i $pc
# finishswitch does what main left to be done: main can go into the queue now
# that nobody stands on its stack. Where in the queue? ["last"]
tbreak finishswitch
continue
finish
print m0.left
info sched
info goroutines
# Goroutine 4 has done it, before the first instruction of its own. Try tbreak
# count, continue, and then break-insn runtime_Gosched as before.
