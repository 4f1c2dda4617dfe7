"""What is owed: deliveries, jobs (owe, claim, back off, park), leases, rate limits, the worker and its clock."""
