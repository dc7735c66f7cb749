"""Run the command line with ``python -m arkwright``."""

from arkwright.cli.main import main

if __name__ == "__main__":
    main()
