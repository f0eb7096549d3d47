"""The root certificates in the layer: Amazon's five, as certifi has them, and no others."""

import warnings
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from hotlist_cli import roots

BUNDLE = Path(certifi.where()).read_text("utf-8")
PINNED = {
    "Amazon Root CA 1": "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
    "Amazon Root CA 2": "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
    "Amazon Root CA 3": "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
    "Amazon Root CA 4": "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
    "Starfield Services Root Certificate Authority - G2": (
        "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5"
    ),
}


def certificates(bundle: str) -> list[x509.Certificate]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some roots have serial numbers that are not positive
        return x509.load_pem_x509_certificates(bundle.encode())


def name(certificate: x509.Certificate) -> str:
    named = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(named[0].value) if named else ""


def test_they_are_amazons_five_by_name_and_fingerprint() -> None:
    ours = certificates(roots.amazons(BUNDLE))
    assert {name(one): one.fingerprint(SHA256()).hex() for one in ours} == PINNED
    assert len(ours) == 5
    assert roots.ROOTS == PINNED


def test_each_is_certifis_copy_and_certifi_has_no_other_of_amazon() -> None:
    """If this finds a sixth, AWS may soon show certificates that it has signed."""
    theirs = {name(one): one for one in certificates(BUNDLE)}
    of_amazon = {known for known in theirs if known.startswith(("Amazon ", "Starfield Services "))}
    assert of_amazon == PINNED.keys()
    for one in certificates(roots.amazons(BUNDLE)):
        assert one == theirs[name(one)]


@pytest.mark.parametrize("missing", PINNED)
def test_a_bundle_without_one_is_refused_by_its_name(missing: str) -> None:
    pems = dict(
        zip(PINNED, roots.amazons(BUNDLE).split("-----END CERTIFICATE-----\n"), strict=False)
    )
    without = BUNDLE.replace(pems[missing], "")
    with pytest.raises(roots.MissingRoots, match=f"no certificate {missing}: pin"):
        roots.amazons(without)


def test_a_certificate_that_was_changed_is_none_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name alone does not make a root."""
    monkeypatch.setitem(roots.ROOTS, "Amazon Root CA 1", "0" * 64)
    with pytest.raises(roots.MissingRoots, match="Amazon Root CA 1"):
        roots.amazons(BUNDLE)


def test_the_build_writes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "amazon.pem"
    monkeypatch.setattr("sys.argv", ["roots", str(out)])
    assert roots.main() == 0
    assert out.read_text("utf-8") == roots.amazons(BUNDLE)


def test_the_build_fails_without_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "bundle.pem"
    empty.write_text("", "utf-8")
    monkeypatch.setattr("certifi.where", lambda: str(empty))
    monkeypatch.setattr("sys.argv", ["roots", str(tmp_path / "amazon.pem")])
    assert roots.main() == 1
    assert f"{empty}: the bundle has no certificate Amazon Root CA 1, no" in capsys.readouterr().err
    assert not (tmp_path / "amazon.pem").exists()
