"""Metrics in Prometheus' format: an extra, on a port of its own, off by default."""

from __future__ import annotations

import logging
import socket
import threading
from http.server import ThreadingHTTPServer
from typing import Any

from cnn_loupe.server.limits import ComputePool
from cnn_loupe.server.settings import Settings

logger = logging.getLogger("cnn_loupe")


class Meter:
    """Counts requests; does nothing at all until `serve` finds a port to serve on."""

    def __init__(self, pool: ComputePool) -> None:
        self._workshop = pool
        self._requests: Any = None
        self._seconds: Any = None

    def observe(self, method: str, status: int, seconds: float) -> None:
        """One finished request. Labels are few on purpose: no paths, no ids."""
        if self._requests is not None:
            self._requests.labels(method, str(status)).inc()
            self._seconds.observe(seconds)

    def serve(self, settings: Settings) -> None:
        """Start answering Prometheus where a port is set.

        With several workers each has numbers of its own; the first takes the port, the next ones the
        ports after it, so that all can be scraped.
        """
        if not settings.metrics_port or self._requests is not None:
            return
        try:
            from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
            from prometheus_client.process_collector import ProcessCollector
        except ImportError:
            logger.error("metrics need an extra package: pip install 'cnn-loupe[metrics]'")
            return
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._requests = Counter("cnn_loupe_requests", "Finished requests", ["method", "status"], registry=registry)
        self._seconds = Histogram(
            "cnn_loupe_request_seconds",
            "Time from request to answer",
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
            registry=registry,
        )
        jobs = Gauge("cnn_loupe_jobs", "Computations running or waiting", registry=registry)
        jobs.set_function(lambda: self._workshop.jobs)
        held = Gauge("cnn_loupe_pending_bytes", "Bytes of request bodies in hand", registry=registry)
        held.set_function(lambda: self._workshop.pending_bytes)
        refused = Gauge("cnn_loupe_refused", "Requests refused because the server was busy", registry=registry)
        refused.set_function(lambda: self._workshop.refused)
        for port in range(settings.metrics_port, settings.metrics_port + settings.workers):
            try:
                _answer(settings.host, port, registry)
            except OSError:
                continue
            logger.info("metrics on http://%s:%d/metrics", settings.host, port)
            return
        logger.error("metrics: no free port from %d on", settings.metrics_port)


def _answer(host: str, port: int, registry: Any) -> None:
    """Answer Prometheus in threads beside the loop. Raises OSError where the port is not to be had."""
    from prometheus_client import MetricsHandler

    class Handler(MetricsHandler.factory(registry)):  # type: ignore[misc]
        timeout = 10  # seconds that a connection may say nothing

        def version_string(self) -> str:
            return "cnn-loupe"  # not which Python, and in which version

    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

    threading.Thread(target=Server((host, port), Handler).serve_forever, daemon=True).start()
