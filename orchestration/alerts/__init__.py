"""What is wrong with a tool, its logs or its promises, found in facts alone: pure, no file and no database is opened.

kinds       what can be wrong, how grave it is, what the runbook is called
baseline    what a day of a tool usually looks like, and how far off a day may be
facts       what is looked at
findings    what is wrong now
guesses     whether data, the tool or what follows it is the likely cause, and what speaks for it
incidents   findings over time: opened once, reminded of, resolved
"""
