"""The raw schema of warehouse.duckdb: what the loaders write and dbt's staging models read, a file for each subject.

Every table and column is explained where it is made. The files are laid in the order of their names, as often as one
likes: they create what is missing.
"""

from functools import cache
from importlib import resources


@cache
def raw_schema() -> str:
    """The statements of all files."""
    files = (file for file in resources.files(__name__).iterdir() if file.name.endswith(".sql"))
    return "\n".join(file.read_text() for file in sorted(files, key=lambda file: file.name))
