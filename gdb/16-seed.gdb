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
# Eight goroutines pay 100 each, if the account is solvent; the look and the
# payment are two steps. The seed 249 is one that fails. What is the balance at
# the first payment? [balance]
break withdraw
run
printf "G%d pays\n", $g()->goid
print balance
info goroutines
# There is money, and G2 pays. At the next payment, how many others wait for the
# semaphore? [5]
continue
printf "G%d pays\n", $g()->goid
print balance
info goroutines
info sched
# All of them are about to look, before G3 pays, and will find 100. How far down
# does the account go, until a payment leaves less than -400? [balance]
delete
break semrelease if balance < -400
continue
printf "G%d has paid\n", $g()->goid
print balance
info goroutines
# G9 is still to come. Try run: the numbers are the same. Then set environment
# RT0_SEED 250, break withdraw, run, and continue: who pays first and second?
