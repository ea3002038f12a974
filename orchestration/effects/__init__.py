"""What training changed: numbers in, an estimate or the reason for none out. No file, no database."""
