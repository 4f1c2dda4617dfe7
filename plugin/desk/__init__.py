"""The desk: positions, people and a pipeline of our own, for agencies and for ATSs without an API.

`books` is what the connector (`connectors.desk`) is given, `positions` and `pipeline` are what its pages do, `people`
keeps who is in it, and `recommending` hands somebody over: a 推薦状 by mail, with a PDF (`paper`) and a table (`sheet`).
"""
