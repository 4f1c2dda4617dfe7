"""The outside: one module (or package) per applicant tracking system (ATS).

`records` holds the words every ATS is translated into, `base` the interface and its three errors, `http` the one
door to `requests`. Read `greenhouse` for a whole example. Nothing here knows the plugin that uses it.
"""
