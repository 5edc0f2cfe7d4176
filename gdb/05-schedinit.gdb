# SPDX-License-Identifier: MIT
# Tangled from book/05-schedinit.nw; edit that, not this file.
# What schedinit makes: an M with a number, Ps, and the queues inside them.
#   gdb -x gdb/05-schedinit.gdb build/chapters/05/rt0
# We ask for three Ps. m0, the struct of this thread, is in the program's data.
# How many threads does the list of all of them have now? ["none"]
set environment GOMAXPROCS 3
break *schedinit
run
print allm
print allp
print m0.os.rand
# There is no list. m0 is to get a number and a generator of random numbers,
# whose state must never be 0. Which bit do we set to be sure? ["lowest"]
break *checkfds
continue
print allm
print m0.id
printf "the lowest bit of its generator is %d\n", m0.os.rand & 1
# Now memory: for an array of three pointers, and then for the Ps themselves.
# How many bytes does the array need? [24]
break *persistentalloc
continue
printf "%d bytes are asked for\n", $rdi
continue
printf "%d bytes are asked for, and a P has %d\n", $rdi, sizeof(struct p)
# Most of a P is the ring of its queue. One thread can run one P; the others
# wait on the list of idle ones. Which P is first there? [sched.pidle->id]
delete
break *bootreport
continue
print gomaxprocs
print allp[0]->status
print allp[0]->m
printf "idle are P%d and P%d\n", sched.pidle->id, sched.pidle->link->id
printf "P1 is %d bytes after P2\n", (long)allp[1] - (long)allp[2]
printf "the ring is %d bytes inside\n", (long)allp[0]->runq - (long)allp[0]
# P2 was made before P1. No goroutine exists yet, so we call the queue's
# functions by hand: a return address, the arguments, the function in %rip.
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
# The ring has room for 256. We queue g0 257 times, and then m0, so that we know
# it again. How many of the 258 are on the list of all Ps? [sched.runqsize]
set $i = 0
while $i < 257
  by-hand runqput &g0
  set $i = $i + 1
end
by-hand runqput &m0
printf "%d are in the ring\n", $pp->runqtail - $pp->runqhead
printf "%d are on the list\n", sched.runqsize
# Two found no room. Now one leaves the ring. How many does it hold then? [256]
by-hand runqget 0
print (struct g *)$rax
print $pp->runqtail - $pp->runqhead
print $pp->runq[($pp->runqtail - 1) % 256]
print (void *)sched.runq.head
# One left at the front, and one came up from the list. m0 has overtaken nobody.
# Try by-hand runqget 0 again, and print sched.runqsize.
