"""What the functions run on: settings, records of a batch, what is retried or parked. Not pure."""
