# SPDX-License-Identifier: MIT
# Tangled from book/02-rt0-go.nw; edit that, not this file.
# What a processor without SSE2 would get to hear.
#   gdb -x gdb/02-old-processor.gdb build/chapters/02/rt0
set print frame-info short-location
tbreak checklevel
run
while *(unsigned short *)$pc != 0xa20f
  stepi
end
stepi
set $edx = $edx & ~(1 << 26)
continue
