"""`python -m catalog_graph`: the command line."""

from catalog_graph.cli import main

if __name__ == "__main__":
    main()
