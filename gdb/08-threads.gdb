# SPDX-License-Identifier: MIT
# Tangled from book/08-two-threads.nw; edit that, not this file.
# A second thread, from the call that makes it to a lock that both want.
#   gdb -x gdb/08-threads.gdb build/chapters/08/tally
set pagination off
set print frame-info short-location
set print frame-arguments none
set print thread-events off
set args lock
# define the command meet
python
class Meet(gdb.Command):
    """Let clone make a thread; stop both where they leave the kernel."""

    def __init__(self):
        super().__init__("meet", gdb.COMMAND_RUNNING)

    def invoke(self, arg, tty):
        point = gdb.Breakpoint("*((long)clone + 16)", internal=True)
        point.silent = True
        gdb.execute("continue", to_string=True)
        point.delete()
        gdb.execute("set scheduler-locking on")
        threads = gdb.selected_inferior().threads()
        next(t for t in threads if t.num == 1).switch()
        print("%d threads" % len(threads))

Meet()
end
# stop where a thread is made
break *clone
run
print/x $rdi
print $rsi == allm->g0->stack.hi
print $rcx == (long)&allm->tls[1]
print allm->tls[0] == (long)allm->g0
meet
thread 2
print $rax
print $rsp == allm->g0->stack.hi
print $fs_base == (long)&allm->tls[1]
print allm->procid > 0
# follow the new thread to its function
stepi 2
bt
break second
continue
bt
thread 1
print $rax == allm->procid
# let both want the lock
break *unlock
continue
print mu.key
thread 2
break *Syscall6 if $rdi == 202
continue
bt
print $rdx
print mu.key
thread 1
continue
print $rdx
print mu.key
thread 2
finish
print $rax
