"""Phrases (gettext) and whole letters, one folder per language. Data only."""
