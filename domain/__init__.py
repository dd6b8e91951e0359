"""What is true, whoever asks: pure rules over frozen values, no I/O, no clock, no randomness."""
