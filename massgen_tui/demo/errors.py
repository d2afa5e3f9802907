"""Why the demo cannot have its model."""


class DemoError(Exception):
    """The demo stops here. The message is for people and says what to do."""


class ModelUnavailable(DemoError):
    """The model or its engine cannot be had or run here; a replay can stand in for it."""


class HashMismatch(DemoError):
    """A file is not the one that it should be. Never an occasion to go on with something else."""
