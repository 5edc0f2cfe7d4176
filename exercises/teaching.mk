# teaching.mk -- what instructors type; the top Makefile includes this file, and a hand-out does not have it.

.PHONY: handout gradescope grade-all selftest

# COHORT goes along in the file exercises/cohort.
of_cohort = @$(if $(COHORT),RT0_COHORT=$(call given,COHORT)) exercises/course

handout: ## what students get of an exercise, as a tree without solutions: make handout EX=02 [TO=dir or X.tar.gz] [COHORT=7]
	$(need_python)
	$(of_cohort) handout $(call given,EX) $(if $(TO),--to $(call given,TO))

gradescope: ## the autograder's zip of an exercise: make gradescope EX=02 [TO=X.zip] [COHORT=7]
	$(need_python)
	$(of_cohort) gradescope $(call given,EX) $(if $(TO),--to $(call given,TO))

grade-all: ## grade a folder of answers into a CSV: make grade-all DIR=hand-ins [EX=02]
	$(need_python)
	$(course) grade-all $(call given,DIR) $(if $(EX),--exercise $(call given,EX))

selftest: ## the laws of the course in full: each solution RUNS (200) times quiet and loaded, each wrong one
	$(need_python)
	@exercises/selftest $(if $(filter command,$(origin RUNS)),--runs $(call given,RUNS)) $(if $(EX),$(call given,EX))
	@cd tests && RT0_LONG=1 python3 -B -m unittest -v test_exercises
