# weave.mk -- book/*.nw -> the site in build/site, which works from file://.
#
#   make -f book/weave.mk book            V=1 shows the commands
#   DRAFT=1  writes pages in spite of errors
#   REPOSITORY=https://...  where the files of the repository can be seen, for links to tests and others
#   BOOK=folder  SITE=folder  WEAVE_DIR=folder   another book, another place (the tests do that)
#
# One awk pass reads the whole book and rewrites only the tables that changed, so a change
# of prose rebuilds one page.  book/tools/weave.awk and weave.lua say how.

WEAVE_TOOLS := $(dir $(lastword $(MAKEFILE_LIST)))tools
include $(WEAVE_TOOLS)/ours.mk
BOOK  ?= book
SITE  ?= build/site
WEAVE_DIR ?= build/weave
REPOSITORY ?=
NOWEB_MARKUP ?= /usr/lib/noweb/markup
WEAVE_Q := $(if $(V),,@)
weave_say = $(if $(V),,@printf '  %-8s%s\n' WEAVE '$(1)')

WEAVE_PREFACE  := $(wildcard $(BOOK)/preface.nw $(BOOK)/preface.md)
WEAVE_CHAPTERS := $(sort $(wildcard $(BOOK)/[0-9][0-9]-*.nw))
WEAVE_BACK     := $(filter-out $(BOOK)/index.md $(BOOK)/README.md $(WEAVE_PREFACE),$(sort $(wildcard $(BOOK)/*.md)) \
	$(if $(filter book,$(BOOK)),$(sort $(wildcard exercises/[0-9][0-9]-*/exercise-*.md))))
WEAVE_INDEXES  := $(addprefix $(WEAVE_TOOLS)/,chunks.md identifiers.md concepts.md)
WEAVE_SOURCES  := $(wildcard $(BOOK)/index.md) $(WEAVE_PREFACE) $(WEAVE_CHAPTERS) $(WEAVE_BACK) $(WEAVE_INDEXES)
WEAVE_NAMES    := $(basename $(notdir $(WEAVE_SOURCES)))
WEAVE_PAGES    := $(WEAVE_NAMES:%=$(SITE)/%.html)
WEAVE_FONTS    := $(patsubst $(WEAVE_TOOLS)/vendor/%,%,$(wildcard $(WEAVE_TOOLS)/vendor/fonts/*.woff2))

.PHONY: book page
book: $(WEAVE_PAGES) $(addprefix $(SITE)/,book.css book.js stepper.js search.js minisearch.js $(WEAVE_FONTS)) ## weave the book to build/site

page: $(filter $(SITE)/$(or $(CHAPTER),none)-%,$(WEAVE_PAGES)) $(addprefix $(SITE)/,book.css book.js stepper.js $(WEAVE_FONTS)) ## weave one chapter: make page CHAPTER=03
	$(if $(filter $(SITE)/$(or $(CHAPTER),none)-%,$(WEAVE_PAGES)),@echo '  the page: $<',$(error page: say which chapter with two digits: make page CHAPTER=03))

$(WEAVE_DIR)/stamp: $(WEAVE_SOURCES) $(WEAVE_TOOLS)/weave.awk
	@mkdir -p $(WEAVE_DIR)/tags $(SITE)/files
	@for t in gawk pandoc dot ctags; do command -v $$t >/dev/null || { echo "$$t is missing: run ./setup" >&2; exit 1; }; done
	$(call weave_say,cross-references)
	$(WEAVE_Q)$(NOWEB_MARKUP) -t $(WEAVE_SOURCES) > $(WEAVE_DIR)/markup
	$(WEAVE_Q)LC_ALL=C gawk -v out=$(WEAVE_DIR) -f $(WEAVE_TOOLS)/weave.awk $(WEAVE_DIR)/markup
	@# A chapter that was renamed leaves no page behind.
	$(WEAVE_Q)rm -f $(filter-out $(WEAVE_PAGES),$(wildcard $(SITE)/[0-9][0-9]-*.html))
	@touch $@

# written by the stamp's rule, and only when they change
$(WEAVE_NAMES:%=$(WEAVE_DIR)/%.md) $(WEAVE_NAMES:%=$(WEAVE_DIR)/%.lua) $(WEAVE_DIR)/xref.lua $(WEAVE_DIR)/search.json: $(WEAVE_DIR)/stamp ;

# The files as they are after each chapter: from the code of that chapter and those before it.
weave_chapters := $(basename $(notdir $(WEAVE_CHAPTERS)))
weave_upto :=
$(foreach c,$(weave_chapters),$(eval weave_upto += $(WEAVE_DIR)/$c.code)$(eval $(WEAVE_DIR)/$c.sofar/stamp: $(weave_upto) $(WEAVE_DIR)/$c.roots))
$(weave_chapters:%=$(WEAVE_DIR)/%.code) $(weave_chapters:%=$(WEAVE_DIR)/%.roots): $(WEAVE_DIR)/stamp ;
$(WEAVE_DIR)/%.sofar/stamp: $(addprefix $(WEAVE_TOOLS)/,sofar.sh overlay.awk names.awk nwmap.awk tidy.awk)
	$(WEAVE_Q)$(WEAVE_TOOLS)/sofar.sh $(@D) $(filter %.code,$^)
	@touch $@
$(weave_chapters:%=$(SITE)/%.html): $(SITE)/%.html: $(WEAVE_DIR)/%.sofar/stamp

$(WEAVE_PAGES): $(SITE)/%.html: $(WEAVE_DIR)/%.md $(WEAVE_DIR)/%.lua $(WEAVE_DIR)/xref.lua \
		$(addprefix $(WEAVE_TOOLS)/,weave.lua highlight.lua page.html file.html go-lines.tsv figure.py) \
		$(wildcard $(BOOK)/figures/*.svg $(BOOK)/data/*.tsv $(BOOK)/data/runs/*.tsv)
	$(call weave_say,$*.html)
	$(if $(filter $*,$(weave_chapters)),@rm -f $(SITE)/files/$(firstword $(subst -, ,$*))-*)
	$(WEAVE_Q)LC_ALL=C.UTF-8 pandoc -f markdown-tex_math_dollars-citations-implicit_figures-auto_identifiers \
		--preserve-tabs --tab-stop=8 -t html5 --template=$(WEAVE_TOOLS)/page.html --lua-filter=$(WEAVE_TOOLS)/weave.lua \
		-M page=$* -M dir=$(WEAVE_DIR) -M site=$(SITE) -M book=$(BOOK) -M tools=$(WEAVE_TOOLS) $(if $(REPOSITORY),-M repository=$(call given,REPOSITORY)) $(if $(DRAFT),-M draft=1) $< -o $@
$(SITE)/identifiers.html: $(WEAVE_NAMES:%=$(WEAVE_DIR)/%.lua)
$(SITE)/index.html: $(WEAVE_TOOLS)/cover.svg

$(SITE)/book.%: $(WEAVE_TOOLS)/book.% | $(WEAVE_DIR)/stamp
	@cp $< $@
$(SITE)/stepper.js: $(WEAVE_TOOLS)/stepper.js | $(WEAVE_DIR)/stamp
	@cp $< $@
# A recorded walk is woven into its chapter's page.
WEAVE_WALKS := $(notdir $(basename $(wildcard $(BOOK)/data/walks/*.json)))
$(WEAVE_DIR)/walks/%.html: $(BOOK)/data/walks/%.json $(WEAVE_TOOLS)/stepper.py
	@mkdir -p $(@D)
	$(WEAVE_Q)python3 $(WEAVE_TOOLS)/stepper.py $< >$@
$(foreach w,$(WEAVE_WALKS),$(eval $(SITE)/$(or $(filter $(firstword $(subst -, ,$w))-%,$(WEAVE_NAMES)),index).html: $(WEAVE_DIR)/walks/$w.html))
# A page that is opened as a file may load a script, but no data: so the index is one, and packed.
$(SITE)/fonts/%: $(WEAVE_TOOLS)/vendor/fonts/% | $(WEAVE_DIR)/stamp
	@mkdir -p $(@D) && cp $< $@
$(SITE)/search.js: $(WEAVE_DIR)/search.json
	@{ printf 'search_index("'; gzip -9nc $< | base64 -w0; echo '")'; } >$@
$(SITE)/minisearch.js: $(WEAVE_TOOLS)/vendor/minisearch-7.2.0/minisearch.min.js | $(WEAVE_DIR)/stamp
	@cp $< $@
