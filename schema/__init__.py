"""What a client sees: shapes, one file a subject, and the whole API on one page in root.py."""
