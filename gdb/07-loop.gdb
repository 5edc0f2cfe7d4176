# SPDX-License-Identifier: MIT
# Tangled from book/07-the-main-goroutine.nw; edit that, not this file.
# Two rounds of the scheduler.
#   gdb -x gdb/07-loop.gdb build/chapters/07/yield
set pagination off
set print address off
set print frame-info short-location
set print frame-arguments presence

define line
  set $i = m0.p->runqhead
  while $i != m0.p->runqtail
    printf "goroutine %d\n", m0.p->runq[$i % 256]->goid
    set $i = $i + 1
  end
end
# main has started three goroutines, red, green and blue, and says Gosched. Who
# is first in the queue when it steps back? [m0.p->runq[m0.p->runqhead]->goid]
break *goschedImpl
run
printf "goroutine %d steps back\n", ((struct g *)$rdi)->goid
line
printf "g0 uses %d bytes\n", g0.sched.sp - (unsigned long)$rsp
backtrace
# On g0 there is one return address, that of the call in mcall. The scheduler
# takes the first of the queue; we stop right before the jump. Where in count
# will goroutine 2 go on? ["at its beginning"]
break *gogo
continue
printf "goroutine %d is loaded\n", ((struct gobuf *)$rdi)->g->goid
info symbol ((struct gobuf *)$rdi)->pc
# It has never run. It prints its line, and steps back in turn. Who is last in
# the queue then? [m0.p->runq[(m0.p->runqtail - 1) % 256]->goid]
delete 2
continue
printf "goroutine %d steps back\n", ((struct g *)$rdi)->goid
line
printf "g0 uses %d bytes\n", g0.sched.sp - (unsigned long)$rsp
info symbol ((struct g *)$rdi)->sched.pc
# main waits behind the others, and g0 is as empty as before. Try continue and
# line a few times: what do the two numbers do?
