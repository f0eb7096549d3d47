"""Again: leads that are to be folded anew, and the walk over all of them. Not pure."""
