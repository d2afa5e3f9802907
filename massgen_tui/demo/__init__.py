"""A demo that needs no GPU and no server: a small real model on loopback, or recorded streams."""
