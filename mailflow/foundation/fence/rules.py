"""Whether a database and a data folder are what they were, as far as each tells of the other. Pure."""

from mailflow.foundation.fence.words import Finding, Known, Note


def judge(known: Known, note: Note | None, *, place: str, mark: str, silent: bool = False) -> Finding:
    """``note`` is the folder's, if it has one; ``place`` and ``mark`` are where the database and that note really lie; ``silent`` says
    that nobody was heard of there for long: whoever is new to such a database cannot know what became of it since."""
    if known.place and place and known.place != place:
        return Finding.RESTORED
    if note is None:
        return Finding.RESTORED if silent else Finding.JOINS
    ours = note.instance == known.instance
    if ours and note.age > known.age:
        return Finding.RESTORED
    if note.mark != mark or not (ours or note.instance in known.former):
        return Finding.COPIED
    return Finding.WELL if ours else Finding.JOINS
