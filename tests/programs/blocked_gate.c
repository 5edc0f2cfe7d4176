/*
 * examples/blocked.c for a runtime without os_Read (chapters 8 to 16): the
 * thread goes into the kernel with its P.
 */
long Syscall6(long nr, long a1, long a2, long a3, long a4, long a5, long a6);

#define syscall_Syscall6	Syscall6
#define os_Read(fd, p, n)	Syscall6(0, fd, (long)(p), (long)(n), 0, 0, 0)
#include "../../examples/blocked.c"
