/*
 * points.h: a file that is compiled with this lets other threads run before
 * each of its atomic operations, if threads take turns (src/os/turn.c).
 */
#ifndef __ASSEMBLER__
extern int turns;
void turnpoint(void);
#define POINT() (turns ? turnpoint() : (void)0)

#define __atomic_load_n(p, order) (POINT(), __atomic_load_n(p, order))
#define __atomic_store_n(p, v, order) (POINT(), __atomic_store_n(p, v, order))
#define __atomic_exchange_n(p, v, order) \
	(POINT(), __atomic_exchange_n(p, v, order))
#define __atomic_compare_exchange_n(p, ...) \
	(POINT(), __atomic_compare_exchange_n(p, __VA_ARGS__))
#define __atomic_fetch_add(p, v, order) \
	(POINT(), __atomic_fetch_add(p, v, order))
#define __atomic_fetch_sub(p, v, order) \
	(POINT(), __atomic_fetch_sub(p, v, order))
#endif
