"""What service staff meet: the doors that need attention, why they do, and what became of a consignment."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "service.sign_in": ("服务人员登录", "Service staff sign-in"),
    "service.title": ("{name}，您好", "Hello, {name}"),
    "service.line": ("需要处理的格口：{count} 个", "Compartments that need attention: {count}"),
    "service.doors": ("格口编号", "Compartment number"),
    "service.unknown_compartment": ("没有 {compartment} 这个格口", "There is no compartment {compartment}"),
    "choice.open_any": ("打开", "Open"),
    "choice.open": ("打开 {compartment}（{reason}）", "Open {compartment} ({reason})"),
    "service.open.title": ("{compartment} 已打开，办完请关好柜门", "{compartment} is open. Close the door when done"),
    # What became of it.
    "service.resolve.title": ("{compartment} 怎么处理？", "What became of {compartment}?"),
    "choice.handed_over": ("已交给本人", "Handed to the recipient"),
    "choice.removed": ("已取走保管", "Taken out for safekeeping"),
    "choice.left_inside": ("仍在格口内", "Left inside"),
    "choice.empty": ("格口是空的", "The compartment is empty"),
    "choice.in_service": ("恢复使用", "Back in service"),
    "choice.out_of_service": ("停用这个格口", "Take out of service"),
    # Why a compartment needs attention, by the reason that the ledger keeps with its service state.
    "reason.jammed": ("门打不开", "jammed"),
    "reason.by an attendant": ("人工停用", "taken out of service by staff"),
    "reason.left open by an attendant": ("服务后门未关", "left open by staff"),
    "reason.not in the site file": ("不在配置中", "not in the site file"),
    "reason.the door may have opened and closed while the cabinet was down": (
        "停机期间可能开过门",
        "may have opened while down",
    ),
    "reason.the door could not be read after a pulse": ("开门后读不到门状态", "door not read after opening"),
}
