"""What couriers meet: signing in, the waybill, the size, the open door and its confirmation."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    # Signing in.
    "courier.title": ("投递员登录", "Courier sign-in"),
    "courier.number": ("工号", "Staff number"),
    "courier.pin": ("密码", "PIN"),
    "courier.wrong": ("工号或密码不对，请再输入", "The number or PIN is not right. Please enter them again"),
    "courier.deposit_code": ("请输入投递码", "Please enter your deposit code"),
    "choice.deposit_code": ("用投递码", "Use a deposit code"),
    # The waybill.
    "courier.home.title": ("{name}，您好", "Hello, {name}"),
    "courier.home.waybill": ("扫描或输入运单号", "Scan or type the waybill"),
    "courier.expected": ("待投递 {count} 件", "{count} to deliver"),
    "courier.changed": ("情况刚刚有变化，请再看一下", "Something has just changed. Please look again"),
    "choice.collect_outgoing": ("取走寄件 {compartment}", "Collect outgoing {compartment}"),
    "choice.deposit": ("投递", "Deposit"),
    "choice.confirm_door": ("确认已放入 {compartment}", "Confirm: it is in {compartment}"),
    "choice.takeback": ("取回 {compartment} 的退件", "Take back the return in {compartment}"),
    "courier.unknown_waybill": ("没有找到这个运单号，请核对", "This waybill is not known here. Please check it"),
    "courier.recipient": ("收件人：{name}，{room}，手机尾号 {tail}", "For {name}, {room}, phone ending in {tail}"),
    "courier.recipient_unknown": (
        "柜子里没有收件人信息，请核对运单",
        "The recipient is not known here. Please check the waybill",
    ),
    # The size.
    "size.title": ("请选择格口大小", "Which size do you need?"),
    "choice.size": ("{size}（剩 {free}）", "{size} ({free} free)"),
    "choice.auto": ("自动分配", "Choose for me"),
    "size.full": ("这个大小没有空格了，请换一个", "No compartment of this size is free. Please take another size"),
    "size.low_space": (
        "柜子的存储空间不足，暂时不能投递。取件不受影响，服务人员会收到通知",
        "This cabinet is short of storage and cannot take deposits for now. Pickups go on; our staff will be told",
    ),
    # The open door.
    "deposit.open.title": ("{compartment} 已打开", "{compartment} is open"),
    "deposit.open.line": ("请放入物品，关好柜门", "Put the item in and close the door"),
    "choice.larger": ("放不下，换大格", "Too small, give me a larger one"),
    "choice.takeback_now": ("不投了，取回", "Cancel, I take it back"),
    "choice.keep": ("还是投递，我放回去", "Deposit it after all"),
    "deposit.takeback.title": (
        "请取出 {compartment} 里的物品，关好柜门",
        "Take the item out of {compartment} and close the door",
    ),
    "withdraw.open.title": (
        "{compartment} 已打开，请取出退件，关好柜门",
        "{compartment} is open. Take the return out and close the door",
    ),
    # After the door.
    "deposit.confirm.title": ("物品放进 {compartment} 了吗？", "Is the item inside {compartment}?"),
    "deposit.confirm.line": ("柜门已关好，请确认", "The door is closed. Please confirm"),
    "deposit.done.title": ("已存入 {compartment}", "Stored in {compartment}"),
    "deposit.cancelled": ("投递已取消，格口是空的", "The deposit is cancelled; the compartment is empty"),
}
