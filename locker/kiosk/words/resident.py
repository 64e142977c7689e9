"""What residents meet: the look, the code, their doors, and enrolment with its consent."""

from __future__ import annotations

CONSENT_ZH = """\
存什么：两只眼睛的虹膜特征编码，加密后只存在这台柜子里。照片不保存，也不上传。
做什么用：只用来认出您本人，为您打开有您物品的柜门。
会变吗：编码里与您不再相符的部分会去掉；每次相符的程度也加密保存，只用来提醒您重新登记。
存多久：到您撤回同意，或您不再是本小区住户为止，届时立即删除。
您的权利：随时可以找服务人员查询、撤回或删除。
完全自愿：不登记不影响使用，取件码一样好用。"""

CONSENT_EN = """\
What is stored: an encoding of the pattern of both irises, encrypted, in this cabinet only. No picture is kept or sent.
What for: only to recognise you and open the doors that hold your things.
Does it change: parts that no longer fit you go; how well they fit is kept, encrypted, to ask you to enrol again.
How long: until you withdraw your consent or no longer live here; then it is deleted at once.
Your rights: ask the service staff to see, withdraw or delete it at any time.
Your choice: you lose nothing by declining. A pickup code works just as well."""

WORDS: dict[str, tuple[str, str]] = {
    # The look.
    "look.title": ("请看镜头", "Please look at the camera"),
    "look.line": ("站在屏幕前，睁大眼睛，看着镜头一两秒", "Stand here, eyes wide open, and look for a second or two"),
    "look.refused.title": ("没有认出您", "We did not recognise you"),
    "look.refused.not_recognised": (
        "这没有关系，可以再看一次，也可以输入取件码",
        "Never mind. Look again, or enter your pickup code instead",
    ),
    "look.refused.ambiguous": (
        "为了稳妥，我们没有开门。请再看一次，或输入取件码",
        "To be safe we opened nothing. Please look again, or enter your pickup code",
    ),
    "look.refused.poor_pictures": (
        "没有看清。请擦一下眼镜、避开强光，再看一次，或输入取件码",
        "The view was not clear. Wipe your glasses, turn away from bright light and look again, or enter your code",
    ),
    "look.spent.title": ("现在请用取件码", "A code, please, for now"),
    "look.refused.spent": (
        "已经看了几次镜头，请输入取件码，一样可以取件。屏幕前半分钟没有人以后，又可以看镜头",
        "Please enter your code; it works just as well. Looking works again once nobody was here for half a minute",
    ),
    "look.refused.camera": (
        "镜头暂时不能用，请输入取件码，一样可以取件",
        "The camera is out of order. Please enter your pickup code; it works just as well",
    ),
    "look.refused.wrong_view": (
        "镜头的画面左右或上下颠倒，需要服务人员检查。请输入取件码，一样可以取件",
        "The camera's picture is the wrong way round and needs a check. Please enter your pickup code",
    ),
    # What to do better, by the reason for which a picture gave no template.
    "look.hint.no-eye": ("没有看到您的眼睛，请正对镜头", "We cannot see your eyes. Please face the camera"),
    "look.hint.too-small": ("请靠近一点", "A little closer, please"),
    "look.hint.eye-closed": ("请把眼睛睁大一点", "Please open your eyes wider"),
    "look.hint.blurred": ("很好，请保持不动", "Good. Please hold still"),
    "look.hint.off-axis": ("请正视镜头", "Please look straight into the camera"),
    "look.hint.covered": ("眼睛被挡住了，请拨开头发或帽檐", "Something covers your eye. Please move hair or cap aside"),
    "look.hint.glare": ("眼镜有点反光，请摘下眼镜再试", "Your glasses reflect the light. Please take them off"),
    "look.hint.blank": ("镜头看不到画面，请不要遮挡镜头", "The camera sees nothing. Please do not cover it"),
    "look.hint.bad-picture": ("镜头画面不清楚，请稍等", "The camera's view is not clear. One moment please"),
    # The code.
    "code.title": ("请输入取件码", "Please enter your pickup code"),
    "code.line": ("在您收到的通知里，共八位数字", "You will find the eight digits in your notification"),
    "code.entry": ("八位数字", "Eight digits"),
    "code.wrong": ("号码不对，请核对后再输入", "That code is not right. Please check it and enter it again"),
    "code.slow": ("请等 {seconds} 秒再输入", "Please wait {seconds} seconds before trying again"),
    # Collecting.
    "pickup.open.title": ("{compartment} 已打开", "{compartment} is open"),
    "pickup.open.line": (
        "第 {number} 件，共 {total} 件。请取出物品，关好柜门",
        "Item {number} of {total}. Please take it out and close the door",
    ),
    "choice.not_mine": ("不是我的，我放回去", "Not mine, I am putting it back"),
    "choice.mine": ("是我的，我要取走", "It is mine after all, I am taking it"),
    "pickup.putback.title": ("请把物品放回 {compartment}", "Please put it back into {compartment}"),
    "pickup.putback.line": (
        "放好后关上柜门，我们会通知服务人员核对",
        "Close the door when it is inside; our staff will look into it",
    ),
    "pickup.done.title": ("取件完成", "All collected"),
    "pickup.done.line": (
        "有东西落在里面吗？现在还可以再打开",
        "Left something behind? You can still open the door again",
    ),
    "choice.reopen_door": ("再打开 {compartment}", "Open {compartment} again"),
    "pickup.nothing.title": ("现在没有您的物品", "There is nothing for you just now"),
    "pickup.enrol_again.title": ("请您重新登记虹膜", "Please enrol your eyes again"),
    "pickup.enrol_again.line": (
        "您当初登记的虹膜已不太好认。收到登记码后，在这里重新登记即可；取件码照常可用",
        "Your enrolment is hard to recognise by now. Enrol here again with an enrolment code; pickup codes still work",
    ),
    # Sending.
    "choice.send": ("寄件", "Send"),
    "send.title": ("寄件", "Send something"),
    "send.line": ("请先在小区平台下单，再到这里放件", "Order on the community platform first, then put it in here"),
    "choice.send_look": ("看镜头寄件", "Look to send"),
    "choice.send_code": ("输入寄件码", "Enter a sending code"),
    "send.code.title": ("请输入寄件码", "Please enter your sending code"),
    "send.waybill": ("运单号：{waybill}", "Waybill {waybill}"),
    "send.nothing.title": ("没有等待寄出的物品", "There is nothing of yours to send just now"),
    # Enrolment.
    "consent.title": ("登记虹膜前，请您了解", "Before you enrol your eyes"),
    "consent.text": (CONSENT_ZH, CONSENT_EN),
    "choice.agree": ("我同意，开始登记", "I agree, begin"),
    "choice.decline": ("不登记，用取件码", "No, I will use codes"),
    "enrol.code.title": ("请输入登记码", "Please enter your enrolment code"),
    "enrol.title": ("登记虹膜，请看镜头", "Enrolling: please look at the camera"),
    "enrol.side.left": ("左眼", "Your left eye"),
    "enrol.side.right": ("右眼", "Your right eye"),
    "enrol.lenses": (
        "如果戴着美瞳（彩色或有花纹的隐形眼镜），请先摘下",
        "If you wear coloured or patterned contact lenses, please take them out first",
    ),
    "choice.ready": ("准备好了", "I am ready"),
    "enrol.progress": ("请保持不动，马上就好", "Hold still, nearly there"),
    "enrol.done.title": ("登记好了", "You are enrolled"),
    "enrol.done.line": ("下次取件，看一眼镜头就行", "Next time, a look is all it takes"),
    "enrol.refused.title": ("这次没有登记成功", "Enrolment did not succeed"),
    "enrol.refused.poor_pictures": (
        "没有看清，什么也没有保存。可以再试一次，或继续用取件码",
        "The view was not clear; nothing was stored. Try again, or keep using codes",
    ),
    "enrol.refused.inconsistent": (
        "几次看到的不一致，什么也没有保存。请保持不动，再试一次",
        "The pictures did not agree; nothing was stored. Please hold still and try again",
    ),
    "enrol.refused.duplicate": (
        "这只眼睛已经登记过了。如有疑问，请联系服务人员",
        "This eye is enrolled already. If in doubt, please ask the service staff",
    ),
    "enrol.refused.camera": (
        "镜头暂时不能用，什么也没有保存。取件码一样好用",
        "The camera is out of order; nothing was stored. Codes work just as well",
    ),
}
