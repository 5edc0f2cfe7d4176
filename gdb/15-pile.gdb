# SPDX-License-Identifier: MIT
# Tangled from book/15-the-newest-first.nw; edit that, not this file.
# A pile is filled, popped by its owner, and robbed of half.
#   gdb -x gdb/15-pile.gdb build/chapters/15/order
source gdb/rt0.py
set pagination off
set print frame-info short-location
set print frame-arguments none
set print thread-events off
set environment GOMAXPROCS 2
starti
meet
# main starts five goroutines, G2 to G6. A pile is one word: how many were
# taken, how many are on it, and the place of the oldest. How many are on it
# when main waits? [allp[0]->pile / 256 % 65536]
tbreak gopark
continue
info sched
print/x allp[0]->pile
# Five, the newest first. main parks, and its P goes on. Who begins?
# [$g()->goid]
tbreak say
continue
info sched
print/x allp[0]->pile
# The newest has been taken: takes and count have changed, the oldest has not.
# Now a thief, on thread 2. It copies half of the pile. How many will it copy?
# [2]
thread 2
tbreak runqsteal
continue
break-insn pilesteal|runqsteal lock cmpxchg %r
continue
printf "place 0 has G%d\n", allp[1]->piled[0]->goid
printf "place 1 has G%d\n", allp[1]->piled[1]->goid
info sched
# The oldest two, and they are still P0's. One instruction changes one word. At
# which place is the oldest then? [allp[0]->pile % 256]
stepi
print/x allp[0]->pile
info sched
# Both are in flight. The thief puts one on its own pile and runs the other.
# Which does it run? [((struct g *)$rax)->goid]
finish
finish
printf "G%d is the one to run\n", ((struct g *)$rax)->goid
info sched
# The owner has noticed nothing: its next is as before. Try tbreak say,
# continue, and info sched.
