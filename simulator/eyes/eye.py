"""An identity grown into the eye that all its pictures share."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.eyes.anatomy import Anatomy, draw_anatomy
from simulator.eyes.identity import Identity
from simulator.eyes.lashes import Lashes, grow_lashes
from simulator.eyes.noise import Field
from simulator.eyes.skin import grow_skin
from simulator.eyes.texture import grow_texture


@dataclass(frozen=True, slots=True, eq=False)
class Eye:
    """Everything about an eye that does not change between pictures."""

    identity: Identity
    anatomy: Anatomy
    texture: Field
    """See `simulator.eyes.texture`: (RADII, ANGLES)."""
    skin: Field
    lashes: Lashes


def grow(identity: Identity) -> Eye:
    """Grow an eye: about a tenth of a second, the same one every time."""
    anatomy = draw_anatomy(identity)
    return Eye(
        identity=identity,
        anatomy=anatomy,
        texture=grow_texture(identity.own("texture")),
        skin=grow_skin(identity.own("skin")),
        lashes=grow_lashes(anatomy, identity.own("lashes")),
    )
