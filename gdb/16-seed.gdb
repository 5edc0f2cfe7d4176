# SPDX-License-Identifier: MIT
# Tangled from book/16-watching-it-run.nw; edit that, not this file.
# A failure that has a number, looked at from inside.
#   gdb -x gdb/16-seed.gdb build/chapters/16/account
source gdb/rt0.py
set pagination off
set print address off
set print frame-info short-location
set print thread-events off
set environment RT0_SEED 249
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
break semrelease if balance < -400
continue
print $g()->goid
print balance
info goroutines
