"""A year of hiring in minutes, against real servers, with everything going wrong that goes wrong.

`simulation` is the driver: it holds the calendar, lets people act (`managers`, `recruiters`, `candidates`), moves the
one clock (`shared_clock`) and has the work done by a process it may kill (`hands`). What people did is written down
outside the product (`truth`) and compared with what the product, the ATS and the mail server say at the end
(`verdicts`). Start reading at `simulation`.
"""
