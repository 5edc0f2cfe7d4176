#!/bin/sh
# bench/wake.sh - what it takes to give a unit to a goroutine whose thread sleeps.
#
# Links bench/wake.c with the runtime of chapter 10 and runs it RUNS times with two
# Ps.  Writes the medians to book/data/wake.tsv, in ns.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

RUNS=${RUNS:-5}
need wake.tsv gcc
chapters ch10
mkdir -p build/bench
build_with ch10 build/bench/wake bench/wake.c
export GOMAXPROCS=2
medians wake ns build/bench/wake give run
