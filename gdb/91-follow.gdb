# SPDX-License-Identifier: MIT
# Tangled from book/91-stepping.nw; edit that, not this file.
# One goroutine is followed while all of them take turns.
#   gdb -x gdb/91-follow.gdb build/chapters/07/yield
source gdb/rt0.py
set print frame-arguments none
set print frame-info short-location
# Red, green and blue take turns on one thread. We stop where green, G3, begins,
# and go on to where it gives its turn away. Who has printed before it? ["red"]
tbreak count if $on(3)
run
guntil runtime_Gosched
# gfinish goes on until G3 is back from this function, and the others run
# meanwhile. In which goroutine do we stop? [$g()->goid]
gfinish
# The others have printed their lines, and we are still with G3. Twice more a
# line.
gnext
gnext
print $g()
# After its last turn the goroutine ends. Will gnext stop in another one? ["no"]
gnext 9
# It says so, and stops where it ended. Try break count, run, gnext and next.
