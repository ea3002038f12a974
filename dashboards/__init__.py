"""Shows what was published. Reads one published DuckDB file and nothing else of the pipeline."""
