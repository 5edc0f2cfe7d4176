# SPDX-License-Identifier: MIT
# Tangled from book/17-system-calls.nw; edit that, not this file.
# A P is lent, is taken, and is not there when its M comes back.
#   gdb -x gdb/17-syscall.gdb build/chapters/17/blocked
source gdb/rt0.py
set pagination off
set print frame-info short-location
set print frame-arguments none
set print thread-events off
set filename-display basename
set environment GOMAXPROCS 1
starti
# A goroutine on M0 is about to read from a pipe that is empty: its thread will
# sleep in the kernel. Who holds P0 in that moment? ["nobody"]
meet
tbreak Syscall6 if $rdi == 0
continue
print allp[0]->status
print allp[0]->m
print m0.p
printf "M0 remembers P%d\n", m0.oldp->id
print m0.curg->atomicstatus
printf "%d M is idle\n", sched.nmidle
# P0 is in no hand, and main waits on its pile. Thread 2 is sysmon, an M that
# needs no P. It looks, naps, and looks again. What is P0's status when it has
# taken it? [allp[0]->status]
thread 2
break handoffp
continue
print allp[0]->status
printf "%d calls, %d seen\n", allp[0]->syscalltick, allp[0]->sysmontick
printf "%d Ms are idle\n", sched.nmidle
bt
# It needs an M to give P0 to. None is asleep, so it makes one. Which goroutine
# will the new thread run? [((struct gobuf *)$rdi)->g->goid]
meet
thread 3
tbreak gogo
continue
printf "G%d is loaded\n", ((struct gobuf *)$rdi)->g->goid
printf "P0 is with M%d\n", allp[0]->m->id
# main takes a thousand turns while the reader sleeps, and then writes to the
# pipe: a call as well. How many Ms take P0 for theirs when it is in the kernel?
# [2]
tbreak Syscall6 if $rdi == 1 && $rsi == fds[1]
continue
finish
print allp[0]->status
printf "M0 remembers P%d, M2 P%d\n", m0.oldp->id, allm->oldp->id
# Both will come back and want it. Thread 1 is first. With which M is P0 when
# the reader prints? [allp[0]->m->id]
thread 1
finish
tbreak fmt_Printf
continue
printf "P0 is with M%d\n", allp[0]->m->id
# M0 has it back, from a call that was not its own. Thread 3 comes too late.
# What becomes of main, which it was running? ["queue"]
thread 3
tbreak exitsyscall0
continue
tbreak stopm
continue
info sched
# main is in the list of all, and M2 goes to sleep. Try delete, set
# scheduler-locking off, and continue: does main come to its end?
