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
# main's first go wakes a P. There is no thread for it yet: one is about to be
# made. How many Ms count as spinning before it is? [sched.nmspinning]
break *clone
run
bt
printf "%d spinning, %d P idle\n", sched.nmspinning, sched.npidle
meet
# It is counted before it exists, so main wakes no second one. main is held, and
# M1 looks for work. It finds the worker. Is it still counted?
# ["yes"]
thread 2
tbreak resetspinning
continue
printf "%d spinning\n", sched.nmspinning
# It is, for one moment more. It runs the worker to its end and finds nothing
# else. Before its last look, is it counted? ["no"]
tbreak lookagain
continue
printf "%d spinning, %d P idle\n", sched.nmspinning, sched.npidle
# No, and it has no P: an M that makes work from here on must wake a thread. The
# look finds nothing, and M1 is about to sleep. How many Ms are on the list of
# those that sleep? [sched.nmidle]
tbreak notesleep
continue
printf "%d M is idle\n", sched.nmidle
# It does not sleep yet, and already main makes its second worker. Whom does it
# count again before it wakes anybody? ["M1"]
thread 1
tbreak notewakeup
continue
printf "%d spinning\n", sched.nmspinning
info sched
# The wake-up comes before the sleep. Will M1 sleep first? It goes on until it
# has a goroutine. Which? [((struct g *)$rdi)->goid]
finish
thread 2
tbreak *execute
continue
print allm->spinning
info sched
# It has not slept, and is no spinner any more. Try thread 1 and bt:
# where is main?
