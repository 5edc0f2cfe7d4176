# SPDX-License-Identifier: MIT
# Tangled from book/13-parking-and-spinning.nw; edit that, not this file.
# Work comes when the one that looks has passed, and the last look finds it.
#   gdb -x gdb/13-late.gdb build/chapters/13/workers
source gdb/rt0.py
set pagination off
set print frame-info short-location
set print frame-arguments none
set print thread-events off
set environment GOMAXPROCS 2
starti
meet
# hold the one that looks, and make work
thread 2
tbreak resetspinning
continue
tbreak globrunqgetbatch if allm->spinning
continue
thread 1
tbreak gopark
continue
print sched.nmspinning
info sched
# let it give up and look once more
thread 2
tbreak lookagain
continue
print sched.nmspinning
info sched
finish
print ((struct p *)$rax)->id
kill
