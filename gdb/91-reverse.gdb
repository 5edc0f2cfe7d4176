# SPDX-License-Identifier: MIT
# Tangled from book/91-stepping.nw; edit that, not this file.
# Over the stack switch in gogo, and back again.
#   gdb -x gdb/91-reverse.gdb build/chapters/07/hello
set print frame-arguments none
set print frame-info short-location
break gogo
run
record full
backtrace
stepi 12
backtrace
reverse-stepi 11
backtrace
record stop
