# SPDX-License-Identifier: MIT
# Tangled from book/02-rt0-go.nw; edit that, not this file.
# What a processor without SSE2 would get to hear.
#   gdb -x gdb/02-old-processor.gdb build/chapters/02/rt0
# cpuid tells what this processor can do. We step up to it: its bytes are 0f a2.
set print frame-info short-location
tbreak checklevel
run
while *(unsigned short *)$pc != 0xa20f
  python gdb.execute("stepi", to_string=True)
end
stepi
# The answer is in %edx, and bit 26 means SSE2. We clear it, as if this machine
# were older than that. With which status will the program end? [$_exitcode]
set $edx = $edx & ~(1 << 26)
continue
# It believed us. Try tbreak checklevel, run, and clear another bit: the
# chapter's table of levels has them.
