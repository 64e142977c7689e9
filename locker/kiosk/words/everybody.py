"""What anybody may meet: the buttons, the welcome, doors that open, close or jam, and faults."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    # The frame around every screen.
    "frame.language": ("English", "中文"),
    "frame.lost": ("屏幕正在重新连接，请稍候…", "Reconnecting, one moment please…"),
    "frame.failed": ("刚才没有成功，请再按一次。", "That did not work. Please press again."),
    "frame.wait": ("请稍候", "Please wait"),
    "frame.seconds": ("秒", "s"),
    "frame.delete": ("删除", "Delete"),
    "frame.clear": ("清空", "Clear"),
    "frame.where": ("{column} 列，从上往下第 {number} 格", "Column {column}, door {number} from the top"),
    "frame.elsewhere": ("{compartment} 号格口", "Compartment {compartment}"),
    # Welcome and thanks.
    "welcome.title": ("您好", "Hello"),
    "welcome.line": ("请选择您要办的事", "What would you like to do?"),
    "thanks.title": ("谢谢，再见", "Thank you, goodbye"),
    # Buttons.
    "choice.look": ("看镜头取件", "Collect with a look"),
    "choice.code": ("输入取件码", "Enter a code"),
    "choice.courier": ("投递", "Courier"),
    "choice.enrol": ("登记虹膜", "Enrol my eyes"),
    "choice.staff": ("服务人员", "Service staff"),
    "choice.cancel": ("取消", "Cancel"),
    "choice.back": ("返回", "Back"),
    "choice.done": ("好了", "Done"),
    "choice.again": ("再试一次", "Try again"),
    "choice.confirm": ("确定", "Confirm"),
    "choice.finish": ("结束", "Finish"),
    "choice.yes": ("是", "Yes"),
    "choice.no": ("否", "No"),
    "choice.reopen": ("再打开一次", "Open it again"),
    # Sizes, which other sentences spell out.
    "size.S": ("小格", "Small"),
    "size.M": ("中格", "Medium"),
    "size.L": ("大格", "Large"),
    "size.XL": ("特大格", "Extra large"),
    # Doors.
    "opening.title": ("正在打开 {compartment}", "Opening {compartment}"),
    "push.title": ("{compartment} 的门有点紧", "The door of {compartment} is tight"),
    "push.line": ("请先推一下门，再拉开", "Push the door in first, then pull it open"),
    "close.remind.title": ("请关好 {compartment} 的柜门", "Please close the door of {compartment}"),
    "relocate.line": (
        "{old} 打不开，已为您换到 {new}",
        "{old} would not open; you now have {new} instead",
    ),
    "jam.title": ("{compartment} 暂时打不开", "{compartment} will not open just now"),
    "jam.line": (
        "服务人员会收到通知，来为您开门。里面的物品是安全的，您不必在这里等。",
        "Our staff will be told and will open it for you. What is inside is safe; you need not wait here.",
    ),
    "jam.line_phone": ("着急的话，请拨打 {phone}", "If it is urgent, please call {phone}"),
    # Faults.
    "fault.line_down": (
        "部分柜门现在联系不上，暂时打不开。服务人员会尽快处理。",
        "Some doors cannot be reached and will not open for now. Our staff will see to it soon.",
    ),
    "fault.busy": ("正在忙，请稍等片刻再试", "Busy just now. Please try again in a moment"),
    "fault.internal": (
        "出了点问题，您的物品是安全的。请再试一次，或联系服务人员。",
        "Something went wrong. Your things are safe. Please try again, or ask the service staff.",
    ),
}
