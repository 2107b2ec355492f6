"""What the HTML page shows, worked out before the template sees it: words, figures, positions."""
