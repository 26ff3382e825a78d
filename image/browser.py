# SPDX-License-Identifier: MIT
"""This machine's browser, and where it finds the story page."""

import http.client
import socket
import threading
import time
import webbrowser

HOST = "127.0.0.1"
PORT = 8064
URL = f"http://localhost:{PORT}"
OPENED_S = 120.0  # a board that has not answered by then does not
AGAIN_S = 0.5
ANSWER_S = 5.0


def is_port_free() -> bool:
    """Whether nobody on this machine answers where the page is to be."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, PORT))
        except OSError:
            return False
        return True


def open_when_it_answers() -> None:
    """Show the page in the user's browser once it is there; returns at once."""
    threading.Thread(target=_open, daemon=True).start()


def _open() -> None:
    end_s = time.monotonic() + OPENED_S
    while not _answers():
        if time.monotonic() > end_s:
            return
        time.sleep(AGAIN_S)
    webbrowser.open(URL)


def _answers() -> bool:
    connection = http.client.HTTPConnection("localhost", PORT, timeout=ANSWER_S)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
