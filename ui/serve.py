"""The console entry point: every command of `assistant.cli`, and `serve`, which opens the pages."""

from __future__ import annotations

import errno
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli import cli
from assistant.errors import PortInUse
from retrieval.errors import StoreclerkError

if TYPE_CHECKING:
    from fastapi import FastAPI


@cli.command()
@click.option("--host", default=None, help="Address to listen on.  [default: the settings', 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), default=None, help="Port; 0 takes a free one.")
@click.option("--data-dir", type=click.Path(path_type=Path), default=None, help="Where the index is.")
def serve(host: str | None, port: int | None, data_dir: Path | None) -> None:
    """Open the shopper's page."""
    from assistant.clerk import open_clerk
    from assistant.settings import load_settings

    settings = load_settings(data_dir=data_dir)
    # The port first: it is free or not at once, while the models take seconds to load.
    listener = listen(host or settings.host, settings.port if port is None else port)
    with listener:
        from ui.app import create_app  # before the clerk, whose generator goes on loading in a thread

        with open_clerk(settings, command="storeclerk serve") as clerk:
            run(create_app(clerk), listener)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; uvicorn listens on it once the page can answer.

    Raises PortInUse, or StoreclerkError for an address that cannot be had.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind)
    except OSError as error:
        raise StoreclerkError(f"Cannot listen on {host!r}: {error.strerror}. Give another --host.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(
                f"Port {port} is in use by another program; choose another with --port {port + 1}."
            ) from error
        raise StoreclerkError(
            f"Cannot listen on {host}:{port}: {error.strerror}. Give another --host or --port."
        ) from error
    return listener


def run(app: FastAPI, listener: socket.socket) -> None:
    """Serves until interrupted; the address is printed when a request would be answered."""
    import uvicorn

    class Announcing(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                click.echo(f"storeclerk is open at {address(listener)} (Ctrl+C closes it)")

    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,  # seconds; open pages hold a stream that would never end by itself
    )
    Announcing(config).run(sockets=[listener])


def address(listener: socket.socket) -> str:
    """The web address of a bound socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def main() -> None:
    """Runs the command line."""
    cli()


if __name__ == "__main__":
    main()
