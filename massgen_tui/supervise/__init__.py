"""Session and monitor joined: which servers' state decides what happens to a prompt."""
