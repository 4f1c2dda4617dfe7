"""Fuzzing the doors: whatever comes in, `verify` says no in its own words and `parse` takes kind and id, or nothing.

`make fuzz` runs both engines on every connector that is rung: Hypothesis bends deliveries as they look, atheris follows
the code's branches with bytes. Read `doors` first.
"""
