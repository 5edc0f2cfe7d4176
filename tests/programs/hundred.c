/*
 * hundred: a hundred goroutines read from a hundred empty pipes, and main
 * sleeps in the kernel for two seconds when all of them do.
 */
#include "rt0.h"

enum { N = 100, SYS_pipe = 22, SYS_nanosleep = 35 };

static int fds[N][2];
static uint32_t ready;

static void
reader(void *arg)
{
	int *fd = arg;
	char c;

	runtime_Semrelease(&ready);
	os_Read(fd[0], &c, 1);
}

void
main_main(void)
{
	long two[2] = { 2, 0 };

	for (int i = 0; i < N; i++) {
		syscall_Syscall6(SYS_pipe, (long)fds[i], 0, 0, 0, 0, 0);
		go(reader, fds[i]);
	}
	for (int i = 0; i < N; i++)
		runtime_Semacquire(&ready);
	syscall_Syscall6(SYS_nanosleep, (long)two, 0, 0, 0, 0, 0);
}
