"""Ana signs up in Spanish, confirms, changes her mind, leaves, and comes back."""

from mailflow.audience import profile
from mailflow.audience.models import ConfirmationRequest, ConsentLine
from mailflow.foundation.ring import Ring
from mailflow.foundation.settings import Settings
from preference_center import create_app
from tests.public.public_door import Door


def test_ana_signs_up_in_spanish_confirms_and_leaves(door: Door) -> None:
    answer = door.signs_up(first_name="Ana", sex="f", place="ES-SE", interests=["recetas", "textil"], tracking="yes", birth_date_day="14",
                           birth_date_month="3", birth_date_year="1988")  # fmt: skip
    assert answer.status_code == 303
    assert "Mira tu correo" in door.get(answer.location).text
    page = door.get(f"/confirm/{door.confirm_token()}")
    assert "a•••@example.net" in page.text
    assert "ana@example.net" not in page.text
    answer = door.post(f"/confirm/{door.confirm_token()}")
    assert "Gracias, Ana. Ya está." in door.get(answer.location).text
    assert door.states() == {"newsletter": "confirmed"}
    with door.database.read() as session:
        known = profile.values(session, [1])[1]
    assert {key: str(value) for key, value in known.items()} == {
        "first_name": "Ana", "sex": "f", "birth_date": "1988-03-14", "place": "ES-SE", "interests": "['recetas', 'textil']"
    }  # fmt: skip
    answer = door.post(door.leave_path(), {"do": "leave"})
    assert "Ya no te llegará El boletín" in door.get(answer.location).text
    assert door.states() == {"newsletter": "left"}


def test_only_who_confirms_a_first_list_is_told_that_a_code_comes(door: Door, ring: Ring, settings: Settings) -> None:
    with_code = create_app(door.database, settings, ring, clock=door.clock, gives_code=lambda _session: True)
    token = door.joined(lang="en")
    page = f"/confirm/{token}/welcome"
    assert "Your code is on its way" in with_code.test_client().get(page).text
    assert "Your code is on its way" not in door.get(page).text
    door.clock.forward(hours=1)
    second = door.joined(lang="en", lists=["taller"])
    assert second != token
    assert "Your code is on its way" not in with_code.test_client().get(f"/confirm/{second}/welcome").text


def test_the_answers_come_in_english_too(door: Door) -> None:
    answer = door.signs_up(lang="en")
    assert "Look at your mail" in door.get(answer.location).text
    assert "One tap and it is done" in door.get(f"/confirm/{door.confirm_token()}").text
    assert door.person().language == "en"


def test_ana_changes_lists_data_and_language(door: Door) -> None:
    door.joined(first_name="Ana", tracking="yes")
    path = door.preferences_path()
    shown = {"shown": ["first_name", "interests", "place", "tracking"], "shown_lists": ["newsletter", "taller"]}
    answer = door.post(path, {**shown, "lists": ["taller"], "first_name": "Ana María", "interests": ["copas"], "language": "en"})
    assert answer.status_code == 303
    assert "Saved." in door.get(answer.location).text
    assert door.states() == {"newsletter": "left", "taller": "confirmed"}
    assert (door.person().language, door.person().tracking) == ("en", "aggregate")
    with door.database.read() as session:
        assert profile.values(session, [1])[1] == {"first_name": "Ana María", "interests": ["copas"]}


def test_a_mistaken_leaving_can_be_taken_back_for_a_day(door: Door) -> None:
    door.joined(lists=["newsletter", "taller"])
    path = door.leave_path()
    answer = door.post(path, {"do": "leave", "all": "yes"})
    assert "Ya no te llegarán El boletín y Novedades del taller" in door.get(answer.location).text
    assert set(door.states().values()) == {"left"}
    door.clock.forward(hours=23)
    answer = door.post(path, {"do": "undo"})
    assert "Como antes: recibes El boletín y Novedades del taller" in door.get(answer.location).text
    assert set(door.states().values()) == {"confirmed"}
    door.post(path, {"do": "leave"})
    door.clock.forward(hours=25)
    door.post(path, {"do": "undo"})
    assert door.states() == {"newsletter": "left", "taller": "confirmed"}


def test_leaving_everything_from_the_preferences(door: Door) -> None:
    door.joined(lists=["newsletter", "taller"])
    door.post(door.preferences_path(), {"do": "leave-everything"})
    assert set(door.states().values()) == {"left"}
    assert [line.granted for line in door.rows(ConsentLine)][-2:] == [False, False]


def test_carla_who_left_signs_up_again(door: Door) -> None:
    door.joined("carla@example.net")
    door.post(door.leave_path("carla@example.net"), {"do": "leave"})
    door.joined("carla@example.net")
    assert door.states("carla@example.net") == {"newsletter": "confirmed"}


def test_a_form_sent_twice_asks_for_one_mail(door: Door) -> None:
    assert door.signs_up().location == door.signs_up().location
    assert len(door.rows(ConfirmationRequest)) == 1


def test_s_53_an_expired_link_says_so_and_offers_a_new_one(door: Door) -> None:
    door.signs_up()
    old = door.confirm_token()
    door.clock.forward(days=8)
    page = door.get(f"/confirm/{old}")
    assert page.status_code == 410
    assert "Este enlace ya no vale" in page.text
    assert door.post(f"/confirm/{old}").status_code == 410
    answer = door.post(f"/confirm/{old}", {"do": "renew"})
    assert "Mira tu correo" in door.get(answer.location).text
    assert door.confirm_token() != old
    door.post(f"/confirm/{door.confirm_token()}")
    assert door.states() == {"newsletter": "confirmed"}


def test_s_53_a_link_used_twice_says_that_it_is_done(door: Door) -> None:
    token = door.joined()
    lines = door.kinds()
    assert "Ya está confirmado" in door.post(f"/confirm/{token}").text
    assert "Ya está confirmado" in door.get(f"/confirm/{token}").text
    assert door.kinds() == lines


def test_s_53_an_old_link_brings_nobody_back(door: Door) -> None:
    token = door.joined()
    door.post(door.leave_path(), {"do": "leave"})
    answer = door.post(f"/confirm/{token}")
    assert answer.status_code == 410
    assert "Te has ido desde entonces" in answer.text
    assert door.states() == {"newsletter": "left"}


def test_ana_asks_for_her_link(door: Door) -> None:
    door.joined()
    answer = door.fills_in("/preferences", email="ana@example.net")
    assert answer.status_code == 303
    assert "Mira tu correo" in door.get(answer.location).text
    assert door.kinds()[-1] == "link-asked"
