"""What all tests of the console have."""

from tests.support.lexers import later, lexers_at_once
from tests.support.real import config, env, server

__all__ = ["config", "env", "later", "lexers_at_once", "server"]
