"""From a requisition to a commitment: intake, calibration, the note in the ATS, the decision (R1–R3, R8)."""
