"""The settings of one site, as its TOML file states them.

Every part takes its section from here. Unknown keys are errors (see `config.load`). No secret stands in these settings:
secrets live in the key file that `storage.keys` names.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from config import forms

Name = Annotated[str, Field(pattern=forms.NAME)]
"""A part of an MQTT topic: lower-case letters, digits and hyphens."""


class Section(BaseModel):
    """A table of the settings file: immutable, and strict about its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Size(StrEnum):
    """Compartment sizes, smallest first."""

    S = "S"
    M = "M"
    L = "L"
    XL = "XL"

    @property
    def rank(self) -> int:
        """Place in the order of sizes: 0 for S."""
        return list(Size).index(self)


class Service(StrEnum):
    """What a consignment is for; services use the same doors and differ only in policy."""

    PARCEL = "parcel"
    RETURN = "return"
    LAUNDRY = "laundry"
    REPAIR = "repair"
    MEDICINE = "medicine"
    LOST_AND_FOUND = "lost-and-found"


class SiteSettings(Section):
    """Where the cabinet stands."""

    community: Name
    cabinet: Name
    title_zh: str = "智能快件箱"
    title_en: str = "Parcel locker"
    language: Literal["zh", "en"] = "zh"
    timezone: str = "Asia/Shanghai"
    attendant_phone: str = ""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"unknown time zone {value!r}; use a name such as 'Asia/Shanghai'") from error
        return value


class StorageSettings(Section):
    """The ledger's file, the key file, and how much disk must stay free."""

    ledger: Path
    keys: Path
    free_space_watermark_mb: int = Field(default=64, ge=1, description="below this, new deposits are refused")
    reserve_mb: int = Field(default=8, ge=1, description="preallocated, so that pickups are recorded on a full disk")


BitOrder = Literal["lowest-first", "highest-first"]
"""Whether the first channel of a hook byte stands in its lowest or its highest bit."""

StatusCode = Annotated[str, Field(pattern=forms.STATUS_CODE)]
"""One status byte in hexadecimal, such as "02"."""

HookCode = Literal["latched", "unlatched", "cooling", "failed"]
"""What a status byte says; `cooling`: the board rests its coil and will not drive it yet."""


class BoardSettings(Section):
    """One lock board on a line."""

    address: int = Field(ge=0, le=255)
    channels: int = Field(ge=1, le=50)
    inverted: bool = Field(default=False, description="true when a set hook bit means unlatched")
    bit_order: BitOrder | None = Field(
        default=None, description="where the first channel of each hook byte stands; the family's default when absent"
    )
    first_index: Literal[0, 1] | None = Field(
        default=None,
        description="the number that the board gives to its first channel; the family's default when absent",
    )
    pulse_s: float | None = Field(
        default=None, gt=0, le=9, description="how long the board drives a coil; the family's default when absent"
    )
    answers_unlocks: bool = Field(
        default=True, description="false for firmware that never answers an unlock: its line does not wait for it then"
    )
    infrared: bool = Field(default=False, description="true when the board reports occupancy sensors that are fitted")
    status_codes: dict[StatusCode, HookCode] = Field(
        default_factory=dict, description="what a status byte means, where the family leaves that to the maker"
    )


class LineSettings(Section):
    """One serial line with boards of one family."""

    name: Name
    port: str = Field(
        description="a device path (by-path or by-id), a pty, or a pyserial URL such as socket://host:port"
    )
    family: Annotated[str, Field(pattern=forms.FAMILY)] = Field(
        description="a family of lock boards: the name of a page in docs/boards/"
    )
    baud: int | None = Field(
        default=None, ge=300, le=1_000_000, description="bits per second; the family's default when absent"
    )
    boards: tuple[BoardSettings, ...] = Field(min_length=1)
    reply_timeout_s: float = Field(default=0.5, gt=0, le=5)
    read_retries: int = Field(default=2, ge=0, le=10, description="repeats of reads; an unlock is never repeated")
    gap_s: float = Field(default=0.005, ge=0, le=1, description="silence between two frames")

    @model_validator(mode="after")
    def _addresses_differ(self) -> Self:
        addresses = [board.address for board in self.boards]
        if len(set(addresses)) != len(addresses):
            raise ValueError(f"two boards of line {self.name!r} have the same address")
        return self


Channel = Annotated[int, Field(ge=0, lt=50)]
"""A lock's place on its board, 0-based, whatever the board counts from."""

LockElsewhere = Annotated[str, Field(pattern=forms.LOCK_ELSEWHERE)]
"""A lock that is not on the column's own board: "BOARD:CHANNEL" on the same line, or "LINE:BOARD:CHANNEL"."""


class ColumnSettings(Section):
    """A column of compartments, top to bottom: on consecutive channels of one board, or on `channels` one by one.

    The compartments are named after the column: column "A" holds A01, A02, ...
    """

    name: Annotated[str, Field(pattern=forms.COLUMN)]
    line: Name
    board: int = Field(ge=0, le=255)
    first_channel: int = Field(default=0, ge=0, description="0-based, whatever the board counts from")
    channels: tuple[Channel | LockElsewhere, ...] = Field(
        default=(), description="for a column that is wired out of order: the lock of each compartment, top to bottom"
    )
    sizes: tuple[Size, ...] = Field(min_length=1)

    @property
    def locks(self) -> tuple[tuple[str, int, int], ...]:
        """Line, board and channel of each compartment, top to bottom."""
        run = range(self.first_channel, self.first_channel + len(self.sizes))
        return tuple(self._lock(each) for each in self.channels or run)

    def _lock(self, channel: int | str) -> tuple[str, int, int]:
        if isinstance(channel, int):
            return self.line, self.board, channel
        *line, board, number = channel.split(":")
        return line[0] if line else self.line, int(board), int(number)

    @model_validator(mode="after")
    def _every_compartment_has_a_lock(self) -> Self:
        if self.channels and len(self.channels) != len(self.sizes):
            raise ValueError(
                f"column {self.name} has {len(self.sizes)} sizes and {len(self.channels)} channels; give one for each"
            )
        if self.channels and "first_channel" in self.model_fields_set:
            raise ValueError(f"column {self.name} has first_channel and channels; remove one")
        return self


class CompartmentSettings(Section):
    """One compartment and the lock behind its door (derived from the columns)."""

    id: str
    size: Size
    line: str
    board: int
    channel: int


class PanelSettings(Section):
    """Power and truth of the doors."""

    coils_at_once: int = Field(default=1, ge=1, le=8, description="locks that the power supply drives together")
    lock_gap_s: float = Field(default=0.1, ge=0, le=5)
    board_gap_s: float = Field(default=0.3, ge=0, le=5)
    coil_rest_s: float = Field(default=2.0, ge=0, le=60, description="least time between two pulses of one coil")
    coil_duty: float = Field(
        default=0.1, gt=0, le=1, description="share of any coil_duty_window_s that a coil may be driven"
    )
    coil_duty_window_s: float = Field(default=60.0, gt=0, le=3600)
    open_within_s: float = Field(default=1.5, gt=0, le=10, description="a door that has not opened by then is jammed")
    debounce_reads: int = Field(default=2, ge=2, le=10, description="agreeing reads that make a door's state")
    debounce_s: float = Field(default=0.01, ge=0, le=1, description="least time over which those reads must agree")
    left_open_s: float = Field(default=600.0, gt=0, le=86400, description="a door open for longer is a fault")
    poll_rest_s: float = Field(default=0.25, gt=0, le=5)
    poll_active_s: float = Field(
        default=0.0, ge=0, le=1, description="between two reads of a door that moves; 0: as fast as the wire allows"
    )


class CameraSettings(Section):
    """The camera that looks at eyes."""

    source: str = Field(description="what OpenCV's VideoCapture opens: a device number, an RTSP or an MJPEG URL")
    open_timeout_s: float = Field(default=3.0, gt=0, le=30)
    read_timeout_s: float = Field(default=2.0, gt=0, le=30)
    look_timeout_s: float = Field(default=6.0, gt=0, le=60, description="how long one look may last")
    preview_every_s: float = Field(default=2.0, ge=0, le=60, description="motion check at rest; 0 turns it off")


class IrisSettings(Section):
    """The promise that the iris decision keeps."""

    false_match_rate: float = Field(default=1e-6, ge=1e-12, le=1e-2, description="per visit, against the whole gallery")
    looks: int = Field(
        default=3,
        ge=1,
        le=10,
        description="looks at one presence, then only codes; with fewer than 3 none begins without a touch",
    )


class MqttSettings(Section):
    """The broker of the community platform."""

    host: str
    port: int = Field(default=8883, ge=1, le=65535)
    version: Literal["5", "3.1.1"] = "5"
    tls: bool = True
    ca_file: Path | None = None
    username: str | None = None
    keepalive_s: int = Field(default=30, ge=5, le=600)
    session_expiry_s: int = Field(default=7 * 86400, ge=0)
    reconnect_max_s: float = Field(default=60.0, ge=1, le=600)
    telemetry_every_s: float = Field(default=60.0, ge=1)


class PlatformSettings(Section):
    """Whom the cabinet believes: the platform's public keys, base64url of 32 bytes each."""

    signing_keys: dict[str, str] = Field(min_length=1, description="key id to Ed25519 public key")


class ClockSettings(Section):
    """When the wall clock may be believed."""

    source: Literal["kernel", "assumed"] = Field(
        default="kernel",
        description="kernel: ask the kernel's NTP state; assumed: believe it (demo, or an RTC that is set)",
    )


class KioskSettings(Section):
    """The page on the cabinet's screen."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    idle_s: float = Field(default=60.0, gt=0, description="a visit at the screen ends after this silence")
    door_reminder_s: float = Field(
        default=60.0, gt=0, description="an open door reminds after this, then alarms at twice it"
    )
    reopen_s: float = Field(default=120.0, gt=0, description="how long a pickup visit may reopen its doors")
    unlock_tries: int = Field(
        default=3, ge=1, le=5, description="attempts in one step before a compartment is quarantined"
    )


class ServicePolicy(Section):
    """What one community service allows."""

    deadline_h: float = Field(
        default=48.0, gt=0, description="after this a consignment is overdue; it stays collectable"
    )
    collectors: Literal["household", "recipient"] = "household"


def _default_services() -> dict[Service, ServicePolicy]:
    strict = ServicePolicy(collectors="recipient")
    return {service: strict if service is Service.MEDICINE else ServicePolicy() for service in Service}


class Settings(Section):
    """Everything a site sets."""

    site: SiteSettings
    storage: StorageSettings
    lines: tuple[LineSettings, ...] = Field(min_length=1)
    columns: tuple[ColumnSettings, ...] = Field(min_length=1)
    panel: PanelSettings = PanelSettings()
    camera: CameraSettings | None = None
    iris: IrisSettings = IrisSettings()
    mqtt: MqttSettings
    platform: PlatformSettings
    clock: ClockSettings = ClockSettings()
    kiosk: KioskSettings = KioskSettings()
    services: dict[Service, ServicePolicy] = Field(default_factory=_default_services)

    @property
    def compartments(self) -> tuple[CompartmentSettings, ...]:
        """Every compartment, column by column."""
        return tuple(
            CompartmentSettings(
                id=f"{column.name}{number:02d}",
                size=size,
                line=line,
                board=board,
                channel=channel,
            )
            for column in self.columns
            for number, (size, (line, board, channel)) in enumerate(
                zip(column.sizes, column.locks, strict=True), start=1
            )
        )

    @field_validator("services", mode="after")
    @classmethod
    def _every_service_has_a_policy(cls, value: dict[Service, ServicePolicy]) -> dict[Service, ServicePolicy]:
        return _default_services() | value

    @model_validator(mode="after")
    def _locks_exist_and_differ(self) -> Self:
        lines = {line.name: line for line in self.lines}
        if len(lines) != len(self.lines):
            raise ValueError("two lines have the same name")
        if len({line.port for line in self.lines}) != len(self.lines):
            raise ValueError("two lines have the same port; boards of one family on one port are one line")
        if len({column.name for column in self.columns}) != len(self.columns):
            raise ValueError("two columns have the same name")
        seen: dict[tuple[str, int, int], str] = {}
        for compartment in self.compartments:
            line = lines.get(compartment.line)
            if line is None:
                raise ValueError(
                    f"compartment {compartment.id} names line {compartment.line!r}, which is not in [[lines]]"
                )
            board = next((b for b in line.boards if b.address == compartment.board), None)
            if board is None:
                raise ValueError(
                    f"compartment {compartment.id} names board {compartment.board}, not on line {line.name!r}"
                )
            if compartment.channel >= board.channels:
                raise ValueError(
                    f"compartment {compartment.id} needs channel {compartment.channel}, but board {board.address} of "
                    f"line {line.name!r} has {board.channels} (0 to {board.channels - 1})"
                )
            lock = (compartment.line, compartment.board, compartment.channel)
            if lock in seen:
                raise ValueError(f"compartments {seen[lock]} and {compartment.id} share one lock: {lock}")
            seen[lock] = compartment.id
        return self
