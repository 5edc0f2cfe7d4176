# SPDX-License-Identifier: MIT
# Tangled from book/03-check-and-args.nw; edit that, not this file.
# From rt0_go into check, through args, and out through Syscall6.
#   gdb -x gdb/03-args.gdb --args build/chapters/03/rt0 one two three
break *check
run
print (long)$rsp & 15
info symbol *(long *)$rsp
break *sysauxv
continue
print argc
print argv[3]
print argv[4]
print *((char **)$rdi - 1)
x/2gx $rdi
set $pair = (long *)$rdi
while $pair[0] != 6
  set $pair = $pair + 2
end
x/2gd $pair
# look at the arguments of print
break *vfprint
continue
print *ap
print *(long *)(ap->reg_save_area + ap->gp_offset)
break *Syscall6
continue
printf "rdi %d, rsi %d\n", $rdi, $rsi
x/s $rdx
stepi 7
printf "rax %d, rdi %d\n", $rax, $rdi
set $after = $pc + 2
stepi
print $rcx == $after
print $rax == $rdx
