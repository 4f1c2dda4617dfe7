"""People on their way in: files of many people (JSON lines, tables), résumés one a file, the ATS's own past candidates.

Each reader gives `records.Incoming` or `records.SetAside`; `taking_in` journals them, `folding` finds who is one person.
Read next: `taking_in`, then a reader (`json_lines`, `table_people`, `resumes`, `applicants`).
"""
