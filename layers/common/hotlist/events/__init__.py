"""What happened: the event, the closed vocabulary, ids, times and retention. Pure."""
