"""Ways out of a folder that have worked somewhere, sometime."""

DOTS = ["..", ".", "...", "%2e%2e", "%2E%2e", "%252e%252e", ".%2e", "..%00", "..;", "\u2024\u2024"]
SLASHES = ["/", "//", "\\", "%2f", "%5c", "%252f", "/./", "\\/", "\x00/", "\u2215", "%c0%af"]
SECRETS = ["secrets/master_key", "sources/x", "v1080/init.mp4"]
ABSOLUTE = ["/etc/passwd", "//etc/passwd", "\\etc", "C:/x", "C:\\x", "file:///etc/passwd", "~/x"]
ODD = ["a.m3u8.", ".a.m3u8", "a..m3u8", "a/", " a.m3u8", "a.m3u8 ", "a.m3u8\n", "a.m3u8\x00.jpg"]
OTHER_CASE = ["A.M3U8", "V1080/init.mp4", "%2fa.m3u8", "a.m3u8%00.jpg", "a.m3u8?x", "a.m3u8#x"]


def traversals() -> list[str]:
    """More than three hundred, relative to a film's folder."""
    climbing = [
        (dots + slash) * depth + secret
        for dots in DOTS
        for slash in SLASHES
        for depth in (1, 3)
        for secret in SECRETS
    ]
    inside = [f"v720{slash}{dots}{slash}a.m3u8" for dots in DOTS for slash in SLASHES]
    return [*climbing, *inside, *DOTS, *ABSOLUTE, *ODD, *OTHER_CASE]
