"""What can go wrong between a cabinet and its platform; every message names the input and the remedy."""

from __future__ import annotations


class MqttError(Exception):
    """Root of everything that this part raises."""


class LinkSettingsInvalid(MqttError):
    """The settings of the broker or the platform's keys cannot be used; found before anything is connected."""


class NotConnected(MqttError):
    """There is no connection to the broker at this moment; nothing was sent."""


class AckRejected(MqttError):
    """The journal does not believe an acknowledgement: another ledger's, or beyond what was ever published."""


class Untrusted(MqttError):
    """A signed message of the platform that must not be acted on."""

    reason = "untrusted"


class Malformed(Untrusted):
    """Not a compact JWS of a fair size, or claims that do not fit the contract."""

    reason = "malformed"


class Forged(Untrusted):
    """The signature does not hold, or names a key or an algorithm that this cabinet does not accept."""

    reason = "forged"


class WrongAudience(Untrusted):
    """Signed by the platform, for another cabinet."""

    reason = "wrong_audience"


class Expired(Untrusted):
    """Signed by the platform for this cabinet, but its time is over."""

    reason = "expired"


class DirectoryStale(Untrusted):
    """A directory that is not newer than the one in force."""

    reason = "directory_stale"


class DirectoryGap(Untrusted):
    """A differential directory whose base is not the version in force; a full one is needed."""

    reason = "directory_gap"


class PersonalPartUnreadable(Untrusted):
    """The personal part is not encrypted to this cabinet's key, or does not fit the contract."""

    reason = "personal_part_unreadable"
