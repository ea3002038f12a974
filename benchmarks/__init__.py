"""What takeup costs, measured in the run that prints it."""
