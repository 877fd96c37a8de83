"""How good is it: suites of questions, comparison of answers, runs, reports and gates."""
