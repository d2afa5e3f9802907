"""The network as this host sees it: loopback, names to addresses, proxies, certificates."""
