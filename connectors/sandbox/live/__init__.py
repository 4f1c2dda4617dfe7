"""Real ATSs with a person's hands, for stories told to them: `make test-odoo`. Nothing here runs in the ordinary tests."""
