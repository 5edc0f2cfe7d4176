# SPDX-License-Identifier: MIT
# Tangled from book/91-stepping.nw; edit that, not this file.
# What the context says before and after the stack changes.
#   gdb -x gdb/91-context.gdb build/chapters/14/yield
source gdb/rt0.py
set print frame-info short-location
set environment GOMAXPROCS 1
# main yields, and the thread is in front of the instruction that changes the
# stack. From which goroutine to which is it on its way? ["1 4"]
tbreak main_main
run
break-insn runtime_Gosched mov +\S+\(%rsi\),%rsp
continue
context
# One instruction. Which register has it changed? ["rsp"]
stepi
context
# The thread is on the stack of G4. Try context on and then stepi.
