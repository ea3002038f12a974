"""Trying rules out before anybody is judged by them: their examples, and their mutants."""
