# SPDX-License-Identifier: MIT
# Tangled from book/08-two-threads.nw; edit that, not this file.
# A second thread, from the call that makes it to a lock that both want.
#   gdb -x gdb/08-threads.gdb build/chapters/08/tally
set pagination off
set print frame-info short-location
set print frame-arguments none
set print thread-events off
set args lock
source gdb/rt0.py
# main has called newsysm, and clone is about to make a thread, for an M that
# is ready: flags, a stack and a thread pointer are in registers. How many bytes
# are on that stack? [allm->g0->stack.hi - $rsi]
break *clone
run
print/x $rdi
printf "the new stack has %d bytes on it\n", allm->g0->stack.hi - $rsi
printf "fs will be &tls[%d]\n", ($rcx - (long)allm->tls) / 8
printf "tls[0] has the g0 of M%d\n", ((struct g *)allm->tls[0])->m->id
# One call, and two threads return from it. What does the new one get? [$rax]
meet
thread 2
print $rax
printf "the stack has %d bytes on it\n", allm->g0->stack.hi - (long)$rsp
printf "its g is the g0 of M%d\n", (*(struct g **)($fs_base - 8))->m->id
printf "M1 knows its number, tid %d\n", allm->procid
# It has a stack, a g and a number, and has not executed an instruction. Two
# later it is where only a new thread goes. How many frames has it? [1]
stepi 2
bt
# Nobody has called it. It takes its function from its M. Meanwhile thread 1 is
# where it was. What has clone returned there? ["number"]
break second
continue
bt
thread 1
printf "clone returned tid %d, M1 is tid %d\n", $rax, allm->procid
# Now the lock. Thread 1 has mu and is about to give it back; nobody waits. What
# is in its word? [mu.key]
break *unlock
continue
print mu.key
# Thread 2 wants it, spins for a while, and then asks the kernel for sleep, by a
# futex. What has it written into the word before? [mu.key]
thread 2
break *Syscall6 if $rdi == 202
continue
bt
printf "futex operation %d\n", $rdx
print mu.key
# A 2 says that somebody sleeps, or will. Operation 128 has not reached the
# kernel when we let thread 1 give the lock back. What does it write? [mu.key]
thread 1
continue
printf "futex operation %d\n", $rdx
print mu.key
# It wakes, operation 129, and no one is asleep yet. Will thread 2 now sleep for
# ever? What does the kernel answer to it? [$rax]
thread 2
finish
print $rax
# The number says EAGAIN: the word was no longer 2, so there was no sleep. Try
# delete and continue, and see how many additions are lost.
