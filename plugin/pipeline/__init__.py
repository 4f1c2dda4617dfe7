"""Every change made inside a customer's ATS, the holding lane, and the promises with their clock (R4, R7)."""
