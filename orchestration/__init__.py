"""Get logs in, judge them, publish: the parts of takeup that write."""
