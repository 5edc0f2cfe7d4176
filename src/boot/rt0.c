/* SPDX-License-Identifier: MIT */
/* Tangled from book/02-rt0-go.nw; edit that, not this file. */
/*
 * What rt0_go finds out about the processor, and what others tell it.
 */
#include <stdint.h>

struct g;

uint32_t processorVersionInfo;	/* CPUID leaf 1, eax */
uint8_t isIntel;		/* CPUID leaf 0 says GenuineIntel */

/*
 * The cgo hook.  A program that brings a C library along defines it; NULL
 * means that the thread pointer is ours to set.
 */
typedef void setg_func(struct g *gp);
__attribute__((weak)) void (*_cgo_init)(struct g *g0, setg_func *setg,
    void *unused1, void *unused2);
