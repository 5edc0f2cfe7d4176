# SPDX-License-Identifier: MIT
# Tangled from book/03-check-and-args.nw; edit that, not this file.
# From rt0_go into check, through args, and out through Syscall6.
#   gdb -x gdb/03-args.gdb --args build/chapters/03/rt0 one two three
# rt0_go has made %rsp a multiple of 16 and calls check, our first C function.
# How far past a multiple of 16 is %rsp there? [(long)$rsp & 15]
break *check
run
printf "rsp is %d past a multiple of 16\n", (long)$rsp & 15
info symbol *(long *)$rsp
# The call has pushed 8 bytes, the way back into rt0_go.
# Now args walks up the stack and stops above the environment. What follows
# the last argument in argv? ["NULL"]
break *sysauxv
continue
print argc
print argv[3]
print argv[argc]
print *((char **)$rdi - 1)
x/2gx $rdi
# A NULL ends the arguments, and another one the environment. Above them are
# pairs of a tag and a value; 0x21 is the tag of the vDSO.
# The tag of the page size is 6. How large is a page? [$pair[1]]
set $pair = (long *)$rdi
while $pair[0] != 6
  set $pair = $pair + 2
end
x/2gd $pair
# print saves its argument registers side by side, and va_arg takes them there.
# The format was the first. How far into the area is argc? [ap->gp_offset]
break *vfprint
continue
print *ap
print *(long *)(ap->reg_save_area + ap->gp_offset)
# print has its line together and calls write through the gate. Our call number
# is in %rdi, and the kernel looks for it in %rax.
# After the gate has moved everything, what is in %rdi? [$rdi]
break *Syscall6
continue
printf "rdi %d, rsi %d\n", $rdi, $rsi
x/s $rdx
stepi 7
printf "rax %d, rdi %d\n", $rax, $rdi
# The number and the descriptor have moved one place, and syscall is next.
# It returns how many bytes were written. How many will it be? [$rax]
stepi
printf "%d bytes are left over\n", $rdx - $rax
x/i $rcx
# The kernel came back to the address in %rcx: a system call destroys that
# register. Try stepi until the ret has led back into C.
