/*
 * A stand-in for a C library: a program with this file beside src/ has a
 * _cgo_init.  It does what Go's x_cgo_init and a C library do together: it
 * owns the thread pointer, moves the lower bound of g0, and calls setg.
 */
#include "sched/sched.h"
#include "os/go_asm.h"

typedef void setg_func(struct g *gp);

uintptr_t library_block[16];	/* %fs points at word 8 */

/* What the hook was called with, for the test to read. */
struct {
	int calls;
	struct g *g0;
	setg_func *setg;
	void *unused1, *unused2;
	uintptr_t sp;		/* at the call: a multiple of 16 */
	uintptr_t lo, guard;	/* of g0, before the hook touched it */
	uintptr_t g_after_setg;	/* the word at %fs:-8 */
} seen;

static long
arch_prctl(long code, void *address)
{
	long result = SYS_arch_prctl;

	__asm__ volatile("syscall" : "+a"(result) : "D"(code), "S"(address)
	    : "rcx", "r11", "memory");
	return result;
}

static void
init(struct g *gp, setg_func *setg, void *unused1, void *unused2)
{
	seen.calls++;
	seen.g0 = gp;
	seen.setg = setg;
	seen.unused1 = unused1;
	seen.unused2 = unused2;
	seen.sp = (uintptr_t)__builtin_frame_address(0) + 16;
	seen.lo = gp->stack.lo;
	seen.guard = gp->stackguard0;
	library_block[8] = (uintptr_t)&library_block[8];
	if (arch_prctl(ARCH_SET_FS, &library_block[8]) != 0)
		__builtin_trap();
	setg(gp);
	seen.g_after_setg = library_block[7];
	gp->stack.lo -= 12345 * 16;
}

void (*_cgo_init)(struct g *g0, setg_func *setg, void *unused1,
    void *unused2) = init;
