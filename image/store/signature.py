# SPDX-License-Identifier: MIT
"""Signatures by OpenSSH: who may fill the store is a list of public keys in the project.

The list has the format that `man ssh-keygen` describes under ALLOWED SIGNERS; git reads the same.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from image import run
from image.errors import UserError
from image.surroundings import for_ssh

# What a signature is for: one made for a commit or a login is no signature of a result.
NAMESPACE = "image-step"
PROGRAM = "ssh-keygen"


class Untrusted(Exception):
    """What is not signed by anyone on the list; the message says why."""


@dataclass(frozen=True)
class Signer:
    """The key that results are signed with: a private key, or a public one of the ssh agent."""

    key: Path

    def sign(self, statement: bytes) -> bytes:
        """The signature as armoured text. Raises UserError."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "statement"
            file.write_bytes(statement)
            words: list[str | Path] = [PROGRAM, "-q", "-Y", "sign", "-n", NAMESPACE, "-f", self.key]
            try:
                run.output([*words, file], env=for_ssh(), merge=True)
            except run.CommandFailed as error:
                hint = "name a key without a passphrase, or one that the ssh agent holds"
                message = f"{self.key} does not sign: {error.message}"
                raise UserError(message, hint) from None
            return file.with_name("statement.sig").read_bytes()


@dataclass(frozen=True)
class Verifier:
    """Those who are trusted: a file of allowed signers."""

    signers: Path

    def verify(self, statement: bytes, signature: bytes) -> str:
        """Who signed. Raises Untrusted where nobody on the list did."""
        if not signature:
            raise Untrusted("it is not signed")
        with tempfile.TemporaryDirectory() as folder:
            signed, text = Path(folder) / "signature", Path(folder) / "statement"
            signed.write_bytes(signature)
            text.write_bytes(statement)
            who = self._ask("find-principals", signed).splitlines()
            if not who:
                raise Untrusted(self._nobody())
            self._ask("verify", signed, "-I", who[0], "-n", NAMESPACE, source=text)
            return who[0]

    def _ask(self, action: str, signature: Path, *more: str, source: Path | None = None) -> str:
        words: list[str | Path] = [PROGRAM, "-Y", action, "-f", self.signers, "-s", signature]
        try:
            return run.output([*words, *more], source=source)
        except run.CommandFailed:
            raise Untrusted(self._nobody()) from None

    def _nobody(self) -> str:
        return f"nobody in {self.signers.name} signed it"
