# SPDX-License-Identifier: MIT
# Tangled from book/91-stepping.nw; edit that, not this file.
# Over the stack switch in gogo, and back again.
#   gdb -x gdb/91-reverse.gdb build/chapters/07/hello
set print frame-arguments none
set print frame-info short-location
# gogo is about to change to the stack of the first goroutine. GDB remembers
# what each instruction changes. How many frames does it show in gogo? [5]
break gogo
run
record full
backtrace
# Twelve instructions forward. How many frames are there now? [2]
stepi 12
backtrace
# Another stack, and goexit is the oldest. Now back: which function is the
# caller of gogo once more? ["execute"]
reverse-stepi 11
backtrace
record stop
# The old stack was there all the time. Try stepi, and info registers rsp.
