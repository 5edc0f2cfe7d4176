# SPDX-License-Identifier: MIT
# Tangled from book/10-park-and-ready.nw; edit that, not this file.
# Main parks at a semaphore, and a worker makes it ready.
#   gdb -x gdb/10-park.gdb build/chapters/10/workers
source gdb/rt0.py
set pagination off
set print frame-info short-location
set print frame-arguments none
set environment GOMAXPROCS 1
# main has started four workers on one P, and asks for a unit of done. There is
# none. How many of the workers have run by now? [0]
tbreak gopark
run
bt
info goroutines
print done
# main cannot wait on its own stack: the order to give the lock back is carried
# out by g0. Is the lock of the table held until then? ["yes"]
break *parkunlock
continue
set $gp = (struct g *)$rdi
set $root = (struct semaroot *)$rsi
printf "on main's stack? %d\n", $rsp > $gp->stack.lo && $rsp <= $gp->stack.hi
print $gp->atomicstatus
printf "the lock's word is %d\n", $root->lock.key
printf "%d waits: G%d\n", $root->nwait, $root->head->g->goid
print $root->head->addr
# main waits and is in the list, and as long as the lock is held nobody can take
# it from there. A worker will give the first unit. What is in done then? [done]
tbreak goready
continue
info goroutines
print done
# The unit went from hand to hand and was never put down. main becomes runnable.
# Where in the queue, first or last? ["last"]
finish
info sched
# Three workers run before it. Each finds no work left and gives a unit, for
# which no one waits. How many are in done when main comes back? [done]
delete
tbreak *gogo if ((struct gobuf *)$rdi)->g == $gp
continue
print done
printf "%d wait\n", $root->nwait
# main has the fourth, and can take these three at once. Try tbreak gopark and
# continue: does it wait again?
