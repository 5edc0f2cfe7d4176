// yield: what a Gosched costs in Go.  The same program as bench/yield.c,
// with GOMAXPROCS=1 so that one thread runs all goroutines.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"
)

const switches = 4000000

var (
	goroutines, ready, todo, ended int
	start                          time.Time
)

func turn() {
	ready++
	for ready < goroutines {
		runtime.Gosched()
	}
	if start.IsZero() {
		start = time.Now()
	}
	for todo > 0 {
		todo--
		runtime.Gosched()
	}
	if ended++; ended == goroutines {
		fmt.Println(time.Since(start).Nanoseconds(), switches)
		os.Exit(0)
	}
}

func main() {
	runtime.GOMAXPROCS(1)
	if len(os.Args) > 1 {
		goroutines, _ = strconv.Atoi(os.Args[1])
	}
	if goroutines < 1 {
		fmt.Fprintln(os.Stderr, "usage: yield GOROUTINES")
		os.Exit(2)
	}
	todo = switches
	for i := 0; i < goroutines; i++ {
		go turn()
	}
	runtime.Goexit()
}
