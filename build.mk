# build.mk -- compile and link one tangled tree.
#
#	make -f build.mk [S=TREE/] [B=OUT] [OPT=-O2] [LIB=]
#
# S  the tree that holds src/ and examples/, with its slash (default: this one);
#    src/ has folders or has none, and no two files in it have the same name
# B  where the results go: B/obj/*.o, B/librt0.a, B/examples/NAME (or B/NAME when
#    LIB is empty: then programs link every object and no archive is made).
# A tree without examples/ becomes one program, B/rt0; one without src/, nothing.

include $(dir $(lastword $(MAKEFILE_LIST)))book/tools/ours.mk
S ?=
B ?= build
OPT ?= -O2 -g
LIB ?= $(B)/librt0.a
CC = gcc
GOAMD64 ?= v1
Q = $(if $(V),,@)

level := $(patsubst v%,%,$(GOAMD64))
ifeq (,$(filter 1 2 3 4,$(level)))
$(error GOAMD64=$(GOAMD64) is none of v1 v2 v3 v4)
endif

sources  := $(strip $(foreach d,$(S)src $(S)src/*,$(wildcard $d/*.c $d/*.S)))
object    = $(B)/obj/$(basename $(notdir $(1))).o
# In the order of their names, C before assembly, so that a move changes no address.
objects  := $(foreach x,c S,$(sort $(foreach f,$(filter %.$x,$(sources)),$(call object,$f))))
examples := $(patsubst $(S)examples/%.c,%,$(wildcard $(S)examples/*.c))
programs := $(if $(examples),$(examples:%=$(B)/$(if $(LIB),examples/)%),$(if $(sources),$(B)/rt0))
runtime  := $(if $(and $(LIB),$(examples)),$(LIB),$(objects))
COMPILE  := $(CC) @$(S)src/cflags $(OPT) -DGOAMD64=$(level) $(if $(filter-out 1,$(level)),-march=x86-64-v$(level)) $(EXTRA) -I$(S)src

all: $(programs) $(if $(sources),$(LIB))
	@:
made  := $(foreach f,$(sources),$(call object,$f))
twins := $(strip $(foreach f,$(sources),$(if $(word 2,$(filter $(call object,$f),$(made))),$f)))
ifneq ($(twins),)
$(error $(word 1,$(twins)) and $(word 2,$(twins)) would both become one .o; rename a chunk)
endif

# Say what is done, do it; with V=1 show the command instead.  Where a compiler fails, so
# that its message names a line of src/, say which line of the book that is.
define run
$(if $(V),,@printf '  %-8s%s\n' '$(1)' '$(2)')
$(Q)$(3)
endef
told = 2>$@.log; book/tools/told.sh $$? $@.log
colour = $(if $(MAKE_TERMERR),-fdiagnostics-color)

$(foreach f,$(sources),$(eval $(call object,$f): $f))
source    = $(firstword $(filter %.c %.S,$^))
# Made anew, too, when a file has moved that it was made of.
$(S)src/%: ;
$(objects): $(S)src/cflags $(B)/settings
	$(call run,$(if $(filter %.S,$(source)),AS,CC),$(source),$(COMPILE) $(colour) -MMD -MP -c -o $@ $(source) $(told))
$(B)/obj/examples/%.o: $(S)examples/%.c $(S)src/cflags $(B)/settings
	$(call run,CC,$<,$(COMPILE) $(colour) -MMD -MP -c -o $@ $< $(told))

# What programs link with: one object in which the names of src/exports are global
# and all others local, so that a program may have its own print or sched.
exports := $(wildcard $(S)src/exports)
$(B)/librt0.a: $(B)/librt0-all.a $(exports)
	$(Q)rm -f $@
	$(call run,LD,$@,ld -r -o $(B)/rt0.o $(objects) \
		$(if $(exports),&& objcopy --keep-global-symbols=$(exports) $(B)/rt0.o) && ar rcsD $@ $(B)/rt0.o)

# What unit tests link with: every object, every name.
$(B)/librt0-all.a: $(objects) $(B)/settings
	$(Q)rm -f $@
	$(call run,AR,$@,ar rcsD $@ $(objects))

# The linker takes the entry point from the archive because src/ldflags names it.
$(examples:%=$(B)/$(if $(LIB),examples/)%): $(B)/$(if $(LIB),examples/)%: $(B)/obj/examples/%.o $(runtime) $(S)src/ldflags
	$(call run,LINK,$@,mkdir -p $(@D) && $(CC) @$(S)src/ldflags -o $@ $< $(runtime) $(told))
$(B)/rt0: $(objects) $(S)src/ldflags
	$(call run,LINK,$@,$(CC) @$(S)src/ldflags -o $@ $(objects) $(told))

# Changes only when the flags or the list of files do; then everything is made anew.
# The object of a file that is gone goes, too: there are those who link obj/*.o.
$(B)/settings: FORCE
	@mkdir -p $(B)/obj/examples
	@rm -f $(filter-out $(objects),$(wildcard $(B)/obj/*.o))
	@echo '$(COMPILE) $(objects)' | cmp -s - $@ || echo '$(COMPILE) $(objects)' >$@
FORCE:

.DELETE_ON_ERROR:
.PHONY: all FORCE
.SECONDARY:
-include $(wildcard $(B)/obj/*.d $(B)/obj/examples/*.d)
