"""The rule language: parse, check and compile correct-use rules into the rule book that the dbt models judge by."""
