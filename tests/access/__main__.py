"""axe-core over every state of the page, in both languages, both themes and four widths: `make access`.

    python -m tests.access --states tour --languages en --workers 2

Prints each fault as state × language × theme × width × rule × selector; the exit code is 1 if there is any.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tqdm import tqdm

from tests.access.matrix import every_look, run
from tests.access.states import STATES
from tests.access.walk import LANGUAGES, Fault, whole_server


def main() -> int:
    options = argparse.ArgumentParser(
        prog="python -m tests.access", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--states", default="", metavar="WORDS", help="only states with these words in their names")
    options.add_argument("--languages", nargs="+", default=list(LANGUAGES), choices=LANGUAGES)
    options.add_argument("--workers", type=int, default=2)
    chosen = options.parse_args()
    indices = [index for index, state in enumerate(STATES) if chosen.states in state.name]
    todo = every_look(indices, chosen.languages)
    looks = sum(len(one) for _, _, one in todo)
    faults: list[Fault] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        whole_server(Path(folder)) as server,
        tqdm(total=looks, unit="look", smoothing=0.05) as bar,
    ):
        for count, news in run(server.url, todo, chosen.workers):
            bar.update(count)
            for fault in news:
                bar.write(str(fault))
            faults += news
    print(f"{len(faults)} faults in {looks} looks at {len(indices)} states")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
