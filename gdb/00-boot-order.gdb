# SPDX-License-Identifier: MIT
# Tangled from book/00-a-real-go-binary.nw; edit that, not this file.
# Who calls whom on the way to main.main.
#   gdb -x gdb/00-boot-order.gdb build/go/hello
set pagination off
set print thread-events off
set language c

# Each function of the boot is to say who called it, at its first instruction.
# define a breakpoint that reports its caller
define who
  output/a *(long *)$rsp
  printf "  called  "
  output/a $pc
  printf "\n"
end

define caller-of
  python gdb.execute("tbreak *'$arg0'", to_string=True)
  commands
    silent
    who
    continue
  end
end

# name the functions of the boot
caller-of _rt0_amd64_linux
caller-of _rt0_amd64
caller-of runtime.rt0_go.abi0
caller-of runtime.settls.abi0
caller-of runtime.check.abi0
caller-of runtime.args.abi0
caller-of runtime.osinit.abi0
caller-of runtime.schedinit.abi0
caller-of runtime.mallocinit
caller-of runtime.gcinit
caller-of runtime.procresize
caller-of runtime.newproc.abi0

caller-of runtime.newproc1
caller-of runtime.mstart.abi0
caller-of runtime.mstart0
caller-of runtime.mstart1
caller-of runtime.initsig
caller-of runtime.schedule
caller-of runtime.execute
caller-of runtime.gogo.abi0
caller-of runtime.main
caller-of runtime.newm
caller-of runtime.doInit1
caller-of runtime.gcenable
tbreak *'main.main'
# Some cannot say so: there was no call. How many callers are no code? [3]
run
who
# The first three were reached by jumps, and what they take for the address of a
# caller is argc. Try info threads: main.main is not alone.
