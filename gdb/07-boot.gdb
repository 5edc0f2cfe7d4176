# SPDX-License-Identifier: MIT
# Tangled from book/07-the-main-goroutine.nw; edit that, not this file.
# The boot as a list of calls.
#   gdb -x gdb/07-boot.gdb build/chapters/07/hello
set pagination off

# Each function is to say who called it, at its first instruction.
define who
  output/a *(long *)$rsp - 1
  printf "  called  "
  output/a $pc
  printf "\n"
end

# report the first arrival at a function
define caller-of
  python gdb.execute("tbreak *$arg0", to_string=True)
  commands
    silent
    who
    continue
  end
end

# report the first arrival at each of several
define callers-of
  set $i = 0
  while $i < $argc
    eval "caller-of $arg%d", $i
    set $i = $i + 1
  end
end

# name the functions of our boot
callers-of _rt0_amd64_linux _rt0_amd64 rt0_go settls check args osinit
callers-of schedinit newproc newproc1 mstart mstart1 schedule gogo
callers-of runtime_main doInit runtime_init os_init runconstructors
callers-of sortinits main_main go goschedImpl hello goexit1 goexit0
# Watch rt0_go make its calls, and then the first goroutine run. Which function
# seems to have called runtime_main? ["goexit"]
run
# It has called neither that nor hello: gogo jumped. The first three callers are
# no code, for on top of the stack was argc. Try rt0-trace on, and run.
