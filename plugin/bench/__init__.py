"""What speed is, measured: `kakuyaku bench …`."""
