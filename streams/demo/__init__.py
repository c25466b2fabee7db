"""The main job on a built-in broker, playing a scene whose end is known; `play.py` runs it."""

from streams.demo.play import run

__all__ = ["run"]
