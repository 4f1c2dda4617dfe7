"""Letters and replies: who may be written to, what may be said, sending once, reading what comes back (R1, R4, R5, R7)."""
