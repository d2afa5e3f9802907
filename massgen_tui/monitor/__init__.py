"""What is known of the servers and of this host's GPUs, gathered beside the answers."""
