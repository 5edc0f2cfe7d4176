# SPDX-License-Identifier: MIT
# Tangled from book/01-the-first-instruction.nw; edit that, not this file.
# The first instruction, and the stack that it finds.
#   gdb -x gdb/01-entry.gdb --args build/chapters/01/rt0 one two three
set print frame-info short-location
set startup-with-shell off
unset environment
set environment BOOK=rt0
starti
# look at the registers
x/i $pc
info registers rdi rsi rdx rbp
print (long)$rsp & 15
print *(long *)$rsp

# walk argv
set $argc = *(long *)$rsp
set $argv = (char **)($rsp + 8)
print $argv[1]
print $argv[3]
print $argv[$argc]

# walk the environment
set $envp = $argv + $argc + 1
set $n = 0
while $envp[$n] != 0
  set $n = $n + 1
end
print $envp[0]
print $n

# find the auxiliary vector
set $auxv = (long *)($envp + $n + 1)
while $auxv[0] != 0
  if $auxv[0] == 9
    set $entry = $auxv[1]
  end
  if $auxv[0] == 31
    set $name = (char *)$auxv[1]
  end
  set $auxv = $auxv + 2
end
print/a $entry
print $name > $envp[0]

# take the five instructions
stepi
backtrace
stepi 2
print $rdi
print (char **)$rsi == $argv
continue
