"""The number of the form in which sessions' files are written."""

FORMAT = 1
