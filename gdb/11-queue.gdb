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
# main starts five goroutines, and stops at each of the first three. The newest
# is next. Who is in the ring when the third comes? [2]
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
# The third has no place yet. Who is next when it has? [m0.p->runnext->goid]
finish
line
# Each newest one has pushed the one before it into the ring. How large is the
# stack of a goroutine that waits for its first turn? [allgs->stack.hi]
delete
printf "G%d has a stack that ends at %d\n", allgs->goid, allgs->stack.hi
break *stackget
continue
backtrace
# It has none, and gets one from execute, on g0. main has made all five and
# parks. Whose turn is it? [$last->goid]
delete
break *gogo
continue
set $last = ((struct gobuf *)$rdi)->g
printf "G%d is loaded\n", $last->goid
set $stack = $last->stack
# The last one that main made, the fifth. It says its number, wakes main and
# ends. Where does its stack end when main is loaded? [$last->stack.hi]
continue
printf "G%d is loaded\n", ((struct gobuf *)$rdi)->g->goid
printf "G%d has a stack that ends at %d\n", $last->goid, $last->stack.hi
# It has given it back. main waits again, and another one begins. How far is the
# stack that it gets from that of the dead one? [0]
continue
set $new = ((struct gobuf *)$rdi)->g
printf "G%d is loaded\n", $new->goid
printf "its stack is %d bytes from the old one\n", $new->stack.hi - $stack.hi
# It is the same memory, still warm in the cache. Try continue a few times and
# line: in which order do the other three come?
