"""`python -m app` is `marquee`, wherever the script is not on the path."""

from app.cli import main

main()
