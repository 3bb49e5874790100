"""Another site: a tiny server on a port of its own, whose pages hold our frames."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class ForeignSite:
    """Pages by path, as any web server would send them: no header of ours, no script but what a test writes."""

    def __init__(self) -> None:
        pages: dict[str, str] = {}
        self.pages = pages

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = pages.get(self.path)
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write((found or "").encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def page(self, path: str, body: str, head: str = "") -> str:
        """Publish a page; its address."""
        self.pages[path] = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A course</title>'
            '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
            f"{head}</head><body><h1>A course</h1>{body}</body></html>"
        )
        return self.url + path


@contextmanager
def foreign_site() -> Iterator[ForeignSite]:
    site = ForeignSite()
    thread = threading.Thread(target=site.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.server.shutdown()
        site.server.server_close()
        thread.join()
