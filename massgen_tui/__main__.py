"""`python -m massgen_tui` is the command `massgen-tui`."""

from massgen_tui.cli import main

if __name__ == "__main__":
    main()
