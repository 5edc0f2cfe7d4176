# exercises.mk -- the course; the top Makefile includes this file, and so does that of a hand-out.

course = @exercises/course

.PHONY: try answer learn handout gradescope grade-all selftest

try: ## try your answer to an exercise: make try EX=02 [ROW=name] [SEED=n]
	$(need_python)
	$(course) try $(call given,EX) $(if $(ROW),--row $(call given,ROW)) $(if $(SEED),--seed $(call given,SEED))

learn: ## work through the exercises: try again on each save, with hints
	$(need_python)
	$(course) learn $(call given,EX)

answer: ## build any overlay on the state after a chapter: make answer FILE=my.nw CHAPTER=07
	$(need_python)
	$(course) answer $(call given,FILE) $(call given,CHAPTER)

handout: ## what students get of an exercise, as a tree without solutions: make handout EX=02 [TO=dir]
	$(need_python)
	$(course) handout $(call given,EX) $(if $(TO),--to $(call given,TO))

gradescope: ## the autograder's zip of an exercise: make gradescope EX=02
	$(need_python)
	$(course) gradescope $(call given,EX)

grade-all: ## grade a folder of answers into a CSV: make grade-all DIR=hand-ins [EX=02]
	$(need_python)
	$(course) grade-all $(call given,DIR) $(if $(EX),--exercise $(call given,EX))

selftest: ## the laws of the course in full: each solution 200 times, each wrong one; half an hour
	$(need_python)
	@cd tests && RT0_REPEAT=$(if $(REPEAT),$(call given,REPEAT),200) python3 -B -m unittest -v test_exercises
