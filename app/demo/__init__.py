"""The demo: what is on, who lives here, and how an empty house is filled with both."""
