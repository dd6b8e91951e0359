"""How fast, how much, how well? One file a question, each with its peers beside it."""
