"""What residents are told, like text messages: a fold of the events, so that it can be made again from the store."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.platform.codes import pickup_code
from simulator.platform.copy import Copy
from simulator.platform.registry import Registry
from simulator.platform.rows import Row


@dataclass(frozen=True)
class Notice:
    """One message to one resident, in both languages."""

    at: str
    kind: str
    consignment: str | None
    code: str | None
    text_zh: str
    text_en: str


class Postbox:
    """An inbox for every resident."""

    def __init__(self, registry: Registry, code_secret: bytes) -> None:
        """`code_secret` is shared with the cabinet: pickup codes are derived here as they are there."""
        self._registry = registry
        self._secret = code_secret
        self._inboxes: dict[str, list[Notice]] = {}

    def inbox(self, person: str) -> tuple[Notice, ...]:
        """What a resident was told, oldest first."""
        return tuple(self._inboxes.get(person, ()))

    def apply(self, row: Row, copy: Copy) -> None:
        """Tell whom the row concerns; `copy` has the row in it already."""
        match row.kind:
            case "consignment.deposited" | "consignment.collected" | "consignment.refused" | "consignment.withdrawn":
                self._custody(row, copy)
            case "compartment.service":
                self._service(row, copy)
            case "credential.issued":
                self._code(row)
            case "template.revoked":
                self._template(row, copy)

    def _custody(self, row: Row, copy: Copy) -> None:
        name, place = row.word("consignment"), row.word("compartment")
        what = _named(self._registry, name)
        recipient = copy.consignments[name].recipient
        if row.kind == "consignment.deposited" and copy.consignments[name].direction == "outbound":
            zh, en = f"{what[0]}已放入 {place} 号柜格，等待快递员取走。", f"{what[1]} waits in {place} for the courier."
            self._tell(recipient, Notice(row.at, "sent", name, None, zh, _sentence(en)))
            return
        if row.kind == "consignment.deposited":
            code = pickup_code(self._secret, name, row.number("nonce"))
            spaced = f"{code[:4]} {code[4:]}"
            self._tell(
                recipient,
                Notice(
                    row.at,
                    "deposited",
                    name,
                    code,
                    f"您的{what[0]}已放入 {place} 号柜格。取件码 {spaced}；已登记虹膜的，看一眼镜头即可取件。",
                    f"Your {what[1]} is in compartment {place}. Pickup code {spaced}; if you have enrolled, just look "
                    "into the camera.",
                ),
            )
            return
        zh, en = {
            "consignment.collected": (f"{place} 号柜格中的{what[0]}已取走。", f"{what[1]} was collected from {place}."),
            "consignment.refused": (
                f"{what[0]}已放回 {place} 号柜格，等待快递员取回。",
                f"{what[1]} was put back into {place} and waits to be taken back.",
            ),
            "consignment.withdrawn": (f"{what[0]}已被取回。", f"{what[1]} was taken back."),
        }[row.kind]
        self._tell(recipient, Notice(row.at, row.kind.removeprefix("consignment."), name, None, zh, _sentence(en)))

    def _service(self, row: Row, copy: Copy) -> None:
        place = row.word("compartment")
        name = copy.compartments[place].consignment
        held = copy.consignments.get(name) if name else None
        if row.word("state") == "in_service" or held is None or held.state == "reserved":
            return
        what = _named(self._registry, name or "")
        self._tell(
            held.recipient,
            Notice(
                row.at,
                "out_of_service",
                name,
                None,
                f"您的{what[0]}所在的 {place} 号柜格暂时打不开，服务人员已收到通知，会尽快帮您取出。",
                f"Compartment {place} with your {what[1]} is out of service for now. An attendant has been told.",
            ),
        )

    def _code(self, row: Row) -> None:
        issued = self._registry.codes.get(row.word("credential"))
        if issued is None or issued.person is None:
            return
        spaced = f"{issued.code[:4]} {issued.code[4:]}"
        zh, en = {
            "enrolment": (
                f"虹膜登记码 {spaced}（自愿使用，不登记也可凭取件码取件）。",
                f"Your enrolment code is {spaced}. Enrolling is up to you; a pickup code does the same.",
            ),
            "deposit": (
                f"寄件码 {spaced}：在柜机上点“寄件”，输入后放入物品，快递员会来取。",
                f"Sending code {spaced}: touch Send at the cabinet and put your parcel in; a courier collects it.",
            ),
            "delegate": (
                f"代取码 {spaced}，可转发给帮您取件的人，仅可使用一次。",
                f"Delegate code {spaced}: pass it to whoever fetches for you. It works once.",
            ),
        }.get(issued.kind, ("", ""))
        if zh:
            notice = Notice(row.at, f"{issued.kind}_code", issued.consignment, issued.code, zh, en)
            self._tell(issued.person, notice)

    def _template(self, row: Row, copy: Copy) -> None:
        person = copy.templates[row.word("template")].person
        if any(known.person == person and not known.revoked for known in copy.templates.values()):
            return
        zh, en = "您的虹膜数据已全部删除。", "All of your iris data has been erased."
        self._tell(person, Notice(row.at, "templates_revoked", None, None, zh, en))

    def _tell(self, person: str, notice: Notice) -> None:
        self._inboxes.setdefault(person, []).append(notice)


def _named(registry: Registry, consignment: str) -> tuple[str, str]:
    parcel = registry.parcels.get(consignment)
    return (f"包裹（{parcel.waybill}）", f"parcel {parcel.waybill}") if parcel else ("包裹", "parcel")


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
