"""The demo: what is on, who lives here, and how an empty house is filled with both."""

from app.demo.filling import fill
from app.demo.households import EMAIL, PASSWORD

__all__ = ["EMAIL", "PASSWORD", "fill"]
