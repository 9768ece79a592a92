"""The server as it stands at an address of its own: other names, forged requests, and what its log keeps to itself (CS-06, OP-03, OP-04)."""

from __future__ import annotations

import re
import socket
import time
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from tests.serving import Served, first_start, serving

HOST = "crm.example.com"
ADMIN, PASSWORD = "front@example.com", "canary horse battery staple 1905"
EVIL = "evil.example"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(
        first_start,
        KUNDIG_BASE_URL=f"https://{HOST}",
        KUNDIG_ADMIN_EMAIL=ADMIN,
        KUNDIG_ADMIN_PASSWORD=PASSWORD,
        KUNDIG_API_RATE="0",
    ) as started:
        yield started


def asked(served: Served, *lines: str) -> tuple[int, str]:
    """What the server says to a request line and headers as they stand here: its status, and all of it."""
    place = urlsplit(served.url)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode())
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    text = b"".join(parts).decode("utf-8", "replace")
    found = re.match(r"HTTP/1\.[01] (\d{3})", text)
    return (int(found[1]) if found else 0), text


@pytest.mark.parametrize(
    ("lines", "statuses"),
    [
        (["GET /sign-in HTTP/1.1", f"Host: {HOST}"], {200}),
        (["GET /sign-in HTTP/1.1", f"Host: {EVIL}"], {421}),
        (["GET /sign-in HTTP/1.1", f"Host: {HOST}", f"Host: {EVIL}"], {400}),
        (["GET /sign-in HTTP/1.1", f"Host: {EVIL}", f"Host: {HOST}"], {400}),
        (["GET /sign-in HTTP/1.1"], {400}),
        (["GET /sign-in HTTP/1.0"], {400}),
        ([f"GET http://{EVIL}/sign-in HTTP/1.1", f"Host: {EVIL}"], {421}),
        ([f"GET http://{EVIL}/sign-in HTTP/1.1", f"Host: {HOST}"], {200, 400, 421}),
        ([f"GET http://{HOST}/sign-in HTTP/1.1", f"Host: {EVIL}"], {400, 421}),
        (["GET /sign-in HTTP/1.1", f"Host: {HOST}", f"X-Forwarded-Host: {EVIL}", f"Forwarded: host={EVIL}", f"X-Host: {EVIL}"], {200}),
        (["GET / HTTP/1.1", f"Host: {HOST}", f"X-Forwarded-Host: {EVIL}"], {303}),
        (["GET /sign-in HTTP/1.1", f"Host: {HOST}", *(f"X-{number}: x" for number in range(200))], {400, 431}),
        (["GET /sign-in HTTP/1.1", f"Host: {HOST}", "X-Long: " + "x" * 600_000], {400, 431}),
        ([f"GET /sign-in?{'a&' * 1000}b HTTP/1.1", f"Host: {HOST}"], {414}),
        (["TRACE /sign-in HTTP/1.1", f"Host: {HOST}"], {405}),
        (["POST /sign-in HTTP/1.1", f"Host: {HOST}", "Transfer-Encoding: xchunked"], {400, 403, 501}),
    ],
)  # fmt: skip
def test_names_and_forms_of_requests(served: Served, lines: list[str], statuses: set[int]) -> None:
    """Only the own name is answered, and no other one ever comes back in an answer, whatever header carries it."""
    try:
        status, text = asked(served, *lines)
    except ConnectionResetError:
        status, text = 400, ""  # turned away while it was still being sent
    assert status in statuses, text[:500]
    assert EVIL not in text


def test_browsers_are_told_to_stay_with_https(served: Served) -> None:
    answer = httpx.get(f"{served.url}/sign-in", headers={"Host": HOST})
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


def test_links_in_mails_lead_to_the_own_name(served: Served) -> None:
    """CS-06: a link to set a password is made from the settings, whoever asks for it under what name."""
    headers = {"Host": "localhost", "X-Forwarded-Host": EVIL, "Forwarded": f"host={EVIL}", "X-Original-Host": EVIL}
    answer = httpx.post(f"{served.url}/forgotten", data={"email": ADMIN}, headers=headers)
    assert answer.status_code == 200
    deadline = time.monotonic() + 60
    while not (mails := list((served.data / "mail").glob("*.eml"))) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert mails
    text = "".join(mail.read_text() for mail in mails)
    assert f"https://{HOST}/setup/" in text.replace("=\n", "")
    assert EVIL not in text
    assert "localhost/" not in text


def test_the_log_keeps_secrets_to_itself(served: Served) -> None:
    """OP-04, OI-08: what is secret in requests, good and bad ones, stands in no line of the log, and neither does what was made."""
    token = served.run("token", "add", ADMIN).split()[-1]
    canary = f"canary-{uuid.uuid4()}"
    code = "not-a-real-code-" + canary
    with httpx.Client(base_url=served.url, headers={"Host": HOST}, timeout=30) as client:
        page = client.post("/sign-in", data={"email": ADMIN, "password": PASSWORD})
        session = next((cookie.value for cookie in client.cookies.jar if "session" in cookie.name), "")
        assert (page.status_code, bool(session)) == (303, True), page.text[:300]
        client.post("/sign-in", data={"email": ADMIN, "password": f"wrong {canary}"})
        client.get(f"/setup/{code}")
        client.get(f"/calendar/feed/{code}.ics")
        bearer = {"Authorization": f"Bearer {token}"}
        client.get("/api/v1/meta/objects", headers=bearer)
        client.get("/api/v1/meta/objects", headers={"Authorization": f"Bearer {canary}"})
        client.post("/api/v1/contact", headers=bearer, json={"first_name": canary, "last_name": canary, canary: 1})
        client.post("/api/v1/contact", headers=bearer, content=f'{{"last_name": "{canary}', params={"token": canary})
        client.post("/sign-in", content=b"\xff" + canary.encode(), headers={"Content-Type": "application/x-www-form-urlencoded"})
        client.post("/password-strength", data={"password": canary})
    served.run("doctor")
    said = served.log.read_text(errors="replace")
    assert "refused" in said, "expected a log that tells of what was turned away"
    secret_key = (served.data / "secret.key").read_text().strip()
    for what, secret in {
        "password": PASSWORD, "token": token, "session": session, "code": canary, "the key": secret_key, "hash": "$argon2"
    }.items():  # fmt: skip
        assert secret not in said, f"the log holds a {what}"


def test_mistakes_of_ours_tell_nothing_of_the_inside(served: Served) -> None:
    """OP-02: what scanners look for is not there, and says so in the same words."""
    bodies = set()
    for path in (
        "/.git/config", "/.env", "/debug", "/metrics", "/openapi.json", "/docs", "/schema", "/admin", "/server-status", "/backup.zip",
        "/install", "/setup", "/upgrade", "/migrate", "/wp-login.php", "/.well-known/security.txt", "/..%2f..%2fetc/passwd", "/%2e%2e/",
        "//x", "/./", "/;x", "/static/../secret.key", "/static/..%2fsecret.key", "/" + "x" * 4000,
    ):  # fmt: skip
        status, text = asked(served, f"GET {path} HTTP/1.1", f"Host: {HOST}")
        assert status in {400, 404, 405}, f"{path}: {status}"
        bodies.add(re.sub(r"/static/\S+", "", text.partition("\r\n\r\n")[2]) if status == 404 else "")
        assert "litestar" not in text.lower(), path
        assert "Traceback" not in text, path
    assert httpx.get(f"{served.url}/sign-in", headers={"Host": HOST}).status_code == 200
