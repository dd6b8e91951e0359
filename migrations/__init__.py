"""How the database got its shape, one step a file. Expand before, contract after a release."""
