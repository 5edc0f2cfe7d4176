// sched: the workloads of bench/sched.c in Go, with the same work.  Where
// that waits for one unit of a semaphore, this uses sync.WaitGroup or an
// unbuffered channel, whichever a Go programmer would; bench/sched.c says
// above each function what differs.
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

var start time.Time

func yield(n int) int {
	var wg sync.WaitGroup
	wg.Add(2)
	for i := 0; i < 2; i++ {
		go func() {
			for i := 0; i < n; i++ {
				runtime.Gosched()
			}
			wg.Done()
		}()
	}
	wg.Wait()
	return 2 * n
}

func spawn(n int) int {
	var wg sync.WaitGroup
	for i := 0; i < n; i++ {
		wg.Add(1)
		go wg.Done()
		wg.Wait()
	}
	return n
}

func batch(n int) int {
	var wg sync.WaitGroup
	for round := 0; round < 2; round++ {
		start = time.Now()
		wg.Add(n)
		for i := 0; i < n; i++ {
			go wg.Done()
		}
		wg.Wait()
	}
	return n
}

func pingpong(n int) int {
	ping, pong := make(chan struct{}), make(chan struct{})
	go func() {
		for i := 0; i < n; i++ {
			<-ping
			pong <- struct{}{}
		}
	}()
	for i := 0; i < n; i++ {
		ping <- struct{}{}
		<-pong
	}
	return 2 * n
}

func sema(n int) int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	guarded := 0
	wg.Add(100)
	for i := 0; i < 100; i++ {
		go func() {
			for j := n / 100; j > 0; j-- {
				mu.Lock()
				guarded++
				mu.Unlock()
				if j%16 == 0 {
					runtime.Gosched()
				}
			}
			wg.Done()
		}()
	}
	wg.Wait()
	return guarded
}

func skynode(c chan int, num, size int) {
	if size == 1 {
		c <- num
		return
	}
	rc := make(chan int)
	sum := 0
	for i := 0; i < 10; i++ {
		go skynode(rc, num+i*(size/10), size/10)
	}
	for i := 0; i < 10; i++ {
		sum += <-rc
	}
	c <- sum
}

func skynet(n int) int {
	c := make(chan int)
	go skynode(c, 0, n)
	if <-c != n*(n-1)/2 {
		os.Exit(1)
	}
	return 1
}

func fib(n int) int {
	if n < 2 {
		return n
	}
	var wg sync.WaitGroup
	var result int
	wg.Add(1)
	go func() {
		result = fib(n - 1)
		wg.Done()
	}()
	other := fib(n - 2)
	wg.Wait()
	return result + other
}

func fibs(n int) int {
	if fib(n) > 0 {
		return 1
	}
	return 0
}

func parked(n int) int {
	var wg sync.WaitGroup
	gate, arrived := make(chan struct{}), make(chan struct{})
	wg.Add(n)
	for i := 0; i < n; i++ {
		go func() {
			arrived <- struct{}{}
			<-gate
			wg.Done()
		}()
		<-arrived
	}
	for i := 0; i < n; i++ {
		gate <- struct{}{}
	}
	wg.Wait()
	return n
}

// The tree of skynet with a WaitGroup at each node in place of a channel.
type node struct {
	num, size, sum int
}

func joinnode(t *node, up *sync.WaitGroup) {
	if t.size == 1 {
		t.sum = t.num
	} else {
		var wg sync.WaitGroup
		var child [10]node
		size := t.size / 10
		wg.Add(10)
		for i := range child {
			child[i] = node{t.num + i*size, size, 0}
			go joinnode(&child[i], &wg)
		}
		wg.Wait()
		for i := range child {
			t.sum += child[i].sum
		}
	}
	up.Done()
}

func skyjoin(n int) int {
	var wg sync.WaitGroup
	root := node{0, n, 0}
	wg.Add(1)
	go joinnode(&root, &wg)
	wg.Wait()
	if root.sum != n*(n-1)/2 {
		os.Exit(1)
	}
	return 1
}

const pause = 100 * time.Microsecond

func turnround() {
	for end := time.Now().Add(pause); time.Now().Before(end); {
	}
}

func wake(n int) int {
	bell := make(chan struct{}, 1)
	var woken atomic.Int64
	base := time.Now()
	go func() {
		for range bell {
			woken.Store(int64(time.Since(base)))
		}
	}()
	turnround()
	wakes := make([]int64, n)
	for i := range wakes {
		woken.Store(0)
		turnround()
		at := int64(time.Since(base))
		bell <- struct{}{}
		now := woken.Load()
		for now == 0 {
			now = woken.Load()
		}
		wakes[i] = now - at
	}
	sort.Slice(wakes, func(i, j int) bool { return wakes[i] < wakes[j] })
	fmt.Println(wakes[n/2], 1, wakes[n*99/100])
	os.Exit(0)
	return 0
}

// Writes by the system call, as os.File may know a pipe from a terminal.
func idle(n int) int {
	gate, arrived := make(chan struct{}), make(chan struct{})
	for i := 0; i < n; i++ {
		go func() {
			arrived <- struct{}{}
			<-gate
		}()
	}
	for i := 0; i < n; i++ {
		<-arrived
	}
	syscall.Write(1, []byte("idle\n"))
	for filling := make([]byte, 4096); ; {
		if n, _ := syscall.Write(1, filling); n <= 0 {
			os.Exit(0)
		}
	}
}

const monotonic = 1

func largestGap(fd uintptr) int64 {
	var reading atomic.Bool
	last, largest := time.Now(), time.Duration(0)
	reading.Store(true)
	go func() {
		when := [4]int64{3: int64(100 * time.Millisecond)}
		var times [8]byte
		_, _, e := syscall.Syscall6(syscall.SYS_TIMERFD_SETTIME, fd, 0,
			uintptr(unsafe.Pointer(&when)), 0, 0, 0)
		if n, _ := syscall.Read(int(fd), times[:]); e != 0 || n != 8 {
			os.Exit(1)
		}
		reading.Store(false)
	}()
	for reading.Load() {
		runtime.Gosched()
		now := time.Now()
		if now.Sub(last) > largest {
			largest = now.Sub(last)
		}
		last = now
	}
	return largest.Nanoseconds()
}

func block(n int) int {
	fd, _, _ := syscall.Syscall(syscall.SYS_TIMERFD_CREATE, monotonic, 0, 0)
	gaps := make([]int64, n)
	for i := range gaps {
		gaps[i] = largestGap(fd)
	}
	sort.Slice(gaps, func(i, j int) bool { return gaps[i] < gaps[j] })
	fmt.Println(gaps[n/2], 1)
	os.Exit(0)
	return 0
}

func main() {
	workloads := map[string]func(int) int{
		"yield": yield, "spawn": spawn, "batch": batch,
		"pingpong": pingpong, "sema": sema, "skynet": skynet,
		"skyjoin": skyjoin, "fib": fibs, "parked": parked,
		"wake": wake, "idle": idle, "block": block,
	}
	n := 0
	var run func(int) int
	if len(os.Args) == 3 {
		run = workloads[os.Args[1]]
		n, _ = strconv.Atoi(os.Args[2])
	}
	if run == nil {
		fmt.Fprintln(os.Stderr, "usage: sched WORKLOAD N")
		os.Exit(2)
	}
	start = time.Now()
	count := run(n)
	fmt.Println(time.Since(start).Nanoseconds(), count)
}
