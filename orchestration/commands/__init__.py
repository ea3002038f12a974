"""What each command of the command line does, free of option parsing."""
