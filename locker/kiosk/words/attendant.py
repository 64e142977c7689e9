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
    "reason.by an attendant": ("人工停用", "closed by staff"),
    "reason.not in the site file": ("不在配置中", "not in the site file"),
    "reason.the door may have opened and closed while nobody watched": (
        "柜门可能开关过，无人看到",
        "may have opened and closed unseen",
    ),
    "reason.the door opened without an attempt": ("柜门被异常打开", "opened by itself or by force"),
    "reason.the door was open at the start, and nobody had opened it": ("开机时门开着", "found open at the start"),
    "reason.nobody has said what is inside": ("里面有什么未经确认", "nobody said what is inside"),
    "reason.nobody has said that it is inside": ("是否放入未经确认", "nobody said that it is inside"),
    "reason.inspected through an open door": ("门开着时被查看过", "inspected while open"),
    "reason.it may lie behind another door": ("物品可能在别的格口", "may lie behind another door"),
    "reason.opened by an attendant who did not say what is inside": (
        "服务后未说明里面有什么",
        "opened by staff, nothing said",
    ),
    "reason.the door could not be read after a pulse": ("开门后读不到门状态", "door not read after opening"),
}
