"""Rows to Vega-Lite: pure functions, the same pictures in the dashboard and in a report.

No colour is named here except by its place in the theme's categorical colours (0 correct, 1 incorrect, 2 non-user,
3 not judged); text, ticks and rules take `currentColor`. So one chart serves the light and the dark theme.
"""
