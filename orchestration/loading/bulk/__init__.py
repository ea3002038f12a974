"""The fast paths for large files: lines are read many at once, and the parser reads only those that are not certain.

Of JSON lines (reading.py) DuckDB reads the values. A line is proven when they, written out again in the form of the
file's other lines, give that very line, byte for byte, and when every value is of a kind whose meaning in SQL is the
parser's. Of CSV and Parquet (tables.py) whole columns are read, and the parser is asked once for each distinct value.
Everything else (broken, escaped, quoted, twice the same key, an address in a text) goes to the parser, which alone says
what a line means. So a fast path may be blind, but never wrong: tests/orchestration/test_loading_bulk.py and
test_loading_bulk_tables.py hold each against the parser.
"""
