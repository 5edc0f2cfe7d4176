# SPDX-License-Identifier: MIT
# Tangled from book/11-p-and-its-queue.nw; edit that, not this file.
# The queue of a P: who is next, and when a goroutine gets its stack.
#   gdb -x gdb/11-queue.gdb build/chapters/11/order
set pagination off
set print address off
set print frame-info short-location
set print frame-arguments none
set environment GOMAXPROCS 1

define line
  printf "next %d, ring", m0.p->runnext ? m0.p->runnext->goid : 0
  set $i = m0.p->runqhead
  while $i != m0.p->runqtail
    printf " %d", m0.p->runq[$i % 256]->goid
    set $i = $i + 1
  end
  printf "\n"
end
# watch a goroutine push another out
break main_main
run
delete
break *runnextput
continue
line
continue
line
continue
line
finish
line
# watch two of them share a stack
delete
print allgs->goid
print allgs->stack.hi
break *stackget
continue
backtrace
delete
break *gogo
continue
set $five = ((struct gobuf *)$rdi)->g
print $five->goid
set $stack = $five->stack
continue
print ((struct gobuf *)$rdi)->g->goid
print $five->stack.hi
continue
print ((struct gobuf *)$rdi)->g->goid
print ((struct gobuf *)$rdi)->g->stack.hi == $stack.hi
