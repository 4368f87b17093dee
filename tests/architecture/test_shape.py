"""The house keeps its shape; and each rule was seen to fail on a planted violation."""

from tests.architecture import shape
from tests.architecture.shape import Module


def test_no_file_and_no_function_passes_its_ceiling() -> None:
    assert shape.too_long(shape.modules()) == []


def test_files_and_functions_stay_small() -> None:
    file_median, function_median = shape.medians(shape.modules())
    assert file_median <= 80
    assert function_median <= 8


def test_names_say_something() -> None:
    assert shape.badly_named(shape.modules()) == []


def test_only_doors_and_jobs_own_a_transaction() -> None:
    assert shape.transactions_elsewhere(shape.modules()) == []


def test_stages_are_told_the_time() -> None:
    assert shape.clocks_elsewhere(shape.modules()) == []


def test_every_module_says_what_it_is_for() -> None:
    assert shape.undocumented(shape.modules()) == []


def test_planted_violations_are_found() -> None:
    long_function = "def f():\n" + "    x = 1\n" * 60
    planted = [
        Module("mailflow/audience/utils.py", '"""Doc."""\n'),
        Module("mailflow/audience/long.py", '"""Doc."""\n' + "x = 1\n" * 400),
        Module("mailflow/audience/function.py", '"""Doc."""\n' + long_function),
        Module("mailflow/audience/commits.py", '"""Doc."""\ndef f(session):\n    session.commit()\n'),
        Module("mailflow/segments/begins.py", '"""Doc."""\ndef f(database):\n    with database.begin() as session:\n        pass\n'),
        Module("mailflow/segments/clock.py", '"""Doc."""\nfrom mailflow.foundation.clock import utc_now\n'),
        Module("mailflow/segments/silent.py", "x = 1\n"),
    ]
    assert shape.badly_named(planted) == ["mailflow/audience/utils.py"]
    assert [line.split(":")[0] for line in shape.too_long(planted)] == ["mailflow/audience/long.py", "mailflow/audience/function.py"]
    assert [line.split(":")[0] for line in shape.transactions_elsewhere(planted)] == [
        "mailflow/audience/commits.py",
        "mailflow/segments/begins.py",
    ]
    assert shape.clocks_elsewhere(planted) == ["mailflow/segments/clock.py"]
    assert shape.undocumented(planted) == ["mailflow/segments/silent.py"]


def test_a_door_may_own_a_transaction() -> None:
    door = Module("mailflow/studio/pages/lists.py", '"""Doc."""\ndef f(database):\n    with database.begin() as session:\n        pass\n')
    assert shape.transactions_elsewhere([door]) == []
