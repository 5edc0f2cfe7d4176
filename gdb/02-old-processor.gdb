# SPDX-License-Identifier: MIT
# Tangled from book/02-rt0-go.nw; edit that, not this file.
# What a processor without SSE2 would get to hear.
#   gdb -x gdb/02-old-processor.gdb build/chapters/02/rt0
# cpuid tells what this processor can do. We step up to it: its bytes are 0f a2.
# About which leaf does checklevel ask first? [1]
init-if-undefined $bit = 26
set print frame-info short-location
tbreak checklevel
run
while *(unsigned short *)$pc != 0xa20f
  python gdb.execute("stepi", to_string=True)
end
printf "about leaf %d\n", $eax
stepi
# The answer is in %edx, and bit 26 means SSE2. We clear it, as if this machine
# were older than that. With which status will the program end? [$_exitcode]
set $edx = $edx & ~(1 << $bit)
continue
# It believed us. Try set $bit = 1, and stage 02-old-processor: is that a bit of
# the first row?
