"""The doors: the command line, the web server, and the real servers that come out of wheels."""
