"""What a household may ask about its own data: a copy of all, and that all be gone."""

from enum import StrEnum


class DataPurpose(StrEnum):
    """What a job does with the data it looks for."""

    EXPORT = "EXPORT"
    ERASE = "ERASE"
