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
# main has said go, and a P is idle: a thread is made for it. Which P is laid
# into the new M before there is a thread? [allm->nextp->id]
break *clone
run
printf "M%d will begin with P%d\n", allm->id, allm->nextp->id
# M1 will look for work. Goroutine 1 runs on M0. Which one will M1 find?
# [((struct gobuf *)$rdi)->g->goid]
meet
thread 2
break *gogo
continue
printf "goroutine %d is loaded\n", ((struct gobuf *)$rdi)->g->goid
bt
printf "P0 is with M%d, P1 with M%d\n", allp[0]->m->id, allp[1]->m->id
# main is held inside its go, so there is nothing else to run. When goroutine 2
# has ended, what is left for M1? It will sleep. With or without P1? ["without"]
break *notesleep
continue
bt
printf "%d goroutines are in the queue\n", sched.runqsize
printf "%d P is idle: P%d\n", sched.npidle, sched.pidle->id
printf "%d M is idle: M%d\n", sched.nmidle, sched.midle->id
print sched.midle->p
# It has put the P on the list where the next go will look for it, and itself on
# that of the sleepers. Try info sched, and print *sched.midle.
