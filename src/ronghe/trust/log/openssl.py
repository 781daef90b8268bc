"""Time-stamps verified by the `openssl` program: certificates and signed messages are its trade, national ones too."""

import os
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from ronghe.terms import InputError
from ronghe.trust.log.stamps import StampWrong

__all__ = ["OpenSsl"]

_TIME = re.compile(r"^Time stamp: (\w{3} +\d{1,2} \d\d:\d\d:\d\d)(?:\.\d+)? (\d{4}) GMT$", re.MULTILINE)
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class OpenSsl:
    """An authority whose root certificate lies in the PEM file `root`, with those between in `chain`."""

    root: Path
    chain: Path | None = None
    program: str = "openssl"

    def verified(self, query: bytes, reply: bytes) -> datetime:
        """See `Authority`. Raises InputError where the program or the certificates cannot be read."""
        for path in filter(None, (self.root, self.chain)):
            if not path.is_file():
                raise InputError("log.no_certificates", path=str(path))
        with TemporaryDirectory(prefix="ronghe-") as made:
            asked, answered = Path(made) / "query", Path(made) / "reply"
            asked.write_bytes(query)
            answered.write_bytes(reply)
            told = _TIME.search(self._run("-reply", "-in", str(answered), "-text"))
            if told is None:
                raise StampWrong("no time")
            time = datetime.strptime(f"{told[1]} {told[2]}", "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)
            # The certificate must have been valid when it stamped; it may have ended since.
            at = str(int(time.timestamp()))
            between = ("-untrusted", str(self.chain.resolve())) if self.chain else ()
            trusted = ("-CAfile", str(self.root.resolve()), *between, "-attime", at)
            self._run("-verify", "-queryfile", str(asked), "-in", str(answered), *trusted)
        return time

    def _run(self, *arguments: str) -> str:
        command = [self.program, "ts", *arguments]
        try:
            done = subprocess.run(  # noqa: S603 - a list of words, of which only the paths are ours
                command,
                capture_output=True,
                check=False,
                timeout=_SECONDS,
                env={"LC_ALL": "C", "PATH": os.environ.get("PATH", os.defpath)},
            )
        except (OSError, subprocess.TimeoutExpired) as fault:
            raise InputError("log.no_openssl", program=self.program, detail=type(fault).__name__) from fault
        if done.returncode:
            raise StampWrong(_reason(done.stderr.decode("utf-8", "replace")))
        return done.stdout.decode("utf-8", "replace")


def _reason(said: str) -> str:
    """The reason out of the program's complaint: `...:error:CODE:library:function:REASON:file:line:`."""
    for line in reversed(said.splitlines()):
        parts = line.split(":")
        if len(parts) > _REASON and parts[1] == "error":
            return parts[_REASON].strip()
    return "-"


_REASON = 5
