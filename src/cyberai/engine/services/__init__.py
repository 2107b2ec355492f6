"""What speaks on a port: own probes, recognisers of their answers, and imported fingerprints."""
