# SPDX-License-Identifier: MIT
# Tangled from book/11-p-and-its-queue.nw; edit that, not this file.
# A ring with 256 goroutines, and one more.
#   gdb -x gdb/11-overflow.gdb --args build/chapters/11/crowd 300
set pagination off
set print frame-info short-location
set print frame-arguments none
set environment GOMAXPROCS 1
break main_main
run
delete
break *lock if m0.p->runqhead != 0
continue
backtrace
print m0.p->runqhead
print m0.p->runqtail
print $rdi == (long)&sched.lock
print sched.runqsize
# look at both when the batch has arrived
delete
break *wakep
continue
print sched.runqsize
print sched.runq.head->goid
print sched.runq.tail->goid
print m0.p->runqtail - m0.p->runqhead
print m0.p->runq[m0.p->runqhead % 256]->goid
print m0.p->runnext->goid
kill
