"""Whole companies, run through the command line and held to the public promises alone."""
