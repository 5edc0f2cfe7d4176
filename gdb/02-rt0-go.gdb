# SPDX-License-Identifier: MIT
# Tangled from book/02-rt0-go.nw; edit that, not this file.
# g0, m0 and the thread pointer come into being.
#   gdb -x gdb/02-rt0-go.gdb --args build/chapters/02/rt0 one two three
set print frame-info short-location
tbreak settls
run
# look at the frame and at g0
backtrace
print g0.stack.hi % 16
print (g0.stack.hi - g0.stack.lo) / 1024
print *(long *)(g0.stack.hi + 24)
print (*(char ***)(g0.stack.hi + 32))[1]
print/x g0.m

# see the thread pointer change
print $fs_base
finish
print $fs_base == (long)&m0.tls[1]
print m0.tls[1] == $fs_base
print m0.tls[0]

# see the self-test
x/i $pc
stepi
print/x m0.tls[0]

# see the wiring
tbreak checklevel
continue
print (struct g *)m0.tls[0] == &g0
print m0.g0 == &g0 && g0.m == &m0
print ((struct g *)m0.tls[0])->m->g0->stack.hi == g0.stack.hi

continue
