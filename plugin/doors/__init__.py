"""What comes in: ATS webhooks, inbound mail, the pages of managers, recruiters and candidates, health, metrics."""
