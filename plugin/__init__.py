"""The service: what comes in (`doors`), what is owed (`work`), the rules in between, and the rows that remember.

Read `work.jobs` for how anything gets done, `alignment` for how a description becomes a promise, `scouting` for how
the promise reaches a person, `pipeline` for how a yes reaches the ATS.
"""
