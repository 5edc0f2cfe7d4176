# SPDX-License-Identifier: MIT
# Tangled from book/06-newproc.nw; edit that, not this file.
# From newproc through gogo to the first goroutine and to its end.
#   gdb -x gdb/06-newproc.gdb build/chapters/06/rt0
# newproc makes a goroutine of a function, whose address is in %rdi. Which
# function is it, and how many goroutines are there before? ["runtime_main"]
set print frame-info short-location
set print frame-arguments none
break *newproc
run
info symbol $rdi
print allgs
# None. We stop in gogo, which will change to the new stack. Nothing has run
# there. How many bytes are on it all the same? [$gp->stack.hi - $gp->sched.sp]
break *gogo
continue
set $gp = allgs
print $gp->goid
print $gp->atomicstatus
printf "%d bytes are on its stack\n", $gp->stack.hi - $gp->sched.sp
x/5gx $gp->sched.sp
info symbol *(long *)$gp->sched.sp
info symbol $gp->sched.pc
bt
# The word on top pretends that goexit had called runtime_main. On g0 four calls
# have led here, to gogo. Nine instructions on, the next one loads %rsp.
# How many frames does GDB see right after that? [1]
stepi 9
x/i $pc
stepi
printf "rsp is %d bytes from sched.sp\n", (long)$rsp - (long)$gp->sched.sp
bt
# g0 is out of sight, and no function has begun on the new stack. Two more
# instructions: the last argument, and a jump. Who seems to have called?
# ["goexit"]
stepi 2
bt
printf "rsp is %d past a multiple of 16\n", (long)$rsp & 15
# The call never happened, and %rsp is as after a real one. runtime_main runs
# and returns. How far does its ret move %rsp? [(long)$rsp-$gp->sched.sp]
break *((long)goexit + 1)
continue
x/2i $pc
printf "rsp is %d bytes from sched.sp\n", (long)$rsp - (long)$gp->sched.sp
printf "rsp is %d past a multiple of 16\n", (long)$rsp & 15
# The ret has used the planted address, once. goexit1 calls mcall, which goes to
# g0 to bury the goroutine. What is its status there? [allgs->atomicstatus]
break *goexit0
continue
bt
printf "its argument is G%d\n", ((struct g *)$rdi)->goid
print allgs->atomicstatus
# It counts as running until casgstatus says otherwise. Try watch
# allgs->atomicstatus, and continue.
