"""The first consent documents of a centre; administrators publish later versions on the consents page."""

# ruff: noqa: E501 - running text, one paragraph a line

from courses.people.models import ConsentDocument, ConsentKind
from courses.people.services.consents import publish_document

TERMS_ZH = """本中心用虚拟现实帮助您学习急救。使用前请了解：

我们保存什么：用户名、您愿意填写的姓名和邮箱、学习记录（课程、进度、测验）、登录时间。密码只保存无法还原的摘要。

用来做什么：让您继续上次的学习、给出成绩和证书、保证系统安全。不出售、不用于广告。

谁能看到：您自己；您所在班级的带教老师（仅学习记录）；管理员和审计员（仅工作需要）。

保存多久：直到您要求删除。您随时可以在“我的账号”中下载全部数据、撤回同意或删除账号。操作日志为防篡改而长期保存，删除账号后其中不再能认出您。

培训不能代替现场救治。在中国遇到急症，请拨打 120。"""
TERMS_EN = """This centre helps you learn first aid in virtual reality. Before you start, please know:

What we keep: your user name, your name and e-mail if you give them, your learning record (courses, progress, quizzes) and when you signed in. Of your password we keep only a digest that cannot be turned back.

What for: to let you go on where you left, to give marks and certificates, and to keep the system safe. Nothing is sold or used for advertising.

Who sees it: you; the instructor of your cohort (your learning record only); administrators and auditors (where their work needs it).

How long: until you ask us to erase it. Under "My account" you can at any time download everything, withdraw a consent or erase your account. The action log is kept so that it cannot be tampered with; after an erasure nothing in it points to you.

Training does not replace help on the spot. In an emergency in China, call 120."""
BEHAVIOUR_ZH = """如果您同意，我们会在训练中记录头部和双手的位置、视线方向和反应时间。

用来做什么：在复盘时告诉您按压的深度和频率、看了哪里、哪一步犹豫了；带教老师据此帮助您改进。

这些数据不用于识别身份，也不会提供给中心以外的人。不同意也可以学习全部课程，只是复盘会简略一些。您可以随时撤回，撤回后不再记录。"""
BEHAVIOUR_EN = """If you agree, we record during training where your head and hands are, where you look, and how long you take to react.

What for: so that the debrief can tell you the depth and rate of your compressions, what you looked at and where you hesitated, and your instructor can help you improve.

The data is not used to identify anybody and goes to nobody outside the centre. Without it you can still take every course; only the debrief is shorter. You can withdraw at any time; from then on nothing is recorded."""
RECORDING_ZH = """如果您同意，您参加带教查房时的声音和画面可能被录下，供没能参加的学员复习。

录制时画面上始终有红色标记。录像只在本中心内播放。不同意也可以参加查房，录像中将不包含您的声音和画面。您可以随时撤回。"""
RECORDING_EN = """If you agree, your voice and picture may be recorded when you join a ward round, so that trainees who could not come can watch it later.

A red mark is always shown while recording. Recordings are played inside this centre only. Without your consent you can still join; your voice and picture are then left out. You can withdraw at any time."""

_FIRST = [
    (ConsentKind.TERMS, True, "使用条款与隐私", "Terms of use and privacy", TERMS_ZH, TERMS_EN),
    (ConsentKind.BEHAVIOUR, False, "动作与视线数据", "Movement and gaze data", BEHAVIOUR_ZH, BEHAVIOUR_EN),
    (ConsentKind.RECORDING, False, "查房录音录像", "Recording of ward rounds", RECORDING_ZH, RECORDING_EN),
]


def publish_first_documents() -> None:
    """Publish version 1 of each kind that has no document yet."""
    for kind, required, title_zh, title_en, body_zh, body_en in _FIRST:
        if not ConsentDocument.objects.filter(kind=kind).exists():
            publish_document(
                actor=None,
                kind=kind,
                required=required,
                title_zh=title_zh,
                title_en=title_en,
                body_zh=body_zh,
                body_en=body_en,
            )
