"""Real servers on this machine, for a house that was given no address of another."""
