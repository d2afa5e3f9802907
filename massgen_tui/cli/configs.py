"""Config files as the command line finds and reads them."""

import re
from pathlib import Path

FOLDER = Path("configs")
ENDINGS = (".yaml", ".yml")
SHOWN = 20
ALONE = "`massgen-tui` alone shows what one may begin with."
_HOST = r"[A-Za-z0-9][A-Za-z0-9.-]{0,250}"


def what_there_is() -> str:
    """What to say when no config was named."""
    found = found_configs()
    return (
        f"Name a config file.\n{found}" if found else "Name a config file, or try: massgen-tui demo"
    )


def no_such_config(name: str) -> str:
    """What to say when the file named is not there."""
    if Path(name).is_dir():
        return f"{name} is a directory, not a config file."
    told = [f"There is no config file {name}.", perhaps_address(name), found_configs() or ALONE]
    return "\n".join(filter(None, told))


def perhaps_address(name: str) -> str:
    """What to say of a bare name that may be meant as a host; empty: it cannot be one."""
    if not re.fullmatch(_HOST, name) or name.endswith(ENDINGS):
        return ""
    return f"An address has a port or a scheme: {name}:8000, http://{name}."


def found_configs() -> str:
    """The config files in `./configs`, a line each; empty when there are none."""
    try:
        files = sorted(path for path in FOLDER.iterdir() if path.suffix in ENDINGS)
    except OSError:
        return ""
    if not files:
        return ""
    more = [f"  … and {len(files) - SHOWN} more"] if len(files) > SHOWN else []
    return "\n".join([f"Found in {FOLDER}/:", *(f"  {path}" for path in files[:SHOWN]), *more])
