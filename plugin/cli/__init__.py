"""The command line, one module per group of commands. `entry` knows them by name and loads only the one asked for."""

from plugin.cli.entry import main

__all__ = ["main"]
