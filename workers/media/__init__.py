"""Films: from a file to encrypted segments, playlists and pictures."""
