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
# go into the kernel without the P
meet
tbreak Syscall6 if $rdi == 0
continue
print allp[0]->status
print allp[0]->m
print m0.p
print m0.oldp == allp[0]
print m0.curg->atomicstatus
print sched.nmidle
# let sysmon take it
thread 2
break handoffp
continue
print allp[0]->status
print allp[0]->syscalltick
print allp[0]->sysmontick
print sched.nmidle
bt
# let the third thread run main
meet
thread 3
tbreak gogo
continue
print ((struct gobuf *)$rdi)->g->goid
print allp[0]->m->id
tbreak Syscall6 if $rdi == 1 && $rsi == fds[1]
continue
finish
print allp[0]->status
print m0.oldp == allp[0] && allm->oldp == allp[0]
# come back from the kernel first
thread 1
finish
tbreak fmt_Printf
continue
print allp[0]->m->id
# come back and find it gone
thread 3
tbreak exitsyscall0
continue
tbreak stopm
continue
print sched.runq.head->goid
info sched
kill
