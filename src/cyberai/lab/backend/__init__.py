"""What the pages stand on: database, file system, shells and template engines that reach nothing real."""
