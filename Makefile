# rt0: a book that is a program.  make, make check, make help.

MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := all
SHELL = /bin/sh
include book/tools/ours.mk
V ?=
GOAMD64 ?= v1
Q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s%s\n' '$(1)' '$(2)')
ifeq ($(findstring |$(GOAMD64)|,|v1|v2|v3|v4|),)
$(error GOAMD64=$(GOAMD64) is none of v1 v2 v3 v4)
endif
# Two jobs unless the caller has said how many.
SUBMAKE = $(MAKE) $(if $(findstring jobserver,$(MAKEFLAGS)),,-j2)
need_python = @command -v python3 >/dev/null || { echo 'python3 is missing: run ./setup' >&2; exit 1; }

# Names of directories and chapters go into commands, #line directives and debug information.
ifneq ($(shell pwd | LC_ALL=C tr -d 'A-Za-z0-9._/+@=,~\200-\377-' | wc -c),1)
$(error the path "$(CURDIR)" contains a space, a quote or another character that some tool would misread; move the directory)
endif
odd := $(shell for f in book/*.nw book/*.md; do [ ! -e "$$f" ] || printf '%s\n' "$$f"; done | LC_ALL=C sed '/^book.[A-Za-z0-9._-]*$$/d')
ifneq ($(odd),)
$(error the name of $(odd) contains a character that some tool would misread; rename it with letters, digits and . _ -)
endif
ifneq ($(filter-out help clean,$(or $(MAKECMDGOALS),all)),)
missing := $(shell for t in gcc ar gawk notangle; do command -v $$t >/dev/null || echo $$t; done)
ifneq ($(missing),)
$(error $(missing) is missing: run ./setup)
endif
endif

CHAPTERS := $(sort $(wildcard book/[0-9][0-9]-*.nw))
SITE ?= build/site
SIZE ?= a4

include tangle.mk
-include $(wildcard book/weave.mk tests/check.mk exercises/exercises.mk exercises/teaching.mk)

.DELETE_ON_ERROR:

all: build ## tangle, build, weave, boot hello
ifneq ($(wildcard book/weave.mk),)
	+$(Q)$(SUBMAKE) $(if $(V),,-s) book
endif
	+$(Q)$(MAKE) hello
	@[ ! -e $(SITE)/index.html ] || echo '  the book: $(SITE)/index.html'

epub: ## the book for e-readers: build/rt0.epub
	$(need_python)
	+$(Q)$(SUBMAKE) $(if $(V),,-s) book
	$(Q)book/tools/edition.py epub

pdf: ## the book on paper: build/rt0.pdf, A4, or make pdf SIZE=6x9
	$(need_python)
	+$(Q)$(SUBMAKE) $(if $(V),,-s) book
	$(Q)book/tools/edition.py -z $(call given,SIZE) pdf

booklet: ## the code alone, to be printed in two columns with its names: build/rt0-code.pdf
	$(need_python)
	+$(Q)$(SUBMAKE) $(if $(V),,-s) book
	$(Q)book/tools/booklet.py

editions: epub pdf booklet ## all of them, and the cut of 6 by 9 inches
	$(Q)book/tools/edition.py -z 6x9 pdf

build: tangle ## compile the runtime and the examples
	+$(Q)$(SUBMAKE) -f build.mk GOAMD64=$(GOAMD64)

build/librt0.a build/librt0-all.a: | build ;

hello: build ## boot hello
	@[ ! -e build/examples/hello ] || { echo '  RUN     build/examples/hello'; build/examples/hello; }

# STAGE may have one digit, or be the whole name of a script: its stage has two digits.
stage := $(firstword $(subst -, ,$(STAGE)))
stage := $(if $(filter 0 1 2 3 4 5 6 7 8 9,$(stage)),0)$(stage)
ifeq ($(if $(stage),$(findstring |$(stage)|,$(foreach n,$(numbers),|$(n)|)),none),)
$(error STAGE=$(STAGE): there is no book/$(stage)-*.nw)
endif
RUN = ./run -b $(if $(stage),-s $(call quoted,$(stage))) -l $(GOAMD64:v%=%) -p $(call given,PROG)
run: $(if $(stage),chapter-$(stage),build) ## compile a program and run it: make run PROG='a.c b.c' ARGS='a b' [STAGE=10]
	@$(RUN) -- $(ARGS)

trace: $(if $(stage),chapter-$(stage),build) ## run one program and draw what its goroutines did: make trace PROG=examples/workers.c
	$(need_python)
	@$(RUN) -t -- $(ARGS)

# Two builds for the debugger: one whose lines are the chapters', one with src/'s.
VIEW ?= chapter
debug: tangle ## build for stepping: VIEW=chapter shows the book, VIEW=src the tangled files
ifeq ($(VIEW),src)
	+$(Q)$(SUBMAKE) -f build.mk B=build/debug/src OPT='-Og -g' GOAMD64=$(GOAMD64)
else ifeq ($(VIEW),chapter)
	$(call say,TANGLE,build/debug/chapter)
	$(Q)mkdir -p build/debug/chapter
	$(Q)$(TANGLE) -l build/debug/chapter $(CHAPTERS)
	+$(Q)$(SUBMAKE) -f build.mk S=build/debug/chapter/ B=build/debug/chapter OPT='-Og -g' EXTRA=-w GOAMD64=$(GOAMD64)
else
	$(error VIEW=$(VIEW) is neither chapter nor src)
endif

GDB = gdb
gdb_here = $(call given,GDB) -nx -q -iex 'set auto-load safe-path /' -iex 'set filename-display basename' -x gdb/rt0.py $(if $(PREDICT),-ex 'predict on') $(if $(TUI),-ex 'tui enable' -ex 'layout rt0' -ex 'list *_rt0_amd64_linux')
need_gdb = @command -v $(call given,GDB) >/dev/null || { echo 'gdb is missing: run ./setup' >&2; exit 1; }
STAGE ?=
ifeq ($(STAGE),)
ifneq ($(and $(value PID),$(value CORE)),)
$(error PID is a process and CORE a file; give one of them)
endif
# A process or a core file that cannot be opened ends GDB.
opened = $(if $(value PID),rt0-attach $(value PID),rt0-core $(value CORE))
ifneq ($(value PID)$(value CORE),)
gdb: $(if $(value PROG),debug,tangle)
	$(need_gdb)
	$(Q)$(if $(value PROG),program=$$(./run -b -g $(VIEW) -l $(GOAMD64:v%=%) -p $(call given,PROG)) &&) \
	$(gdb_here) -ex 'context on' $(if $(value PROG),"$$program") -ex $(call quoted,$(opened)) -ex 'python gdb.selected_thread() or gdb.execute("quit 1")'
else
gdb: debug ## step it: make gdb [STAGE=02 [PREDICT=1]] [PROG='a.c b.c'] [ARGS='a b'] [PID=1234] [CORE=core] [VIEW=src] [TUI=1]
	$(need_gdb)
	$(Q)program=$$(./run -b -g $(VIEW) -l $(GOAMD64:v%=%) -p $(if $(value PROG),$(call given,PROG),hello)) && \
	$(gdb_here) -ex 'context on' --args "$$program" $(ARGS)
endif
else
ifneq ($(and $(filter gdb,$(MAKECMDGOALS)),$(value PROG)),)
$(error STAGE=$(STAGE) walks through the script of a chapter, which names its program; leave PROG away, or STAGE)
endif
ifneq ($(and $(filter gdb,$(MAKECMDGOALS)),$(TUI)),)
$(error STAGE=$(STAGE) waits for lines at the prompt, which the text interface cannot give; leave TUI away, or STAGE)
endif
gdb: build $(if $(filter $(stage),$(code_chapters)),debug-chapter-$(stage))
	$(need_gdb)
	$(Q)RT0_STAGES=build/debug/$(VIEW)-chapters $(gdb_here) -ex 'set pagination off' -ex $(call quoted,stage $(STAGE)) -ex 'context on'
endif

# The programs of one chapter, for stepping; of PROGRAMS, names like NN/yield, those that are given.
state_text = $(if $(filter chapter,$(VIEW)),build/debug/chapter-chapters,build/chapters)/$*
debug-chapter-%: chapter-%
ifeq ($(VIEW),chapter)
	$(call say,TANGLE,$(state_text))
	$(Q)mkdir -p $(state_text)
	$(Q)$(TANGLE) -l $(state_text) $(call upto,$*)
endif
	+$(Q)$(SUBMAKE) -f build.mk S=$(state_text)/ B=build/debug/$(VIEW)-chapters/$* \
		LIB= OPT='-Og -g' EXTRA=-w GOAMD64=$(GOAMD64) $(addprefix build/debug/$(VIEW)-chapters/,$(filter $*/%,$(PROGRAMS)))

tour: build ## a narrated boot of hello: make tour [PLAIN=1]
	$(need_gdb)
	$(Q)$(call given,GDB) -nx -q -batch $(if $(PLAIN),-ex 'python PLAIN = True') -x gdb/tour.py build/examples/hello

floors: build ## draw the floors of src/ anew: book/figures/floors.svg
	$(need_python)
	$(Q)book/tools/floors.py svg >build/floors.svg && cp build/floors.svg book/figures/floors.svg

bench: build ## compare the scheduler with Go's, with 1 and 2 Ps; wants a quiet machine and some minutes
	$(Q)bench/compare

bench-quick: build ## the same with less work, in half a minute
	$(Q)bench/compare --quick

bench-book: build check-chapters ## measure again what the book shows, in one go; wants a quiet machine; its comparison with Go alone takes a quarter of an hour [LOADED=1]
	$(Q)n=0; set -- bench/*.sh; for script; do n=$$((n + 1)); \
		bench/quiet 60 || { echo "bench-book: stopped before $$script, $$n of $$#; what came before it is in book/data." >&2; exit 1; }; \
		printf '  %-8s%s (%d of %d)\n' BENCH "$$script" $$n $$#; \
		$$script >/dev/null || exit 1; done
	@echo '  the figures are in book/data; make weaves them into the pages'

REPEAT ?= 100
stress: build ## the scheduler on 1 to 16 Ps, seed after seed, some minutes: make stress [REPEAT=N]
	@case $(call given,REPEAT) in ''|*[!0-9]*|0) echo 'stress: REPEAT wants a number from 1 on, not' $(call given,REPEAT) >&2; exit 2 ;; esac
	$(need_python)
	$(Q)tests/stress/run -n $(call given,REPEAT)

step-check: build $(if $(filter step-check,$(MAKECMDGOALS)),$(if $(WHOLE),,$(foreach n,$(filter-out 9%,$(code_chapters)),chapter-$n))) ## step every instruction of the boot and of each walk's program, some minutes; WHOLE=1: of yield and workers, every thread
	$(need_gdb)
	$(need_python)
	$(Q)tests/step_check.py $(if $(WHOLE),--whole)

help: ## list the targets
	@gawk -F':.*## ' '/^[a-z%-]+:.*## / { sub(/%/, "NN", $$1); printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

clean: ## remove what was built (the book and src/ stay)
	rm -rf build

.PHONY: epub pdf booklet editions tour floors bench bench-quick bench-book stress step-check all build hello run trace debug gdb help clean
