/*
 * todo.h: what has still to be written.  Every file of an answer's tree is
 * compiled with it.  todo("save the registers") stops the program with its
 * place and text; in assembly, too.
 */
#define TODO_LINE(n)  TODO_LINE_(n)
#define TODO_LINE_(n) #n
#ifdef __ASSEMBLER__
#define todo(text)							\
	leaq	7777f(%rip), %rdi;					\
	call	todo_reached;						\
	.pushsection .rodata;						\
7777:	.ascii	__FILE__; .ascii ":" TODO_LINE(__LINE__) ": todo: ";	\
	.asciz	text;							\
	.popsection
#else
_Noreturn void todo_reached(const char *text);
#define todo(text) \
	todo_reached(__FILE__ ":" TODO_LINE(__LINE__) ": todo: " text)
#endif
