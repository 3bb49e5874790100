"""How answers leave: nothing may wait where it need not."""

from __future__ import annotations

import asyncio
import socket

import uvicorn
from uvicorn.server import ServerState

from cnn_loupe.server.protocol import PatientProtocol


async def _nothing(scope: object, receive: object, send: object) -> None:
    raise AssertionError("no request is made")


def test_an_answer_does_not_wait_for_its_head_to_be_acknowledged() -> None:
    """Nagle's algorithm is off on every accepted connection, however the listening socket was made."""

    async def accepted_without_delay() -> int:
        config = uvicorn.Config(_nothing, host="127.0.0.1", port=0, ws="none", lifespan="off", log_config=None)
        config.load()
        made: list[PatientProtocol] = []

        def protocol() -> PatientProtocol:
            made.append(PatientProtocol(config=config, server_state=ServerState(), app_state={}))
            return made[-1]

        listener = config.bind_socket()
        server = await asyncio.get_running_loop().create_server(protocol, sock=listener)
        try:
            _, writer = await asyncio.open_connection(*listener.getsockname()[:2])
            while not made or made[0].transport is None:
                await asyncio.sleep(0.001)
            connection = made[0].transport.get_extra_info("socket")
            found = int(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()
            await writer.wait_closed()
            made[0].transport.abort()
            await asyncio.sleep(0)
            return found
        finally:
            server.close()
            await server.wait_closed()

    assert asyncio.run(accepted_without_delay()) != 0
