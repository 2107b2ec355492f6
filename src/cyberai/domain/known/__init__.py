"""Known flaws of known products: what NVD and OSV publish, and which of it a service's product and version fit."""
