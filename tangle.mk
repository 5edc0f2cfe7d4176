# tangle.mk -- from chapters to files: tangling, prefix builds, line maps.

TANGLE = DRAFT=$(DRAFT) book/tools/tangle.sh
SUMS   = book/tangled.sums
loom  := $(wildcard book/tools/*.awk book/tools/*.sh book/tools/ours.mk)
tangled := $(shell sed 's/.*  //' $(SUMS) 2>/dev/null)
code_chapters = $(shell grep -l '^<<.*>>=' $(CHAPTERS) | sed 's/-.*//; s/.*\///')

# Tangle again when a chapter, a tool or a tangled file changed or is gone, or when
# src/ holds a file that no chapter has: the build would take it, so the tangle says no.
foreign := $(filter-out $(tangled),$(foreach d,src src/*,$(wildcard $d/*.c $d/*.h $d/*.S)))
tangle: build/tangle.stamp ## tangle the chapters into src/, gdb/ and examples/
build/tangle.stamp: $(wildcard book/*.nw book/*.md) $(loom) $(tangled) $(if $(foreign),foreign)
	$(call say,TANGLE,$(words $(CHAPTERS)) chapters)
	$(Q)$(TANGLE) -w -s $(SUMS) -m build/maps -t $@ . $(CHAPTERS)
$(tangled): ;
foreign: ;

tangle-force: ## tangle and throw away edits made in src/, gdb/, examples/
	$(call say,TANGLE,$(words $(CHAPTERS)) chapters)
	$(Q)$(TANGLE) -w -f -s $(SUMS) -m build/maps -t build/tangle.stamp . $(CHAPTERS)

renumber: ## number the chapters in the order of their files: also those called book/NNb-name.nw
	$(need_python)
	$(Q)python3 book/tools/renumber.py
	$(Q)rm -rf build/chapters build/debug build/tests
	+$(Q)$(MAKE) tangle-force

check-tangle: ## compare a fresh tangle by two tanglers with what is committed
	$(Q)book/tools/check-tangle.sh $(SUMS) $(CHAPTERS)

where: build/tangle.stamp ## where does a tangled line come from: make where FILE=src/x.c LINE=n
	@book/tools/where.sh $(call given,FILE) $(call given,LINE)

# -- prefix builds: the state after chapter NN, in build/chapters/NN ------------

# The chapters up to the one whose number is $1, which CHAPTERS has in their order.
upto = $(shell printf '%s\n' $(CHAPTERS) | gawk -F/ '$$2 + 0 <= $(1) + 0')
numbers := $(foreach c,$(notdir $(CHAPTERS)),$(firstword $(subst -, ,$(c))))

chapter-%: ## build the state after a chapter: make chapter-03
	$(if $(findstring |$*|,$(foreach n,$(numbers),|$(n)|)),,$(error chapter-$*: there is no book/$*-*.nw))
	$(call say,TANGLE,chapters 1 to $* -> build/chapters/$*)
	$(Q)mkdir -p build/chapters/$* && $(TANGLE) -m build/chapters/$*/maps build/chapters/$* $(call upto,$*)
	+$(Q)$(SUBMAKE) -f build.mk S=build/chapters/$*/ B=build/chapters/$* LIB= GOAMD64=$(GOAMD64)
	$(Q)touch build/chapters/$*/.stamp
	$(if $(filter chapter-$*,$(MAKECMDGOALS)),@for p in build/chapters/$*/*; do [ ! -f "$$p" ] || [ ! -x "$$p" ] || echo "  the program: $$p"; done)

check-chapters: ## build the state after each chapter and run it
	+$(Q)book/tools/check-chapters.sh '$(SUBMAKE)' $(code_chapters)
.PHONY: foreign renumber tangle tangle-force check-tangle where check-chapters
