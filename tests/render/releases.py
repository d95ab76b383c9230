"""Releases for tests and pictures. The words are ours."""

from __future__ import annotations

from datetime import date, datetime

from distributor.core.embargo import Embargo, LocalTime
from distributor.core.ids import Language
from distributor.core.message import Sender
from distributor.core.release import (
    BulletList,
    Dateline,
    Image,
    Paragraph,
    PressContact,
    Quotation,
    Release,
    Span,
    Subheading,
)

SENDER = Sender(
    email="press@campaign.example",
    name="Clear Ground Campaign",
    reply_to="press@campaign.example",
    postal_address="9 Rue de la Paix\n1202 Geneva, Switzerland",
)
EMBARGO = Embargo(local=LocalTime(wall=datetime(2026, 11, 23, 10, 0), zone="Europe/Zurich"))  # noqa: DTZ001 - a wall time
IMMEDIATE = Embargo(local=None)
QUOTED = "We walked around this field for eleven years. Today we walked through it."

#: One of everything.
FULL = Release(
    headline="Last minefield beside the school is cleared",
    subhead="Children take the short way home",
    language=Language("en"),
    dateline=Dateline(city="Geneva", date=date(2026, 11, 23)),
    embargo=EMBARGO,
    body=(
        Paragraph(
            text=(
                Span(text="The field was handed back today, as the "),
                Span(text="district ", href="https://example.org/district"),
                Span(text="office", href="https://example.org/district", is_strong=True),
                Span(text=" and the "),
                Span(text="village council", href="#"),
                Span(text=" confirmed."),
            )
        ),
        Paragraph(
            text=(Span(text=f"“{QUOTED}”"), Span(text=" said Mirela Osmani, head teacher.")),
            quotations=(Quotation(words=QUOTED, speaker="Mirela Osmani"),),
        ),
        Subheading(text=(Span(text="What was found"),)),
        BulletList(items=((Span(text="1,146 mines"),), (Span(text="83 other items"),))),
        BulletList(items=((Span(text="Search"),), (Span(text="Clear"),)), is_ordered=True),
    ),
    end_mark="Ends",
    call_to_action=(Paragraph(text=(Span(text="Read the story", href="https://example.org/story"),)),),
    notes=(Paragraph(text=(Span(text="Photographs are free to use with credit.", is_emphasis=True),)),),
    boilerplate=(
        Subheading(text=(Span(text="About the campaign"),)),
        Paragraph(text=(Span(text="The campaign unites 70 organisations."),)),
    ),
    contacts=(
        PressContact(name="Lena Fischer", role="Press officer", email="press@campaign.example", phone="+41 (0)22 555 01 40"),
    ),
    images=(Image(url="https://example.org/lane.jpg", alt="A lane between red posts", caption="The lane, on Monday"),),
)

#: From right to left.
ARABIC = Release(
    headline="إزالة آخر حقل ألغام بجوار المدرسة، و312 طفلاً يسلكون الطريق القصير إلى البيت",
    subhead="أربعة عشر شهراً من العمل اليدوي تفتح الطريق وملعب كرة القدم وهكتارين من البساتين",
    language=Language("ar"),
    dateline=Dateline(city="جنيف", date=date(2026, 11, 23)),
    embargo=EMBARGO,
    body=(
        Paragraph(
            text=(
                Span(text="أُزيل آخر حقل ألغام معروف بجوار مدرسة القرية وسُلّمت الأرض إلى أهلها، بحسب ما أعلنت "),
                Span(text="الحملة", href="https://example.org/ar"),
                Span(text=" اليوم. وكان تلاميذ المدرسة يلتفّون حوله ثلاثة كيلومترات مرتين في اليوم طوال أحد عشر عاماً."),
            )
        ),
        Paragraph(
            text=(Span(text="«علّمتُ الأطفال قراءة لافتات التحذير قبل أن يقرأوا أي شيء آخر»، قالت ميريلا عثماني، مديرة المدرسة."),),
            quotations=(Quotation(words="علّمتُ الأطفال قراءة لافتات التحذير قبل أن يقرأوا أي شيء آخر", speaker="ميريلا عثماني"),),
        ),
        Paragraph(text=(Span(text="تدعو الحملة جميع الحكومات إلى:"),)),
        BulletList(
            items=(
                (Span(text="البقاء في معاهدة حظر الألغام (1997)؛"),),
                (Span(text="تمويل الإزالة ورعاية الناجين حتى تكتمل؛"),),
                (Span(text="نشر خرائط كل منطقة مزروعة بالألغام."),),
            )
        ),
    ),
    end_mark="###",
    call_to_action=(Paragraph(text=(Span(text="اقرأوا القصة كاملة", href="https://example.org/ar/story"),)),),
    notes=(Paragraph(text=(Span(text="الأماكن والأشخاص والأرقام في هذا البيان من نسج الخيال."),)),),
    boilerplate=(
        Subheading(text=(Span(text="عن الحملة"),)),
        Paragraph(text=(Span(text="تضم الحملة 70 منظمة في 35 بلداً."),)),
    ),
    contacts=(PressContact(name="لينا فيشر", role="المسؤولة الصحفية", email="press@campaign.example", phone="+41 22 555 01 40"),),
)
