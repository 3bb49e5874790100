"""CNN Loupe: `cnn_loupe.engine` has the mathematics, `cnn_loupe.server` the API and the pages.

An installed package holds both. In a checkout they are the folders engine/ and server/ beside this
one, and the next lines are how `import cnn_loupe.engine` finds them there.
"""

from pathlib import Path

_HERE = Path(__file__).resolve().parent

if not (_HERE / "engine").is_dir():
    __path__.append(str(_HERE.parent))
