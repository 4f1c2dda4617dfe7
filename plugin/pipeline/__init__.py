"""Every change made inside a customer's ATS, and what is owed to people after a yes.

`entries` takes a yes into the ATS (`holding` while it can't), `writes` makes each change once, `ledger` and `promises`
keep the promise and its clock, `interviews` and `people` read what became of them. Start with `entries.accept_yes`.
"""
