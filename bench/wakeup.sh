#!/bin/sh
# bench/wakeup.sh - what it costs to wake a thread: runs bench/wakeup.c RUNS times
# and writes the medians to book/data/wakeup.tsv.
set -eu
unset CDPATH POSIXLY_CORRECT
cd "$(dirname "$0")/.."
. bench/common

RUNS=${RUNS:-5}
mkdir -p build/bench
gcc -O2 -Wall -Wextra -Werror -pthread -o build/bench/wakeup bench/wakeup.c
medians wakeup ns build/bench/wakeup nobody call run
