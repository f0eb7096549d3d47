"""What several test modules share: each function with its tables and queues."""
