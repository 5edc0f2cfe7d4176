# SPDX-License-Identifier: MIT
# Tangled from book/05-schedinit.nw; edit that, not this file.
# What schedinit makes: an M with a number, Ps, and the queues inside them.
#   gdb -x gdb/05-schedinit.gdb build/chapters/05/rt0
set environment GOMAXPROCS 3
break *schedinit
run
print allm
print allp
print m0.os.rand
break *checkfds
continue
print allm == &m0
print m0.id
print m0.os.rand & 1
break *persistentalloc
continue
print $rdi
continue
print $rdi
print sizeof(struct p)
delete
break *bootreport
continue
print gomaxprocs
print allp[0]->status
print allp[0]->m == &m0
print sched.pidle->id
print sched.pidle->link->id
print (long)allp[1] - (long)allp[2]
print (long)allp[0]->runq - (long)allp[0]
commands
  silent
end
set $pp = allp[0]
set $top = $rsp
define by-hand
  set $rsp = $top - 16
  set *(long *)$rsp = $pc
  set $rdi = $pp
  set $rsi = $arg1
  set $pc = $arg0
  continue
end
set $i = 0
while $i < 257
  by-hand runqput &g0
  set $i = $i + 1
end
by-hand runqput &m0
print $pp->runqtail - $pp->runqhead
print sched.runqsize
by-hand runqget 0
print (struct g *)$rax == &g0
print $pp->runqtail - $pp->runqhead
print $pp->runq[($pp->runqtail - 1) % 256] == &g0
print (void *)sched.runq.head == (void *)&m0
