"""The only modules that import Dagster: assets, checks, a sensor, a schedule, and how to run them in this process.

Modules with assets go without `from __future__ import annotations`: Dagster reads the types of an asset's parameters
when it is defined, and knows them as text no longer.
"""
