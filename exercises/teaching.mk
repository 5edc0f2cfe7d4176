# teaching.mk -- what instructors type; the top Makefile includes this file, and a hand-out does not have it.

.PHONY: handout gradescope grade-all selftest

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
