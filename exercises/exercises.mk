# exercises.mk -- the course; the top Makefile includes this file, and so does that of a hand-out.

course = @exercises/course

.PHONY: try answer learn replay step

try: ## try your answer to an exercise: make try EX=02 [ROW=name] [SEED=n]
	$(need_python)
	$(course) try $(call given,EX) $(if $(ROW),--row $(call given,ROW)) $(if $(SEED),--seed $(call given,SEED))

learn: ## work through the exercises: try again on each save, with hints
	$(need_python)
	$(course) learn $(call given,EX)

answer: ## build any overlay on the state after a chapter: make answer FILE=my.nw CHAPTER=07
	$(need_python)
	$(course) answer $(call given,FILE) $(call given,CHAPTER)

replay: ## see a row fail again: make replay EX=02 ROW=name SEED=n [FILE=my.nw]
	$(need_python)
	@exercises/grade $(which_run)

step: ## the same run in GDB: make step EX=02 ROW=name SEED=n [FILE=my.nw]
	$(need_python)
	@exercises/grade --gdb $(which_run)

which_run = $(if $(EX),--exercise $(call given,EX)) $(if $(ROW),--row $(call given,ROW)) $(if $(SEED),--seed $(call given,SEED)) $(if $(value FILE),$(call given,FILE))
