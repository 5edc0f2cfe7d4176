# SPDX-License-Identifier: MIT
# Tangled from book/13-parking-and-spinning.nw; edit that, not this file.
# Work comes when the one that looks has passed, and the last look finds it.
#   gdb -x gdb/13-late.gdb build/chapters/13/workers
source gdb/rt0.py
set pagination off
set print frame-info short-location
set print frame-arguments none
set print thread-events off
set environment GOMAXPROCS 2
starti
meet
# Thread 2 runs main's first worker and then spins. We hold it when it has
# passed the rings of all Ps, and main makes three workers more. Does main wake
# a thread for them? ["no"]
thread 2
tbreak resetspinning
continue
tbreak globrunqgetbatch if allm->spinning
continue
thread 1
tbreak gopark
continue
printf "%d spinning\n", sched.nmspinning
info sched
# It counts on the spinner, which has looked already. Three goroutines wait, and
# thread 2 gives up. How many Ps are idle then? [sched.npidle]
thread 2
tbreak lookagain
continue
printf "%d spinning\n", sched.nmspinning
info sched
# If it slept now, they would wait for ever. It looks at all rings once more,
# after it has stepped down. With which P does it come back?
# [((struct p *)$rax)->id]
finish
printf "it has P%d\n", ((struct p *)$rax)->id
# With that P it begins another round and will find the three. Try tbreak
# execute and continue.
