"""Looks at the files of rewards, which lie beside the configuration."""

import hashlib
from pathlib import Path
from typing import Final

from hotlist.config.mail_to_leads_schema import MOST_BYTES, FileFacts, Look

_PIECE: Final = 1_048_576


def looking_in(folder: Path) -> Look:
    """Looks at files of a folder, each by its path below it."""

    def look(named: str) -> FileFacts | str:
        file = folder / named
        try:
            if not file.resolve().is_relative_to(folder.resolve()):
                return f"{named} is not in the folder of this file; copy it there"
            if not file.is_file():
                return f"there is no file {file}; put it there, or correct the path"
            size = file.stat().st_size
            if not size:
                return f"{named} is empty; put the real file there"
            if size > MOST_BYTES:
                return f"{named} has {size:,} bytes; a reward has at most {MOST_BYTES:,}"
            return FileFacts(sha256_of(file))
        except (OSError, ValueError, RuntimeError) as error:  # of a name or a loop
            reason = error.strerror if isinstance(error, OSError) else str(error)
            return f"{named} cannot be read: {reason}"

    return look


def sha256_of(file: Path) -> str:
    """The hash of a file's contents, in hexadecimal digits."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
