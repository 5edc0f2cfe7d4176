# SPDX-License-Identifier: MIT
# Tangled from book/01-the-first-instruction.nw; edit that, not this file.
# The first instruction, and the stack that it finds.
#   gdb -x gdb/01-entry.gdb --args build/chapters/01/rt0 one two three
set print frame-info short-location
set startup-with-shell off
unset environment
set environment BOOK=rt0
starti
# We gave the program three arguments. A C function would look for them in
# registers. Which number is on top of the stack instead? [*(long *)$rsp]
x/i $pc
info registers rdi rsi rdx rbp
printf "rsp is %d past a multiple of 16\n", (long)$rsp & 15
print *(long *)$rsp

# The registers are empty and the program's name counts as well. Right above
# argc are the pointers of argv. What follows the last one? ["NULL"]
set $argc = *(long *)$rsp
set $argv = (char **)($rsp + 8)
print $argv[1]
print $argv[3]
print $argv[$argc]

# Then the environment, whose length is written nowhere: we look for its end.
# How many variables does this program get? [$n]
set $envp = $argv + $argc + 1
set $n = 0
while $envp[$n] != 0
  set $n = $n + 1
end
print $envp[0]
printf "the environment has %d variable\n", $n

# Above the next NULL are pairs of a tag and a value. Tag 9 is our entry point,
# tag 31 the name of our file. Is that name above or below the environment's
# strings? ["above"]
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
printf "the name is %d bytes above BOOK=rt0\n", $name - $envp[0]

# The kernel wrote the name first, at the very top. Now we jump. Whose frames
# does a backtrace show below ours? ["none"]
stepi
backtrace
# Nobody called us. The next two instructions make C's arguments of what is on
# the stack. What will be in %rdi? [$rdi]
stepi 2
print $rdi
print *(char **)$rsi@4
# argc and argv are where a C function expects them. With which status will the
# program end? [$_exitcode]
continue
# It is argc, which GDB prints in octal. Try set args with seven words, and run.
