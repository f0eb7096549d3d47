"""`hotlist_cli.roots OUT`: write Amazon's own root certificates, as they are in certifi's bundle.

The build of the layer runs this module by itself, with few packages. The functions trust these
roots when they call AWS (`hotlist/runtime/trust.py`).
"""

import argparse
import hashlib
import re
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import certifi

ROOTS: Final = {
    "Amazon Root CA 1": "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
    "Amazon Root CA 2": "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
    "Amazon Root CA 3": "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
    "Amazon Root CA 4": "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
    "Starfield Services Root Certificate Authority - G2": (
        "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5"
    ),
}
"""What AWS asks its callers to trust (Amazon Trust Services), by SHA-256 fingerprint."""
_PEM: Final = re.compile(r"-----BEGIN CERTIFICATE-----\n.+?-----END CERTIFICATE-----\n", re.DOTALL)


class MissingRoots(LookupError):
    """A bundle does not have all of Amazon's roots."""


def amazons(bundle: str) -> str:
    """Amazon's five roots of a bundle in PEM, in the order of `ROOTS`.

    :raises MissingRoots: with the names of those that are not there.
    """
    found = dict(_by_fingerprint(bundle))
    missing = [name for name, fingerprint in ROOTS.items() if fingerprint not in found]
    if missing:
        raise MissingRoots(
            f"the bundle has no certificate {', no '.join(missing)}: pin the earlier version of "
            "certifi again, or correct ROOTS in cli/hotlist_cli/roots.py by what AWS says it uses"
        )
    return "".join(found[fingerprint] for fingerprint in ROOTS.values())


def _by_fingerprint(bundle: str) -> Iterator[tuple[str, str]]:
    for pem in _PEM.findall(bundle):
        yield hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest(), pem


def main() -> int:
    parser = argparse.ArgumentParser(prog="hotlist_cli.roots", description=__doc__)
    parser.add_argument("out", type=Path, help="the file to write")
    out: Path = parser.parse_args().out
    try:
        out.write_text(amazons(Path(certifi.where()).read_text("utf-8")), "utf-8")
    except MissingRoots as missing:
        print(f"{certifi.where()}: {missing}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
