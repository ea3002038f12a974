"""The readiness audit of a tool: sixteen questions, answered from evidence in the workspace where there is any.

What no data can show is answered by people, with a document (`audit:` in tools.yml); anything else is vague. Pure.
"""
