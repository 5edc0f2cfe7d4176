# check.mk -- tests; the top Makefile includes this file.

PYTHON ?= python3
TRANSCRIPTS = $(PYTHON) tests/transcripts.py $(if $(CHAPTER),--chapter $(CHAPTER))
ifneq ($(CHAPTER),)
ifeq ($(findstring |$(CHAPTER)|,$(foreach c,$(wildcard book/*.nw),|$(firstword $(subst -, ,$(notdir $(c))))|)),)
$(error there is no book/$(CHAPTER)-*.nw; CHAPTER wants two digits, as in CHAPTER=03)
endif
endif

# Hosted: libc and CUnit come before the archive, so where both define a name
# (memcpy, say) the test gets libc's and the runtime's objects their own.
UNIT_CFLAGS = -std=gnu11 -g -O1 -D_GNU_SOURCE -Wall -Wextra -Werror -fno-pie -no-pie \
	-DGOAMD64=$(GOAMD64:v%=%) -Itests/unit

.PHONY: check screenshots words debug-builds check-transcripts golden transcript-programs unit-tests unit-again unit-compiler mutants check-mutants

# The programs of chapters that walks step through, as NN/NAME.
walked = $(sort $(shell sed -n 's|^\# .* build/chapters/\([0-9]*/[a-z0-9]*\).*|\1|p' gdb/*.gdb))

# Nothing is built while tests run beside each other: all that they use is built first.
debug-builds: all
	@printf '  %-8s%s\n' BUILD 'for stepping'
	+@$(MAKE) -s debug VIEW=src >/dev/null & $(MAKE) -s debug VIEW=chapter >/dev/null && wait $$!
	+@$(SUBMAKE) -s $(patsubst %/,debug-chapter-%,$(sort $(dir $(walked)))) VIEW=src PROGRAMS='$(walked)' >/dev/null

check: all $(if $(filter-out 90,$(CHAPTER)),,debug-builds) ## run the tests: make check [CHAPTER=NN] [K=word]
	@rm -f build/tests/total
	@$(PYTHON) tests/run $(if $(K),-k '$(subst ','\'',$(value K))') $(if $(CHAPTER),--chapter $(CHAPTER))

transcript-programs: all
	@targets=$$($(TRANSCRIPTS) targets) && \
	if [ -n "$$targets" ]; then $(MAKE) $$targets; fi

check-transcripts: transcript-programs ## compare what the chapters show with what runs print
	@$(TRANSCRIPTS) check

screenshots: ## record anew what the pages of tests/weave look like, in tests/screens/
	@$(PYTHON) tests/screens.py

words: ## how much each chapter says for a line of code
	@LC_ALL=C.UTF-8 gawk -f book/tools/words.awk $(CHAPTERS)

# Status 3: recorded, but chapters grew or shrank, and with them the line
# numbers that a debugger shows; build and record once more.
golden: transcript-programs ## record what the chapters show anew: make golden [CHAPTER=NN [MASKED=1]]
	@$(TRANSCRIPTS) golden $(if $(MASKED),--masked) || { \
	status=$$?; [ $$status = 3 ] || exit $$status; \
	$(MAKE) transcript-programs && \
	{ $(TRANSCRIPTS) golden || [ $$? = 3 ]; }; }
	@$(PYTHON) tests/walks.py golden $(if $(CHAPTER),--chapter $(CHAPTER)) $(if $(MASKED),--masked)
	@$(if $(CHAPTER),,$(PYTHON) tests/runs.py golden)
	@$(if $(CHAPTER),,exercises/08-lost/seeds.py)

# Small faults in the chapters, each in a tree of its own below build/mutants, and the test that must find it.
mutants: build ## put small faults into the chapters and see tests find them, some minutes: make mutants [M=NAME]
	@$(PYTHON) tests/mutants/run $(if $(M),'$(subst ','\'',$(value M))')

check-mutants: build
	@$(PYTHON) tests/mutants/run -j 1 --check

unit-tests: $(patsubst tests/unit/%.c,build/tests/%,$(wildcard tests/unit/*.c))

build/tests/%: tests/unit/%.c $(wildcard tests/unit/*.h) build/librt0-all.a
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)gcc $(UNIT_CFLAGS) -Isrc -o $@ $< -lcunit -lc build/librt0-all.a

unit-compiler:	# tests/run shares objects between the states
	@echo gcc $(UNIT_CFLAGS)

# build/tests/chapters/06/x: the same test with the runtime of chapters 1 to 6.
build/tests/chapters/%: unit-again
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)rm -f $@.a && ar rcsD $@.a build/chapters/$(*D)/obj/*.o
	$(Q)gcc $(UNIT_CFLAGS) -Ibuild/chapters/$(*D)/src -o $@ tests/unit/$(*F).c -lcunit -lc $@.a
