/*
 * A todo has been reached: print its text and end the process.  It needs
 * nothing of the runtime, since it may be part of the boot that is missing.
 */
static long
call(long nr, long a, const void *b, long c)
{
	__asm__ volatile("syscall" : "+a"(nr) : "D"(a), "S"(b), "d"(c)
	    : "rcx", "r11", "memory");
	return nr;
}

_Noreturn void
todo_reached(const char *text)
{
	long n = 0;

	while (text[n] != 0)
		n++;
	call(1, 2, text, n);		/* write */
	call(1, 2, "\n", 1);
	for (;;)
		call(231, 2, 0, 0);	/* exit_group */
}
