"""Reading a site's settings file, with errors that name the key and the remedy."""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from config.settings import Settings
from config.wording import Wrong, mistakes


class SettingsError(Exception):
    """The settings file cannot be used; the message lists every fault with its key and remedy."""


def load_settings(path: Path) -> Settings:
    """Read and check a settings file.

    Relative paths under [storage] and the CA file count from the folder of the settings file.

    Raises:
        SettingsError: the file is missing, is not TOML, or a key or value is wrong.
    """
    try:
        with path.open("rb") as file:
            table = tomllib.load(file)
    except OSError as error:
        raise SettingsError(f"读不了设置 cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} 不是 TOML is not valid TOML: {error}") from error
    _resolve_paths(table, path.resolve().parent)
    try:
        return Settings.model_validate(table)
    except ValidationError as error:
        faults = "\n".join(f"  {_explain(wrong)}" for wrong in mistakes(error))
        raise SettingsError(f"{path} 有不能用的设置 has settings that cannot be used:\n{faults}") from error


def _resolve_paths(table: dict[str, Any], folder: Path) -> None:
    for section, key in (("storage", "ledger"), ("storage", "keys"), ("mqtt", "ca_file")):
        values = table.get(section)
        if isinstance(values, dict) and isinstance(values.get(key), str):
            values[key] = str(folder / values[key])


def _explain(wrong: Wrong) -> str:
    where = wrong.place or "(whole file)"
    if wrong.kind == "extra_forbidden":
        key, known = str(wrong.where[-1]), _known_keys(wrong.where[:-1])
        near = difflib.get_close_matches(key, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(sorted(known))}"
        return f"{where}: {wrong.words}; {hint}"
    return f"{where}: {wrong.words}"


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    """Names of the fields of the model at a location, following lists and mappings."""
    model: type[BaseModel] = Settings
    for part in location:
        if isinstance(part, str) and part in model.model_fields:
            found = _models_in(model.model_fields[part].annotation)
            if found is not None:
                model = found
    return list(model.model_fields)


def _models_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        found = _models_in(argument)
        if found is not None:
            return found
    return None
