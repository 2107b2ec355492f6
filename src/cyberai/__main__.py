"""`python -m cyberai` is the `cyberai` command."""

from cyberai.cli.main import main

if __name__ == "__main__":
    main()
