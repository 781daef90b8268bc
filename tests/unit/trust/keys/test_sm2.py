"""SM2 against the example of the standard and a second implementation."""

import shutil
import subprocess
from pathlib import Path

import pytest

from ronghe.trust.keys import sm2
from ronghe.trust.log import verifier

# GB/T 32918.5-2017, annex A.2.
PRIVATE = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
NONCE = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
PUBLIC = bytes.fromhex(
    "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
SIGNATURE = bytes.fromhex(
    "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
)


def test_the_example_of_the_standard() -> None:
    assert sm2.public_of(PRIVATE) == PUBLIC
    assert sm2.sign(PRIVATE, b"message digest", nonce=NONCE) == SIGNATURE
    assert sm2.verify(PUBLIC, b"message digest", SIGNATURE)
    assert verifier._sm2_verifies(PUBLIC, b"message digest", SIGNATURE)


def test_the_two_verifiers_agree() -> None:
    for turn in range(6):
        message = bytes([turn]) * turn
        signature = sm2.sign(PRIVATE + turn, message)
        public = sm2.public_of(PRIVATE + turn)
        for said in (message, message + b"x"):
            assert sm2.verify(public, said, signature) == verifier._sm2_verifies(public, said, signature)
        assert sm2.verify(public, message, signature)


def test_no_signature_comes_twice() -> None:
    assert len({sm2.sign(PRIVATE, b"same") for _ in range(5)}) == 5


def test_numbers_out_of_range_and_points_off_the_curve_are_wrong() -> None:
    zero, order = bytes(32), sm2.ORDER.to_bytes(32, "big")
    for signature in (
        zero + SIGNATURE[32:],
        SIGNATURE[:32] + zero,
        order + SIGNATURE[32:],
        SIGNATURE[:32] + order,
        b"",
    ):
        assert not sm2.verify(PUBLIC, b"message digest", signature)
        assert not verifier._sm2_verifies(PUBLIC, b"message digest", signature)
    for public in (PUBLIC[:-1] + b"\x00", PUBLIC[:-1], bytes(64), b"\xff" * 64):
        assert not sm2.verify(public, b"message digest", SIGNATURE)
        assert not verifier._sm2_verifies(public, b"message digest", SIGNATURE)
    for private in (0, sm2.ORDER - 1, sm2.ORDER):
        with pytest.raises(ValueError, match="private key"):
            sm2.public_of(private)


def test_openssl_accepts_what_is_signed_here(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if (
        openssl is None
        or "SM2"
        not in subprocess.run([openssl, "ecparam", "-list_curves"], capture_output=True, text=True, check=False).stdout
    ):
        pytest.skip("openssl with SM2 is missing")
    # SubjectPublicKeyInfo of a point on the curve SM2, and the signature as DER.
    head = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")
    (tmp_path / "key.der").write_bytes(head + PUBLIC)
    (tmp_path / "message").write_bytes(b"tree head")
    signature = sm2.sign(PRIVATE, b"tree head")

    def number(data: bytes) -> bytes:
        data = data.lstrip(b"\0")
        data = b"\0" + data if data[0] & 0x80 else data
        return bytes((2, len(data))) + data

    both = number(signature[:32]) + number(signature[32:])
    (tmp_path / "signature").write_bytes(bytes((0x30, len(both))) + both)
    command = [
        openssl,
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        "key.der",
        "-keyform",
        "DER",
        "-rawin",
        "-digest",
        "sm3",
    ]
    command += ["-in", "message", "-sigfile", "signature", "-pkeyopt", "distid:1234567812345678"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
