"""One request: fetch, decide, remember, return. Same file names as in schema/ and domain/."""
