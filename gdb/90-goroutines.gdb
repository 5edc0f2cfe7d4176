# SPDX-License-Identifier: MIT
# Tangled from book/90-the-debugger.nw; edit that, not this file.
# Goroutines, run queues and parked stacks.
#   gdb -x gdb/90-goroutines.gdb build/chapters/07/yield
source gdb/rt0.py
set print frame-arguments none
set print frame-info short-location
tbreak main_main
run
tbreak count if $g().goid == 3
continue
set $before = $rsp
info goroutines
goroutine 2 bt
goroutine 2 frame
print $rsp == $before
info sched
print $g()
print $p()
goroutine 4 bt
