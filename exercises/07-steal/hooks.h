/*
 * hooks.h: runq.c is compiled with this in exercise 07, so that the driver
 * can let others act between two steps of the thief.
 */
#ifndef __ASSEMBLER__
void hook(int where, const volatile void *p);
enum { AT_SWAP, AT_LOAD };

#define __atomic_compare_exchange_n(p, ...) \
	(hook(AT_SWAP, p), __atomic_compare_exchange_n(p, __VA_ARGS__))
#define __atomic_load_n(p, order) \
	({ __typeof__(*(p)) v_ = __atomic_load_n(p, order); hook(AT_LOAD, p); v_; })
#endif
