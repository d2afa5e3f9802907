"""What all tests of the console have."""

from tests.support.lexers import later, lexers_at_once

__all__ = ["later", "lexers_at_once"]
