# SPDX-License-Identifier: MIT
# Tangled from book/10-park-and-ready.nw; edit that, not this file.
# Main parks at a semaphore, and a worker makes it ready.
#   gdb -x gdb/10-park.gdb build/chapters/10/workers
source gdb/rt0.py
set pagination off
set print frame-info short-location
set print frame-arguments none
set environment GOMAXPROCS 1
# stop where main is about to park
tbreak gopark
run
bt
info goroutines
print done
# look at the list when main has left its stack
break *parkunlock
continue
set $gp = (struct g *)$rdi
set $root = (struct semaroot *)$rsi
print $rsp > $gp->stack.lo && $rsp <= $gp->stack.hi
print $gp->atomicstatus
print $root->lock.key
print $root->nwait
print $root->head->g->goid
print $root->head->addr == &done
# stop where main is made ready
tbreak goready
continue
info goroutines
print done
finish
info sched
# see who has the unit
delete
tbreak *gogo if ((struct gobuf *)$rdi)->g == $gp
continue
print done
print $root->nwait
