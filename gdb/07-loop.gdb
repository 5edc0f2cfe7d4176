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
# stop where a goroutine steps back
break *goschedImpl
run
print ((struct g *)$rdi)->goid
line
print g0.sched.sp - (unsigned long)$rsp
backtrace
# stop where the next one is loaded
break *gogo
continue
print ((struct gobuf *)$rdi)->g->goid
info symbol ((struct gobuf *)$rdi)->pc
delete 2
continue
print ((struct g *)$rdi)->goid
line
print g0.sched.sp - (unsigned long)$rsp
info symbol ((struct g *)$rdi)->sched.pc
