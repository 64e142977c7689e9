"""The platform contract as an AsyncAPI 3.0 document and JSON Schemas, made from the models and from nothing else."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic.json_schema import models_json_schema

from mqtt.contract.base import Message
from mqtt.contract.events import EVENTS, Event, JournalRow
from mqtt.contract.messages import (
    About,
    Ack,
    Command,
    CompartmentNow,
    Directory,
    PersonalPart,
    Reply,
    Resync,
    Status,
    Telemetry,
)
from mqtt.topics import ROOT

DOCUMENT = "asyncapi.json"
SCHEMAS = "schemas"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_COMPACT_JWS = r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$"

Json: TypeAlias = dict[str, Any]
"""An object of the generated documents; it is written out and travels to no other part."""


@dataclass(frozen=True)
class _Channel:
    """One topic: what travels on it, which way, and how."""

    name: str
    model: type[Message]
    action: Literal["send", "receive"]  # seen from the cabinet
    qos: int = 1
    retain: bool = False
    signed: bool = False
    path: str = ""

    @property
    def address(self) -> str:
        return f"{ROOT}/{{community}}/{{cabinet}}/{self.path or self.name}"


CHANNELS = (
    _Channel("status", Status, "send", retain=True),
    _Channel("about", About, "send", retain=True),
    _Channel("compartments", CompartmentNow, "send", retain=True, path="compartments/{compartment}"),
    _Channel("events", JournalRow, "send"),
    _Channel("acks", Ack, "receive"),
    _Channel("commands", Command, "receive", signed=True),
    _Channel("replies", Reply, "send"),
    _Channel("directory", Directory, "receive", signed=True),
    _Channel("telemetry", Telemetry, "send", qos=0),
    _Channel("resync", Resync, "receive"),
)
MODELS: tuple[type[Message], ...] = (*(channel.model for channel in CHANNELS), PersonalPart, *EVENTS)
_PARAMETERS = {
    "community": "The residential community: lower-case letters, digits and hyphens.",
    "cabinet": "The cabinet: lower-case letters, digits and hyphens.",
    "compartment": "The compartment's id, such as A01.",
}


def document() -> Json:
    """The AsyncAPI 3.0 document, operations seen from the cabinet."""
    _, definitions = models_json_schema(
        [(model, "validation") for model in MODELS], ref_template="#/components/schemas/{model}"
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "iris-locker: cabinet and community platform",
            "version": "1.0.0",
            "description": "What a cabinet and its platform say to each other over MQTT 5 or 3.1.1. See README.md.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {channel.name: _channel(channel) for channel in CHANNELS},
        "operations": {f"{channel.action}-{channel.name}": _operation(channel) for channel in CHANNELS},
        "components": {
            "schemas": definitions["$defs"],
            "messages": dict(_messages()),
            "parameters": {name: {"description": text} for name, text in _PARAMETERS.items()},
        },
    }


def schemas() -> dict[str, Json]:
    """A JSON Schema of its own for every body, by the model's name."""
    return {
        model.__name__: {
            "$schema": _DIALECT,
            "$id": f"urn:iris-locker:contract:1:{model.__name__}",
            **model.model_json_schema(mode="validation"),
        }
        for model in MODELS
    }


def rendered() -> dict[str, str]:
    """Every generated file, by its path below the folder of the contract."""
    files = {DOCUMENT: _text(document())}
    return files | {f"{SCHEMAS}/{name}.json": _text(schema) for name, schema in schemas().items()}


def write(folder: Path) -> None:
    """Write the generated files into `folder`, and take away schemas that no model stands behind any more."""
    files = rendered()
    (folder / SCHEMAS).mkdir(parents=True, exist_ok=True)
    for stale in (folder / SCHEMAS).glob("*.json"):
        if f"{SCHEMAS}/{stale.name}" not in files:
            stale.unlink()
    for path, text in files.items():
        (folder / path).write_text(text, encoding="utf-8")


def _channel(channel: _Channel) -> Json:
    parameters = [name for name in _PARAMETERS if f"{{{name}}}" in channel.address]
    return {
        "address": channel.address,
        "description": _summary(channel.model),
        "parameters": {name: {"$ref": f"#/components/parameters/{name}"} for name in parameters},
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _message_names(channel)},
    }


def _operation(channel: _Channel) -> Json:
    return {
        "action": channel.action,
        "channel": {"$ref": f"#/channels/{channel.name}"},
        "bindings": {"mqtt": {"qos": channel.qos, "retain": channel.retain, "bindingVersion": "0.2.0"}},
    }


def _message_names(channel: _Channel) -> tuple[str, ...]:
    if channel.model is JournalRow:
        return tuple(event.kind for event in EVENTS)
    return (channel.model.__name__,)


def _messages() -> Iterator[tuple[str, Json]]:
    for channel in CHANNELS:
        if channel.model is JournalRow:
            yield from ((event.kind, _event_message(event)) for event in EVENTS)
        else:
            yield channel.model.__name__, _signed_message(channel) if channel.signed else _plain_message(channel)


def _plain_message(channel: _Channel) -> Json:
    return {"summary": _summary(channel.model), "payload": _ref(channel.model)}


def _signed_message(channel: _Channel) -> Json:
    return {
        "summary": _summary(channel.model),
        "contentType": "application/jose",
        "payload": {
            "type": "string",
            "pattern": _COMPACT_JWS,
            "description": "Compact JWS. Protected header: alg EdDSA (or Ed25519), kid, optionally typ, nothing else.",
            "contentMediaType": "application/jose",
            "contentSchema": _ref(channel.model),
        },
    }


def _event_message(event: type[Event]) -> Json:
    """A row of the journal whose kind fixes the shape of its body."""
    return {
        "summary": _summary(event),
        "payload": {
            "allOf": [
                _ref(JournalRow),
                {"type": "object", "properties": {"kind": {"const": event.kind}, "body": _ref(event)}},
            ]
        },
    }


def _ref(model: type[Message]) -> Json:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _summary(model: type[Message]) -> str:
    return (inspect.getdoc(model) or "").splitlines()[0]


def _text(value: Json) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=False) + "\n"
