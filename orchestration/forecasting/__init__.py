"""Where each measure will stand by the date of its target: pure arithmetic on published figures.

`damped` foretells shares, `outlook` decides which cells get a forecast and why others do not. Nothing here reads or
writes a file; numpy and scipy load when the first forecast is made.
"""
