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

# look at what the kernel left
x/gd $rsp
x/s *(char **)($rsp + 8)

x/gd &_cgo_init

# stop where the first goroutine is made
tbreak *'runtime.newproc.abi0'
continue
backtrace
whatis 'runtime.allp'.array[0]->runq
print 'runtime.allp'.array[0]->runnext

# stop where it has been made
x/a &'runtime.mainPC'
tbreak *'runtime.mstart.abi0'
continue
print/x 'runtime.allp'.array[0]->runnext
print 'runtime.allp'.array[0]->runqtail
set $g1 = ('runtime.g' *)'runtime.allp'.array[0]->runnext
print $g1->goid
print/x $g1->stack
print/x $g1->sched.sp
info symbol $g1->sched.pc

# stop where it runs
tbreak *'runtime.main'
continue
x/a $rsp
info threads

# stop in main.main
tbreak main.main
continue
backtrace
print 'runtime.allglen'

kill
