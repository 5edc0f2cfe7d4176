# SPDX-License-Identifier: MIT
# Tangled from book/13-parking-and-spinning.nw; edit that, not this file.
# An M is counted, made, finds work, gives up and is woken.
#   gdb -x gdb/13-park.gdb build/chapters/13/workers
source gdb/rt0.py
set pagination off
set print frame-info short-location
set print frame-arguments none
set print thread-events off
set environment GOMAXPROCS 2
# stop where an M is made that is counted already
break *clone
run
bt
print sched.nmspinning
print sched.npidle
meet
# let it find work and give up
thread 2
tbreak resetspinning
continue
print sched.nmspinning
print sched.needspinning
tbreak lookagain
continue
print sched.nmspinning
print sched.npidle
tbreak notesleep
continue
print sched.nmidle
# wake it before it sleeps
thread 1
tbreak notewakeup
continue
print sched.nmspinning
print sched.midle == 0
finish
thread 2
tbreak execute
continue
print allm->spinning
info sched
