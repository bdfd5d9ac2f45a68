"""Only the service's own addresses are asked, whatever an answer or a setting says."""

from __future__ import annotations

import pytest

from services.errors import OperatorError, Refused
from services.http.places import base_address
from tests.services.http.http_studio import NewRemote

OWN = "https://api.example.com/v2"


@pytest.mark.parametrize(
    "where",
    [
        "/movies",
        "//evil.org/",
        "https://api.example.com/else",
        "https://files.example.com/a.mp4",
        "https://example.com/",
    ],
)
async def test_the_services_own_addresses_are_asked(remote: NewRemote, where: str) -> None:
    assert remote(OWN, domains=("example.com",)).address(where).scheme == "https"


@pytest.mark.parametrize(
    "where",
    [
        "http://api.example.com/else",
        "https://evil-example.com/",
        "https://example.com.evil.org/",
        "https://example.com@evil.org/",
        "https://evil.org\\@example.com/",
        "https://user:pass@api.example.com/v2",
        "https://files.example.com:8443/",
        "http://127.0.0.1:9/",
        "https://localhost/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data",
        "https://2130706433/",
        "file:///etc/passwd",
        "https://example.com\x00.evil.org/",
        "gopher://example.com/",
        "",
    ],
)
async def test_no_other_address_is_asked(remote: NewRemote, where: str) -> None:
    with pytest.raises(OperatorError) as caught:
        remote(OWN, domains=("example.com",)).address(where)
    assert "example.com/v2" not in str(caught.value)


async def test_this_machine_may_lead_to_this_machine_only(remote: NewRemote) -> None:
    asked = remote("http://127.0.0.1:8000", domains=("example.com",))
    assert asked.address("http://localhost:9/x").host == "localhost"
    with pytest.raises(Refused, match="not an address of its own"):
        asked.address("https://evil.org/x")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("https://api.example.com/v2/", "https://api.example.com/v2"),
        (" https://example.com ", "https://example.com"),
        ("http://127.0.0.1:5/v2", "http://127.0.0.1:5/v2"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:8/", "http://[::1]:8"),
    ],
)
def test_a_base_address_is_the_vendors_or_this_machines(given: str, wanted: str) -> None:
    assert base_address(given, ["example.com"]) == wanted


@pytest.mark.parametrize(
    "given",
    [
        "http://api.example.com",
        "https://evil.org",
        "https://example.com.evil.org",
        "https://u:p@example.com",
        "https://example.com/?key=1",
        "https://example.com:x",
        "https://example.com:444",
        "example.com",
        "",
    ],
)
def test_any_other_base_address_is_an_error(given: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        base_address(given, ["example.com"])
