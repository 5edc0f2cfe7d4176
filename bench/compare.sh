#!/bin/sh
# bench/compare.sh - the scheduler beside Go's: that of the whole book, and that of chapter 17.
#
# Writes book/data/compare.tsv, compare17.tsv and go-sched.tsv: medians of RUNS rounds.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

RUNS=${RUNS:-5}
need compare.tsv go
bench/compare --record --rounds "$RUNS" --procs 1,2,8
bench/compare --record --rounds "$RUNS" --procs 1,2,8 --prefix 17
