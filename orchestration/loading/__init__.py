"""Getting files into the warehouse: find them, read each once, merge its records, keep the books."""
