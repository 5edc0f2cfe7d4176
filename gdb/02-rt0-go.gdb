# SPDX-License-Identifier: MIT
# Tangled from book/02-rt0-go.nw; edit that, not this file.
# g0, m0 and the thread pointer come into being.
#   gdb -x gdb/02-rt0-go.gdb --args build/chapters/02/rt0 one two three
set print frame-info short-location
tbreak settls
run
# rt0_go has made a frame for argc and argv on the kernel's stack. What is below
# it belongs to g0. How many KiB is that? [(g0.stack.hi - g0.stack.lo) / 1024]
backtrace
printf "hi is %d past a multiple of 16\n", g0.stack.hi % 16
printf "g0 has %d KiB\n", (g0.stack.hi - g0.stack.lo) / 1024
print *(long *)(g0.stack.hi + 24)
print (*(char ***)(g0.stack.hi + 32))[1]
print g0.m

# argc and an argument are in the frame, and g0 has no m yet. Now settls gives
# us a thread pointer into m0.tls. Which of its words is at %fs:-8 then? [0]
print $fs_base
finish
print/x $fs_base
print/x m0.tls
printf "%%fs:-8 is m0.tls[%d]\n", ($fs_base - 8 - (long)m0.tls) / 8

# The thread pointer points at a word that holds its own address. Does it reach
# memory? The next instruction tries. What will be in m0.tls[0]? [m0.tls[0]]
x/i $pc
stepi
print/x m0.tls[0]

# It does. Before checklevel, rt0_go ties the three together. Where does the way
# from %fs:-8 over m and g0 lead? ["g0"]
tbreak checklevel
continue
print (struct g *)m0.tls[0]
print g0.m
print ((struct g *)m0.tls[0])->m->g0
# Back to where it began. checklevel now asks what this processor can do, and
# the program ends. With which status? [$_exitcode]
continue
# It is argc again. Try run with a breakpoint of your own, say tbreak rt0_go.
