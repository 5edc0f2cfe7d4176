# ours.mk -- what the reader's environment may not change; each makefile includes it.

# These variables of make come from its command line alone: LIB, FILE or STAGE that the
# reader exports belong to the reader.  (One given to make reaches the makes below it.)
ours := ARGS B BOOK CHAPTER COHORT CORE DIR DRAFT EX EXTRA FILE GDB GOAMD64 K LIB LINE M MAKE MASKED NOWEB_MARKUP OPT PID PLAIN PREDICT PROG PROGRAMS PYTHON REPEAT REPOSITORY ROW S \
	SEED SITE SIZE STAGE TO TUI V VIEW WEAVE_DIR WHOLE
$(foreach v,$(ours),$(if $(filter environment%,$(origin $v)),$(eval override undefine $v)))
override MAKE = $(MAKE_COMMAND)

# These change what shells, gawk, ls, python, gcc and GDB do.
unexport CDPATH POSIXLY_CORRECT BASH_ENV ENV GLOBIGNORE GREP_OPTIONS GREP_COLOR QUOTING_STYLE MAKEFILES \
	AWKPATH AWKLIBPATH GAWK_PERSIST_FILE GAWK_READ_TIMEOUT DEPENDENCIES_OUTPUT SUNPRO_DEPENDENCIES DEBUGINFOD_URLS \
	PYTHONHOME PYTHONPATH PYTHONOPTIMIZE PYTHONINSPECT PYTHONSAFEPATH PYTHONWARNINGS PYTHONIOENCODING PYTHONUTF8

# For the shell: $1, and what the reader gave as variable $1, whatever is in it.
define newline


endef
quoted = '$(subst ','\'',$(1))'
given = $(if $(findstring $(newline),$(value $(1))),$(error $(1) holds a line break),$(call quoted,$(value $(1))))
