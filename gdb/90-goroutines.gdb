# SPDX-License-Identifier: MIT
# Tangled from book/90-the-debugger.nw; edit that, not this file.
# Goroutines, run queues and parked stacks.
#   gdb -x gdb/90-goroutines.gdb build/chapters/07/yield
source gdb/rt0.py
set print frame-arguments none
set print frame-info short-location
# Three goroutines count and take turns on one thread. We stop where the second
# of them, G3, begins. Has G2 had a turn by then? ["yes"]
tbreak main_main
run
tbreak count if $g().goid == 3
continue
set $before = $rsp
info goroutines
# It is parked, and its stack is memory, which GDB can unwind. Does the thread
# move for that? ["no"]
goroutine 2 bt
goroutine 2 frame
printf "rsp has moved by %d bytes\n", (long)$rsp - (long)$before
# In which order are G1, G2 and G4 in the queue? ["4 1 2"]
info sched
print $g()
print $p()
# G4 runs next, for the first time. What is on its stack already? ["goexit"]
goroutine 4 bt
# One frame, which newproc has drawn. Try goroutine all bt.
