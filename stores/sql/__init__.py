"""Every statement of the house: functions that take a transaction and return domain values."""
