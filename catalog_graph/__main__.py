"""Run the command line: `python -m catalog_graph`."""

from catalog_graph.cli import main

if __name__ == "__main__":
    main()
