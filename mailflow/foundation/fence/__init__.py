"""The fence: a database or data folder that came back from a copy sends nothing until a person has said that it may."""
