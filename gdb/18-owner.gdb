# SPDX-License-Identifier: MIT
# Tangled from book/18-the-owners-path.nw; edit that, not this file.
# A thief takes the owner's privilege away, with a heavy fence.
#   gdb -x gdb/18-owner.gdb build/chapters/18/order
source gdb/rt0.py
set pagination off
set print frame-info short-location
set print frame-arguments none
set print thread-events off
set environment GOMAXPROCS 2
starti
meet
# Main starts G2 to G6 on P0, and then it waits. Whose are P0's queues, when
# there was no theft yet? [allp[0]->bias]
tbreak gopark
continue
info sched
print allp[0]->bias
# Its owner's. The next goroutine is taken without a lock, and when it begins,
# the owner is not inside any more. What is taking? [allp[0]->taking]
tbreak say
continue
printf "taking: %d\n", allp[0]->taking
# Thread 2 comes to steal. It has seen four on the pile, from outside. It swaps
# the state before it passes the heavy fence. What is it then? [allp[0]->bias]
thread 2
tbreak heavyfence
continue
print allp[0]->bias
# Revoking: the owner may still be inside and not know it. So the thief calls
# the kernel. With which number? [$rdi]
tbreak Syscall6
continue
bt 4
# When the call is over and the owner is outside, the state is another. Which?
# [allp[0]->bias]
tbreak lock
continue
bt 3
print allp[0]->bias
# The thief stands before the lock. We hold it there, and the owner comes for
# its next goroutine. By which way? [1]
thread 1
tbreak takelocked
continue
bt 3
finish
# By the lock, and it was faster than the thief. How often has the owner taken
# since the last theft? [allp[0]->calm]
printf "lock: %d, calm: %d\n", allp[0]->runqlock.key, allp[0]->calm
info sched
# The thief stands before the lock and would wait. Let both threads move. Try
# delete, set scheduler-locking off, and continue.
