"""The demo and the story: the whole loop on one machine, with a sandbox ATS and a local mailbox."""
