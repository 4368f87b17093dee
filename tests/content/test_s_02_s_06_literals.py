"""What is written inside a personal tag: no range eats the machine, no text becomes markup."""

import time

import pytest
from liquid.exceptions import LiquidError

from mailflow.content import merge
from mailflow.content.personalise import personalise
from mailflow.content.words import Compiled
from tests.content.mails import faults, mjml

LONG = "(1..8000000)"
NEVER = "{% if subscriber.email == 'carla@example.net' %}"
MEETINGS = [
    *(f"{{{{ {LONG} | {name} }}}}" for name in ("join", "reverse", "sort", "uniq", "compact", "first", "last", "size", "map: 'a'")),
    f"{{{{ subscriber.tags | concat: {LONG} | size }}}}",
    f"{{{{ 'a' | append: {LONG} }}}}",
    f"{{{{ {LONG} }}}}",
    f"{{% for a in {LONG} reversed limit: 1 %}}x{{% endfor %}}",
    f"{{% if {LONG} contains 'x' %}}x{{% endif %}}",
    f"{{% case 1 %}}{{% when {LONG} %}}x{{% endcase %}}",
    f"{{% assign a = {LONG} %}}{{{{ a | join }}}}",
    "{{ (1..99999999999999999999) | size }}",
]


@pytest.mark.parametrize("text", MEETINGS)
def test_s_02_a_long_range_is_refused_wherever_it_is_written(text: str) -> None:
    started = time.perf_counter()
    assert merge.syntax_faults(text, "mjml")
    assert merge.syntax_faults(f"{NEVER}{text}{{% endif %}}", "mjml")
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize("text", MEETINGS)
def test_s_02_a_range_whose_end_only_one_reader_has_is_refused_when_her_mail_is_made(text: str) -> None:
    text = text.replace("8000000", "subscriber.points").replace("99999999999999999999", "subscriber.points")
    mail = Compiled("", "", f"{NEVER}{text}{{% endif %}}", "", (), "es", 1)
    assert personalise(mail, {"subscriber": {"email": "ana@example.net", "points": 8_000_000, "tags": []}}).html == ""
    started = time.perf_counter()
    with pytest.raises(LiquidError):
        personalise(mail, {"subscriber": {"email": "carla@example.net", "points": 8_000_000, "tags": []}})
    assert time.perf_counter() - started < 0.5


def test_a_range_for_a_loop_works() -> None:
    mail = Compiled("", "", "{% for n in (1..3) %}{{ n }}{% endfor %}{{ (1..3) | join: '+' }}", "", (), "es", 1)
    assert personalise(mail, {}).html == "1231+2+3"


PLACES = [
    "{{ 'SCRIPT' }}",
    "{{ subscriber.first_name | default: 'SCRIPT' }}",
    "{{ subscriber.first_name | append: 'SCRIPT' }}",
    "{{ subscriber.first_name | replace: 'a', 'SCRIPT' }}",
    "{{ subscriber.first_name | default: allow_false: 'SCRIPT' }}",
    "{% assign a = 'SCRIPT' %}{{ a }}",
    "{% echo 'SCRIPT' %}",
    "{% for n in (1..2) %}{% cycle 'SCRIPT', 'b' %}{% endfor %}",
    "{% for n in 'SCRIPT' %}{{ n }}{% endfor %}",
    "{% if subscriber.email == 'x' %}{% unless subscriber.a %}{{ 'SCRIPT' }}{% endunless %}{% endif %}",
    "{% case subscriber.a %}{% when 'SCRIPT' %}{% else %}{{ 'SCRIPT' }}{% endcase %}",
    "{% capture a %}{{ 'SCRIPT' }}{% endcapture %}{{ a }}",
]


@pytest.mark.parametrize("place", PLACES)
def test_s_06_markup_inside_a_tag_is_refused(place: str) -> None:
    found = faults(mjml("\n" + place.replace("SCRIPT", "<script>alert(1)</script>")))
    assert found
    assert any(fault.line == 6 for fault in found), found


@pytest.mark.parametrize("place", [place for place in PLACES if "when" not in place and "==" not in place])
def test_s_06_a_text_inside_a_tag_is_escaped_like_every_value(place: str) -> None:
    mail = Compiled("", "", place.replace("SCRIPT", '\\"& > x'), "", (), "es", 1)
    assert "& " not in personalise(mail, {"subscriber": {"first_name": "Ana"}}).html
