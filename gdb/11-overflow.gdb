# SPDX-License-Identifier: MIT
# Tangled from book/11-p-and-its-queue.nw; edit that, not this file.
# A ring with 256 goroutines, and one more.
#   gdb -x gdb/11-overflow.gdb --args build/chapters/11/crowd 300
set pagination off
set print frame-info short-location
set print frame-arguments none
set environment GOMAXPROCS 1
# main starts 300 goroutines, and there is room for 257: one is next, the others
# are in the ring. When it overflows, half of them must leave. We stop where
# they have left the ring. How many are on the common list? [sched.runqsize]
break main_main
run
delete
break *lock if m0.p->runqhead != 0
continue
backtrace
printf "the ring goes from %d to %d\n", m0.p->runqhead, m0.p->runqtail
info symbol $rdi
printf "%d are on the list\n", sched.runqsize
# 128 are nowhere but in an array on main's stack. They go to the list together
# with the one that found no room. How many is that? [sched.runqsize]
delete
break *wakep
continue
printf "%d are on the list\n", sched.runqsize
printf "they are G%d to G%d\n", sched.runq.head->goid, sched.runq.tail->goid
printf "%d are in the ring\n", m0.p->runqtail - m0.p->runqhead
printf "its first is G%d\n", m0.p->runq[m0.p->runqhead % 256]->goid
printf "next is G%d\n", m0.p->runnext->goid
# The oldest half has left, and the newest is still next. Try continue, and look
# at the ring and at runnext again.
