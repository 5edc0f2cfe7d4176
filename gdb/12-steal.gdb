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
# Thread 2 is held where it was born. main, on thread 1, starts eight goroutines
# more. Who is next: the first of them, or the last? ["last"]
tbreak newproc if allp[0]->runqtail == 8
continue
info sched
# Now thread 2. It has P1 and nothing to run, and looks at the ring of P0. Will
# it touch what is next there? ["no"]
thread 2
tbreak runqsteal
continue
bt
print takenext
# Not yet: the owner is about to need that one. The thief copies half of the
# ring into its own. We stop before the swap that makes them its own. How long
# is P1's ring at that moment? [allp[1]->runqtail - allp[1]->runqhead]
break-insn runqsteal|runqgrab lock cmpxchg
continue
x/i $pc
printf "%d in the ring of P1\n", allp[1]->runqtail - allp[1]->runqhead
set $from = allp[1]->runq[0]
set $to = allp[1]->runq[3]
printf "its places hold G%d to G%d\n", $from->goid, $to->goid
info sched
# They are copied, and still P0's. One instruction takes them. Which of the two
# rings are they in after it? ["none"]
stepi
info sched
# They are in flight, and only thread 2 knows of them. It puts some into its
# ring and keeps one to run. Which? [((struct g *)$rax)->goid]
finish
finish
printf "G%d is the one to run\n", ((struct g *)$rax)->goid
info sched
# It runs the four, and comes back for more until the ring of P0 is empty. main
# is still held. Only then, on its last pass, does it ask for what is next. How
# many goroutines of P0 are left by then? [1]
tbreak runqsteal if takenext
continue
info sched
# One is left, outside the ring, and its owner does not move. With which
# goroutine does the thief come back? [((struct g *)$rax)->goid]
finish
printf "G%d is the one to run\n", ((struct g *)$rax)->goid
info sched
# main has nothing left to run but itself. Try delete, set scheduler-locking
# off, so that both threads move, and continue.
