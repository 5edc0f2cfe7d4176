#!/bin/sh
# bench/fences.sh - what stores, fences and barriers cost: runs bench/fences.c RUNS times and writes the medians to
# book/data/fences.tsv.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

RUNS=${RUNS:-15}
mkdir -p build/bench
gcc -O2 -Wall -Wextra -Werror -pthread -o build/bench/fences bench/fences.c
medians fences ns build/bench/fences release fence add swap alone busy lost
