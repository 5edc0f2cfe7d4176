# SPDX-License-Identifier: MIT
# Tangled from book/12-watching-it-run.nw; edit that, not this file.
# A failure that has a number, looked at from inside.
#   gdb -x gdb/12-seed.gdb build/chapters/12/account
source gdb/rt0.py
set pagination off
set print frame-info short-location
set print thread-events off
set environment RT0_SEED 106
# stop at each payment
break withdraw
run
print $g()->goid
print balance
info goroutines
# see who is between
continue
print $g()->goid
print balance
info goroutines
info sched
# let it fail
delete
watch balance if balance < -400
commands
silent
printf "balance %ld, goroutine %d\n", balance, $g()->goid
end
continue
continue
