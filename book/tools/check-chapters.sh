#!/bin/sh
# check-chapters.sh -- build the state after each chapter, run what it made.
#	check-chapters.sh MAKE NN...
# A run must end by itself within ten seconds, not by a signal and not with status 2,
# which is how the runtime ends when it throws.  Chapter 1 exits with argc, so 1 is fine.
set -eu
make=$1; shift
failed=0 passed=0
mkdir -p build
log=$(mktemp build/check.XXXXXX)
trap 'rm -f "$log"' EXIT

no() { echo "not ok  chapter $1: $2"; sed 's/^/        /' "$log"; failed=$((failed + 1)); }

for n in "$@"; do
	dir=build/chapters/$n
	if ! $make "chapter-$n" >"$log" 2>&1; then no "$n" 'does not build'; continue; fi
	ls "$dir"/obj/*.o >/dev/null 2>&1 || continue	# no code as yet
	if ls "$dir"/examples/*.c >/dev/null 2>&1; then
		programs=$(for c in "$dir"/examples/*.c; do basename "$c" .c; done)
	else
		programs=rt0
	fi
	for p in $programs; do
		status=0
		timeout 10 "$dir/$p" >"$log" 2>&1 </dev/null || status=$?
		case $status in
		124) no "$n" "$p did not end within 10 seconds ($dir/$p)" ;;
		2) no "$n" "$p threw, exit status 2 ($dir/$p)" ;;
		12[6-9]|1[3-9]?|2??) no "$n" "$p died, status $status ($dir/$p)" ;;
		*) echo "ok      chapter $n: $p ran, exit status $status"; passed=$((passed + 1)) ;;
		esac
	done
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
