# SPDX-License-Identifier: MIT
# Tangled from book/00-a-real-go-binary.nw; edit that, not this file.
# A Go binary from its first instruction to main.main.
#   gdb -x gdb/00-go.gdb --args build/go/hello one two three
set backtrace past-main on
set print frame-info short-location
set print frame-arguments presence
starti
# Names with a dot and a slash in them are easier to write in C.
set language c

# We gave the program three words. The return address of a function that was
# called would be on top of the stack. What is there now? [*(long *)$rsp]
x/gd $rsp
x/s *(char **)($rsp + 8)

# It is argc: nobody has called us. A program with C code in it would have a
# function to set up the thread. What is in the variable for it here? [0]
x/gd &_cgo_init

# There is no C. On we go, over osinit and schedinit, to where the first
# goroutine is made. For how many has the queue of a P room?
# [sizeof('runtime.allp'.array[0]->runq) / 8]
tbreak *'runtime.newproc.abi0'
continue
backtrace
whatis 'runtime.allp'.array[0]->runq
print 'runtime.allp'.array[0]->runnext

# The queue is an array in the P, and beside it is a place for the one that is
# to run next. Where will newproc put runtime.main? ["runnext"]
x/a &'runtime.mainPC'
tbreak *'runtime.mstart.abi0'
continue
print/x 'runtime.allp'.array[0]->runnext
print 'runtime.allp'.array[0]->runqtail
set $g1 = ('runtime.g' *)'runtime.allp'.array[0]->runnext
# It has never run, and looks as if it had been interrupted. How many bytes are
# on its stack already? [$g1->stack.hi - $g1->sched.sp]
print $g1->goid
print/x $g1->stack
print/x $g1->sched.sp
printf "%d bytes are on the stack\n", $g1->stack.hi - $g1->sched.sp
info symbol $g1->sched.pc

# Most of them are free; the last 8 hold an address. The scheduler jumps into
# runtime.main. Which function seems to have called it? ["goexit"]
tbreak *'runtime.main'
continue
x/a $rsp
info threads

# goexit has called nobody. runtime.main starts threads and goroutines of the
# runtime before ours. How many goroutines have been made when main.main begins?
# ['runtime.allglen']
tbreak main.main
continue
backtrace
print 'runtime.allglen'

# One is ours and the others are the runtime's own. Try stage 00-boot-order: the
# same road, as a list of calls.
