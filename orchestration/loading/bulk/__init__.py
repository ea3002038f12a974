"""The fast path for large files: DuckDB reads the lines, and the parser only those that it cannot prove.

A line is proven when the values that DuckDB read from it, written out again in the form of the file's other lines, give
that very line, byte for byte, and when every value is of a kind whose meaning in SQL is the parser's. Everything else
(broken, escaped, twice the same key, another order, an address in a text) goes to the parser, which alone says what a
line means. So the fast path may be blind, but never wrong: tests/orchestration/test_loading_bulk.py holds both paths
against each other.
"""
