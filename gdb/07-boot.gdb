# SPDX-License-Identifier: MIT
# Tangled from book/07-the-main-goroutine.nw; edit that, not this file.
# The boot as a list of calls.
#   gdb -x gdb/07-boot.gdb build/chapters/07/hello
set pagination off

define who
  output/a *(long *)$rsp - 1
  printf "  called  "
  output/a $pc
  printf "\n"
end

# report the first arrival at a function
define caller-of
  tbreak *$arg0
  commands
    silent
    who
    continue
  end
end

# name the functions of our boot
caller-of _rt0_amd64_linux
caller-of _rt0_amd64
caller-of rt0_go
caller-of settls
caller-of check
caller-of args
caller-of osinit
caller-of schedinit
caller-of newproc
caller-of newproc1
caller-of mstart
caller-of mstart1
caller-of schedule
caller-of gogo
caller-of runtime_main
caller-of doInit
caller-of runtime_init
caller-of os_init
caller-of runconstructors
caller-of sortinits
caller-of main_main
caller-of go
caller-of goschedImpl
caller-of hello
caller-of goexit1
caller-of goexit0
run
