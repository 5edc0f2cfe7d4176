# SPDX-License-Identifier: MIT
# Tangled from book/06-newproc.nw; edit that, not this file.
# From newproc through gogo to the first goroutine and to its end.
#   gdb -x gdb/06-newproc.gdb build/chapters/06/rt0
set print frame-info short-location
set print frame-arguments none
break *newproc
run
info symbol $rdi
print allgs
break *gogo
continue
set $gp = allgs
print $gp->goid
print $gp->atomicstatus
print (long)$gp->stack.hi - (long)$gp->sched.sp
x/5gx $gp->sched.sp
info symbol *(long *)$gp->sched.sp
info symbol $gp->sched.pc
bt
stepi 9
x/i $pc
print $rsp == $gp->sched.sp
stepi
print $rsp == $gp->sched.sp
bt
stepi 2
bt
print (long)$rsp & 15
print $rdi
break *((long)goexit + 1)
continue
x/2i $pc
print $rsp == $gp->sched.sp + 8
print (long)$rsp & 15
break *goexit0
continue
bt
print $rdi == $gp
print allgs->atomicstatus
