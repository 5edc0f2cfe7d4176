// syscall: bench/syscall.c in Go.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

func gap() int64 {
	fd, _, _ := syscall.Syscall(syscall.SYS_TIMERFD_CREATE, 1, 0, 0)
	var gaps []int64
	begin := time.Now()
	for i := 0; i < 15; i++ {
		var reading atomic.Bool
		var entered atomic.Int64
		reading.Store(true)
		first := time.Duration(-1)
		go func() {
			when := [4]int64{0, 0, 0, 100000000}
			var n [8]byte
			syscall.Syscall6(syscall.SYS_TIMERFD_SETTIME, fd, 0,
				uintptr(unsafe.Pointer(&when)), 0, 0, 0)
			entered.Store(int64(time.Since(begin)))
			syscall.Read(int(fd), n[:])
			reading.Store(false)
		}()
		for reading.Load() {
			runtime.Gosched()
			if e := entered.Load(); first < 0 && e != 0 {
				first = time.Since(begin) - time.Duration(e)
			}
		}
		gaps = append(gaps, first.Microseconds())
	}
	sort.Slice(gaps, func(i, j int) bool { return gaps[i] < gaps[j] })
	return gaps[7]
}

func call(n, g int, raw bool) int64 {
	var wg sync.WaitGroup
	start := time.Now()
	for i := 0; i < g; i++ {
		wg.Add(1)
		go func() {
			for i := 0; i < n; i++ {
				if raw {
					syscall.RawSyscall(syscall.SYS_GETPID, 0, 0, 0)
				} else {
					syscall.Syscall(syscall.SYS_GETPID, 0, 0, 0)
				}
			}
			wg.Done()
		}()
	}
	wg.Wait()
	return time.Since(start).Nanoseconds() / int64(n*g)
}

func main() {
	n, g := 0, 1
	if len(os.Args) > 2 {
		n, _ = strconv.Atoi(os.Args[2])
	}
	if len(os.Args) > 3 {
		g, _ = strconv.Atoi(os.Args[3])
	}
	switch os.Args[1] {
	case "gap":
		fmt.Println(gap())
	case "call":
		fmt.Println(call(n, g, false))
	case "raw":
		fmt.Println(call(n, g, true))
	default:
		done := make(chan bool)
		go func() {
			var c [1]byte
			syscall.Read(0, c[:])
			done <- true
		}()
		<-done
	}
}
