import gzip

from litestar.testing import TestClient, create_test_client

from kundig.interfaces.web.assets import asset, contents, manifest, static_file
from kundig.interfaces.web.headers import CONTENT_SECURITY_POLICY

LIMIT = 110 * 1024  # compressed styles, scripts and icons of a first visit


def client() -> TestClient:
    return create_test_client([static_file])


def test_names_carry_their_content() -> None:
    assert asset("app.css").startswith("/static/app-")
    assert set(manifest().files) >= {"app.css", "app.js", "board.js", "icons.svg", "theme.js", "favicon.svg", "inter-latin.woff2"}


def test_assets_are_for_ever() -> None:
    with client() as web:
        answer = web.get(asset("app.css"), headers={"accept-encoding": "gzip, br"})
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-encoding"] == "br" or answer.headers["content-encoding"] == "gzip"
        assert answer.headers["content-type"].startswith("text/css")
        plain = web.get(asset("app.css"), headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers


def test_what_is_not_there_is_not_found() -> None:
    with client() as web:
        for path in ("/static/none.css", "/static/manifest.json", "/static/..%2fassets.py", "/static/%2e%2e/assets.py"):
            assert web.get(path).status_code == 404


def test_a_first_visit_is_small() -> None:
    sizes = [len(contents()[manifest().files[name]].encoded["gzip"]) for name in ("app.css", "app.js", "icons.svg")]
    assert sum(sizes) <= LIMIT, sizes


def test_compressed_is_the_same() -> None:
    for found in contents().values():
        if "gzip" in found.encoded:
            assert gzip.decompress(found.encoded["gzip"]) == found.plain


def test_fonts_are_named_by_the_styles() -> None:
    css = contents()[manifest().files["app.css"]].plain.decode()
    assert manifest().files["inter-latin.woff2"] in css
    assert manifest().files["inter-latin-ext.woff2"] in css
    assert "http:" not in css.replace("http://www.w3.org", "")


def test_the_policy_allows_nothing_inline() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
