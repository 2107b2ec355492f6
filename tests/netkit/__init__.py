"""What the network's tests share: clocks, sessions on loopback, raw servers."""
