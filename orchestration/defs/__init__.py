"""The only modules that import Dagster: assets, checks, a sensor, a schedule, and how to run them in this process."""
