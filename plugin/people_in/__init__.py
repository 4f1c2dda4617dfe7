"""People on their way in: files of many people (JSON lines, CSV), résumés one a file, the ATS's own past candidates."""
