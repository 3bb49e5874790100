"""Record the API's answers for one small model: `python -m tests.contract.record`.

The page's unit tests read these files, so that page and server cannot drift apart unseen;
test_recorded.py fails when the server answers anything else.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from cnn_loupe.server.app import create_app
from cnn_loupe.server.settings import Settings
from tests.client import Client
from tests.models import SPECS, random_picture, write_models

FOLDER = Path(__file__).parent / "recorded"
MODEL = "minimal"


def answers(client: Client) -> dict[str, Any]:
    """One answer of every kind, by file name."""
    base = f"/api/v1/models/{MODEL}"
    picture = random_picture(SPECS[MODEL])
    body = {"input": {"shape": list(picture.shape), "dtype": "float32", "data": picture.tolist()}}
    return {
        "model": client.get(base).json(),
        "parameters": client.get(f"{base}/parameters").json(),
        "samples": client.get(f"{base}/samples").json(),
        "run": client.post(f"{base}/runs", json=body).json(),
        "run_as_lists": client.post(f"{base}/runs?encoding=list", json=body).json(),
        "problem": client.get("/api/v1/models/nowhere").json(),
    }


def files(client: Client) -> dict[str, bytes]:
    """Answers as the page asks for them, safetensors files, by file name."""
    base = f"/api/v1/models/{MODEL}"
    picture = random_picture(SPECS[MODEL])
    body = {"input": {"shape": list(picture.shape), "dtype": "float32", "data": picture.tolist()}}
    return {
        "parameters": client.get(f"{base}/parameters?encoding=safetensors").content,
        "run": client.post(f"{base}/runs?encoding=safetensors", json=body).content,
        "overview": client.post(f"{base}/runs?encoding=safetensors&detail=overview&side=4", json=body).content,
    }


def text(answer: Any) -> str:
    return json.dumps(answer, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(models=(write_models(Path(folder), (MODEL,)),)))
        with Client(app) as client:
            for name, answer in answers(client).items():
                (FOLDER / f"{name}.json").write_text(text(answer), "utf-8")
            for name, data in files(client).items():
                (FOLDER / f"{name}.safetensors").write_bytes(data)


if __name__ == "__main__":
    main()
