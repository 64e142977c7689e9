"""What service staff meet: the list of doors, and what became of a consignment."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "service.title": ("服务", "Service"),
    "service.line": ("请输入服务人员的编号和密码", "Please enter your staff number and PIN"),
    "service.doors": ("请选择要打开的格口", "Which compartment shall open?"),
    "choice.open": ("{compartment} {state}", "{compartment} {state}"),
    "service.resolve.title": ("{compartment} 怎么处理？", "What became of {compartment}?"),
    "choice.handed_over": ("已交给本人", "Handed to the recipient"),
    "choice.removed": ("已取走保管", "Taken out for safekeeping"),
    "choice.left_inside": ("仍在格口内", "Left inside"),
    "choice.empty": ("格口是空的", "The compartment is empty"),
    "choice.in_service": ("恢复使用", "Back in service"),
    "choice.out_of_service": ("停用这个格口", "Take out of service"),
}
