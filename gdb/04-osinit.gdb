# SPDX-License-Identifier: MIT
# Tangled from book/04-osinit.nw; edit that, not this file.
# The vDSO in args, the affinity mask in osinit, and the clock.
#   gdb -x gdb/04-osinit.gdb build/chapters/04/rt0
# args has found the vDSO in the auxiliary vector. No file of this machine has
# these bytes, and yet it is an ELF file. With which byte does it begin? [0x7f]
break *vdsoauxv
run
x/4xb $rdi
print vdsoClockGettime
# The clock's pointer is still 0. vdsoauxv reads headers and symbols, as a
# linker would; we stop when it is done.
break *osinit
continue
info symbol vdsoClockGettime
# In the vDSO we call the kernel's own code without entering the kernel.
# Now osinit asks which processors we may use, and offers 8,192 bytes for the
# answer, a bit for each. How many bytes does the kernel fill here? [$rax]
break *Syscall6 if $rdi == 204
continue
printf "pid %d, %d bytes\n", $rsi, $rdx
stepi 8
printf "the kernel filled %d bytes\n", $rax
# One bit for each processor that this kernel was built for, in whole words.
# Nobody asks for the time in this boot, so we make the call: a return address
# on the stack, the function in %rip. How many ns pass between two of our calls,
# a second, a thousandth, a millionth? [$rax - $first]
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
printf "%d ns have passed\n", $rax - $first
# Most of that is the debugger's. Try now, and print $rax - $first, a few more
# times.
