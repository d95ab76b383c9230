"""`python -m distributor` is `distributor`."""

from distributor.cli.main import main

if __name__ == "__main__":
    main(prog_name="distributor")
