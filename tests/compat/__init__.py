"""Real gateways, installed as they come, over scripted workers; not a part of `make test`."""
