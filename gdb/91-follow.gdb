# SPDX-License-Identifier: MIT
# Tangled from book/91-stepping.nw; edit that, not this file.
# One goroutine is followed while all of them take turns.
#   gdb -x gdb/91-follow.gdb build/chapters/07/yield
source gdb/rt0.py
set print frame-arguments none
set print frame-info short-location
tbreak count if $on(3)
run
# Out of runtime_Gosched: the others run meanwhile.
guntil runtime_Gosched
gfinish
gnext
gnext
print $g()
# After its last turn the goroutine ends, and says so.
gnext 9
