"""The demo's own site: its settings file, the cabinet's keys, and the platform's secrets, all in one run folder."""

from __future__ import annotations

import base64
import os
import secrets
import socket
import subprocess
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from simulator.story.processes import locker

KID = "demo-1"


@dataclass(frozen=True)
class Site:
    """Where everything of a run lies."""

    folder: Path
    settings: Path
    platform_secrets: Path
    pty_dir: Path
    community: str = "sunrise-garden"
    cabinet: str = "gate-east"

    @property
    def ledger(self) -> Path:
        """The cabinet's ledger file."""
        return self.folder / "ledger.sqlite3"


@dataclass(frozen=True)
class Pace:
    """How patient the cabinet is in this run: short when a story is played, as in life when people play."""

    idle_s: float
    door_reminder_s: float
    preview_every_s: float


STORY_PACE = Pace(idle_s=6.0, door_reminder_s=2.0, preview_every_s=0.0)
VISITORS_PACE = Pace(idle_s=60.0, door_reminder_s=60.0, preview_every_s=2.0)


def free_port() -> int:
    """A TCP port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def lay_out(folder: Path) -> tuple[Site, str]:
    """Make the run folder and the platform's secrets; returns the site and the platform's public key."""
    folder.mkdir(parents=True, exist_ok=True)
    site = Site(folder, folder / "site.toml", folder / "platform.toml", folder / "pty")
    site.pty_dir.mkdir(exist_ok=True)
    signing = Ed25519PrivateKey.generate()
    raw = signing.private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    code_secret = secrets.token_bytes(32)
    _write_private(
        site.platform_secrets, f'signing_key = "{_b64(raw)}"\nkid = "{KID}"\ncode_secret = "{_b64(code_secret)}"\n'
    )
    public = signing.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return site, _b64(public)


def write_settings(site: Site, pace: Pace, **values: str) -> None:
    """Fill in the demo's settings file."""
    template = Template(resources.files("simulator.story").joinpath("site.toml").read_text(encoding="utf-8"))
    filled = template.substitute(
        values,
        pty_dir=str(site.pty_dir.resolve()),
        kid=KID,
        idle_s=str(pace.idle_s),
        door_reminder_s=str(pace.door_reminder_s),
        preview_every_s=str(pace.preview_every_s),
    )
    site.settings.write_text(filled, encoding="utf-8")


def change_pace(site: Site, pace: Pace) -> None:
    """Let the daemon be as patient as `pace` says, from its next start."""
    lines = site.settings.read_text(encoding="utf-8").splitlines()
    for name in ("idle_s", "door_reminder_s", "preview_every_s"):
        lines = [f"{name} = {getattr(pace, name)}" if line.startswith(f"{name} = ") else line for line in lines]
    site.settings.write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_keys(site: Site) -> None:
    """Let the product make the cabinet's keys, with the code secret that the platform holds."""
    with site.platform_secrets.open("rb") as file:
        code_secret = tomllib.load(file)["code_secret"]
    command = locker("keys", "--config", str(site.settings), "--code-secret", "-")
    subprocess.run(command, input=code_secret, text=True, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
