# SPDX-License-Identifier: MIT
# Tangled from book/04-osinit.nw; edit that, not this file.
# The vDSO in args, the affinity mask in osinit, and the clock.
#   gdb -x gdb/04-osinit.gdb build/chapters/04/rt0
break *vdsoauxv
run
x/4xb $rdi
print vdsoClockGettime == 0
break *osinit
continue
info symbol vdsoClockGettime
break *Syscall6 if $rdi == 204
continue
printf "pid %d, %d bytes\n", $rsi, $rdx
stepi 8
print $rax > 0 && $rax % 8 == 0
delete
set $here = $pc
set $top = (long)$rsp
define now
  set $rsp = ($top & -16) - 8
  set *(long *)$rsp = $here
  set $pc = nanotime
  tbreak *$here
  continue
end
now
set $first = $rax
now
print $first < $rax
