# SPDX-License-Identifier: MIT
# Tangled from book/09-many-threads.nw; edit that, not this file.
# A second thread takes a P, runs a goroutine, and goes to sleep.
#   gdb -x gdb/09-idle.gdb build/chapters/09/hello
source gdb/rt0.py
set pagination off
set print frame-info short-location
set print frame-arguments none
set print thread-events off
set environment GOMAXPROCS 2
# follow the new thread to its first goroutine
break *clone
run
print allm->nextp == allp[1]
meet
thread 2
break *gogo
continue
print ((struct gobuf *)$rdi)->g->goid
bt
print allp[0]->m->id
print allp[1]->m->id
# see how it goes to sleep
break *notesleep
continue
bt
print sched.runqsize
print sched.npidle
print sched.pidle == allp[1]
print sched.nmidle
print sched.midle->id
print sched.midle->p
