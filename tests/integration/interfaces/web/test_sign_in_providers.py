"""Signing in at a provider: whom it lets in as whom, and what a hostile one, or a hostile browser, does not get."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey
from tests.integration.interfaces.web.provider_house import PASSWORD, House, house, signed_in
from tests.integration.rights.crm import TEST_KEY, Caller
from tests.issuing import CLIENT

from kundig.base.errors import Invalid
from kundig.base.secrets import Secrets
from kundig.engine.configuration.documents import Document
from kundig.engine.records.writing import Update, write
from kundig.interfaces.web.edge import SESSION_COOKIE, csrf_token
from kundig.interfaces.web.pages.sign_in_providers import TRIP_COOKIE
from kundig.services.identity.providers.identities import identities_of

__all__ = ["house"]


async def test_there_and_back(house: House) -> None:
    user, subject = await house.person("sales_representative")
    async with house.browser() as browser:
        page = await browser.get("/sign-in", params={"next": "/calendar"})
        assert f"/sign-in/with/{house.name}?next=%2Fcalendar" in page.text
        assert "Sign in with House key" in page.text
        asked = await house.set_out(browser)
        assert (asked["response_type"], asked["code_challenge_method"], asked["client_id"]) == ("code", "S256", CLIENT)
        assert asked["redirect_uri"] == f"http://kundig.test/sign-in/with/{house.name}/back"
        house.issuer.claims = {"sub": subject}
        answer = await house.back(browser, asked["state"])
        assert signed_in(answer), answer.text[:500]
        assert TRIP_COOKIE not in browser.cookies, "the trip is over"
        cookie = next(part for part in answer.headers.get_list("set-cookie") if part.startswith(SESSION_COOKIE))
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()
        assert (await browser.get("/settings/me")).status_code == 200
    [form] = house.issuer.forms
    assert form["code_verifier"]
    assert form["redirect_uri"] == asked["redirect_uri"]
    noted = [event for event in await house.events() if event["event"] == "signed_in" and event["record"] == user]
    assert [event["detail"]["provider"] for event in noted] == [house.name]


@pytest.mark.parametrize("email", ["same", "other"])
@pytest.mark.parametrize("verified", [True, False, "true", None])
async def test_nobody_is_known_by_an_address(house: House, email: str, verified: Any) -> None:
    """OI-01: whatever the provider says of an address, a new subject is nobody that is here already."""
    user, _ = await house.person("administrator")
    known = (await house.record(user))["email"]
    given = known if email == "same" else known.upper()
    for makes in (False, True):
        await house.configure(makes_users=makes)
        async with house.browser() as browser:
            answer = await house.sign_in(browser, sub=str(uuid4()), email=given, email_verified=verified, name="Evil")
            assert answer.status_code == 422
            assert SESSION_COOKIE not in answer.cookies
    async with house.crm.system() as scope:
        assert len(await identities_of(scope.connection, user)) == 1
    if verified in (True, "true", None):
        assert "belongs to a user already" in answer.text


HOSTILE: dict[str, dict[str, Any]] = {
    "another audience": {"claims": {"aud": "somebody"}},
    "no audience": {"claims": {"aud": None}},
    "several audiences without azp": {"claims": {"aud": [CLIENT, "somebody"]}},
    "another azp": {"claims": {"azp": "somebody"}},
    "another issuer": {"claims": {"iss": "http://evil.example"}},
    "another nonce": {"claims": {"nonce": "x"}},
    "no nonce": {"claims": {"nonce": None}},
    "expired": {"claims": {"exp": 1_700_000_000}},
    "without an end": {"claims": {"exp": None}},
    "not yet": {"claims": {"nbf": 4_000_000_000}},
    "of the future": {"claims": {"iat": 4_000_000_000}},
    "no subject": {"claims": {"sub": None}},
    "a subject that is a list": {"claims": {"sub": ["x"]}},
    "a subject that is a number": {"claims": {"sub": 1}},
    "an end that is a text": {"claims": {"exp": "soon"}},
    "an access token": {"header": {"typ": "at+jwt"}},
    "an unknown key": {"header": {"kid": "two"}},
    "a key that is a path": {"header": {"kid": "../../etc/passwd"}},
    "a key that is SQL": {"header": {"kid": "' or 1=1 --"}},
    "a header that must be understood": {"header": {"crit": ["x"], "x": 1}},
}


@pytest.mark.parametrize("case", HOSTILE)
async def test_what_does_not_fit_is_not_believed(house: House, case: str) -> None:
    """OI-04."""
    _, subject = await house.person()
    async with house.browser() as browser:
        asked = await house.set_out(browser)
        house.issuer.claims = {"sub": subject} | HOSTILE[case].get("claims", {})
        house.issuer.header = HOSTILE[case].get("header", {})
        answer = await house.back(browser, asked["state"])
    assert answer.status_code == 422, answer.text[:500]
    assert SESSION_COOKIE not in answer.cookies
    assert "did not work" in answer.text


@pytest.mark.parametrize(
    "case", ["alg none", "HS256 with the public key", "foreign key", "key in the header", "cut", "long", "no token"]
)
async def test_what_the_issuer_did_not_sign_is_not_believed(house: House, case: str) -> None:
    """OI-04."""
    _, subject = await house.person()
    async with house.browser() as browser:
        asked = await house.set_out(browser)
        house.issuer.claims = {"sub": subject}
        honest, foreign = house.issuer.id_token(), RSAKey.generate_key(2048, {"kid": "one"})
        if case == "alg none":
            house.issuer.token = house.issuer.unsigned()
        elif case == "HS256 with the public key":
            house.issuer.token = house.issuer.signed_with_the_public_key()
        elif case in ("foreign key", "key in the header"):
            own, house.issuer.key = house.issuer.key, foreign
            house.issuer.header = {"jwk": foreign.as_dict(private=False)} if case == "key in the header" else {}
            house.issuer.token, house.issuer.keys = house.issuer.id_token(), [own]
        else:
            house.issuer.token = {"cut": honest[:-3], "long": honest + "x" * 30_000, "no token": "x"}[case]
        answer = await house.back(browser, asked["state"])
    assert answer.status_code == 422, answer.text[:500]
    assert SESSION_COOKIE not in answer.cookies


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(ECKey.generate_key("P-256", {"kid": "one"}), "ES256"), (OKPKey.generate_key("Ed25519", {"kid": "one"}), "EdDSA")],
    ids=["ES256", "EdDSA"],
)
async def test_other_signatures(house: House, key: Any, algorithm: str) -> None:
    _, subject = await house.person()
    house.issuer.key, house.issuer.header = key, {"alg": algorithm}
    async with house.browser() as browser:
        assert signed_in(await house.sign_in(browser, sub=subject))


async def test_keys_are_changed_and_asked_for_not_too_often(house: House) -> None:
    _, subject = await house.person()
    now = [0.0]
    issuers = house.crm.app.state.web.providers.issuers
    issuers.clock = lambda: now[0]
    async with house.browser() as browser:
        assert signed_in(await house.sign_in(browser, sub=subject))
        house.issuer.key = RSAKey.generate_key(2048, {"kid": "two"})
        assert (await house.sign_in(browser, sub=subject)).status_code == 422, "too soon to ask again"
        now[0] = 61
        assert signed_in(await house.sign_in(browser, sub=subject))
    assert house.issuer.asked.count("/jwks_uri") == 2


async def test_an_answer_belongs_to_the_browser_that_asked(house: House) -> None:
    """OI-03: state, nonce and verifier are bound to the browser; nothing is taken twice or from elsewhere."""
    _, subject = await house.person()
    house.issuer.claims = {"sub": subject}
    async with house.browser() as own, house.browser() as other:
        asked = await house.set_out(own)
        assert (await house.back(other, asked["state"])).status_code == 422, "another browser has no trip"
        foreign = await house.set_out(other)
        assert (await house.back(other, asked["state"])).status_code == 422, "nor does its own one fit"
        assert foreign["state"] != asked["state"]
        assert (await house.back(own, "")).status_code == 422
        asked = await house.set_out(own)
        assert signed_in(await house.back(own, asked["state"]))
        again = await house.back(own, asked["state"])
        assert again.status_code == 422, "the trip is over"
        assert "begun in another window" in again.text
        own.cookies.set(TRIP_COOKIE, "made up", domain="kundig.test", path="/sign-in/with")
        assert (await house.back(own, asked["state"])).status_code == 422
    reasons = [event["detail"]["reason"] for event in await house.events() if event["event"] == "sign_in_refused"]
    assert reasons.count("state") >= 3


async def test_no_other_site_signs_anybody_in(house: House) -> None:
    """A link that somebody follows does, as from a list of programs at the provider."""
    led = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    async with house.browser() as browser:
        for headers in (led, led | {"Sec-Fetch-Site": "same-site"}):
            answer = await browser.get(f"/sign-in/with/{house.name}", headers=headers)
            assert answer.status_code == 200, "it is asked whether one wants to"
            assert "Sign in with House key" in answer.text
            assert TRIP_COOKIE not in browser.cookies
        for headers in (led | {"Sec-Fetch-User": "?1"}, led | {"Sec-Fetch-Site": "none"}, led | {"Sec-Fetch-Site": "same-origin"}):
            assert (await browser.get(f"/sign-in/with/{house.name}", headers=headers)).status_code == 303


async def test_what_the_provider_gave_stays_here(house: House) -> None:
    """No browser gets its tokens, and none is kept."""
    _, subject = await house.person()
    house.issuer.claims = {"sub": subject}
    async with house.browser() as browser:
        asked = await house.set_out(browser)
        house.issuer.token = house.issuer.id_token()
        answer = await house.back(browser, asked["state"])
        assert signed_in(answer)
        page = await browser.get("/settings/security")
        given = f"{answer.headers} {answer.text} {dict(browser.cookies)} {page.text}"
    async with house.crm.database.transaction(None) as connection:
        kept = await connection.values("select s::text from kundig.session s")
    assert not any(part in f"{given} {kept}" for part in house.issuer.token.split("."))


async def test_one_provider_does_not_answer_for_another(house: House) -> None:
    """OI-03, mix-up: by the address that it comes back to, and by the issuer that the answer names."""
    _, subject = await house.person()
    house.issuer.claims = {"sub": subject}
    async with house.browser() as browser:
        asked = await house.set_out(browser)
        assert (await house.back(browser, asked["state"], iss="http://evil.example")).status_code == 422
        asked = await house.set_out(browser)
        assert signed_in(await house.back(browser, asked["state"], iss=house.issuer.address))
    house.issuer.metadata = {"authorization_response_iss_parameter_supported": True}
    house.crm.app.state.web.providers.issuers._metadata.clear()
    async with house.browser() as browser:
        asked = await house.set_out(browser)
        assert (await house.back(browser, asked["state"])).status_code == 422, "it says that it names itself"
    other = House(house.crm, house.issuer, f"{house.name}_2")
    await other.configure()
    async with house.browser() as browser:
        asked = await house.set_out(browser)
        assert (await other.back(browser, asked["state"], iss=house.issuer.address)).status_code == 422
    await house.crm.apply(Document("sign_in_provider", other.name, {"name": other.name, "hidden": True}))


@pytest.mark.parametrize(
    "metadata",
    [{"issuer": "http://other.example"}, {"jwks_uri": "http://127.0.0.1:1/keys"}, {"token_endpoint": "http://169.254.169.254/"},
     {"userinfo_endpoint": "http://10.0.0.1/"}, {"authorization_endpoint": "javascript:alert(1)"}, {"jwks_uri": None}, {"token_endpoint": 7}],
)  # fmt: skip
async def test_a_provider_that_leads_elsewhere_is_refused(house: House, metadata: dict[str, Any]) -> None:
    """SS-08: what the discovery names is looked at like what people enter."""
    house.issuer.metadata = metadata
    async with house.browser() as browser:
        answer = await browser.get(f"/sign-in/with/{house.name}")
    assert answer.status_code == 422
    assert house.issuer.asked == ["/.well-known/openid-configuration"]


async def test_a_provider_that_is_away_keeps_nobody_out(house: House) -> None:
    user, subject = await house.person()
    house.issuer.claims = {"sub": subject}
    house.issuer.down = True
    async with house.browser() as browser:
        answer = await browser.get(f"/sign-in/with/{house.name}")
        assert answer.status_code == 422
        assert "with your password" in answer.text or "answers with status 503" in answer.text
        house.issuer.down = False
        asked = await house.set_out(browser)
        house.issuer.down = True
        assert (await house.back(browser, asked["state"])).status_code == 422
        email = (await house.record(user))["email"]
        entered = await browser.post("/sign-in", data={"email": email, "password": PASSWORD, "next": "/calendar"})
        assert signed_in(entered)


@pytest.mark.parametrize(
    "next_", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\tevil", "https:evil"]
)
async def test_one_goes_on_to_us_only(house: House, next_: str) -> None:
    """CS-05."""
    _, subject = await house.person()
    house.issuer.claims = {"sub": subject}
    async with house.browser() as browser:
        asked = await house.set_out(browser, next_)
        answer = await house.back(browser, asked["state"])
    to = answer.headers["location"]
    assert to.startswith("/")
    assert not to.startswith(("//", "/\\"))
    assert "evil.example" not in urlsplit(to).netloc


async def test_who_comes_for_the_first_time(house: House) -> None:
    """OI-05."""
    await house.configure(makes_users=True, roles=["sales_representative"], domains=["example.com"])
    email = f"new{uuid4().hex[:8]}@example.com"
    async with house.browser() as browser:
        subject = str(uuid4())
        refused = await house.sign_in(browser, sub=subject, email=email.replace("example", "evil"), name="Nina Neu")
        assert refused.status_code == 422
        for unverified in (False, "false"):
            refused = await house.sign_in(browser, sub=subject, email=email, name="Nina", email_verified=unverified)
            assert refused.status_code == 422
        assert (await house.sign_in(browser, sub=subject, name="Nina")).status_code == 422, "no address"
        assert signed_in(
            await house.sign_in(browser, sub=subject, email=email, name="Nina Neu", groups=["administrator"], locale="en-GB")
        )
        assert signed_in(await house.sign_in(browser, sub=subject, email="changed@example.com")), "known by the subject now"
    async with house.crm.system() as scope:
        row = await scope.connection.row(
            'select id, name, role, language from {ws}."user" where email = %(email)s', {"email": email}
        )
    assert row is not None
    assert (row["name"], row["role"], row["language"]) == ("Nina Neu", ["sales_representative"], "en")


async def test_what_the_provider_tells_when_asked(house: House) -> None:
    await house.configure(makes_users=True)
    house.issuer.metadata = {"userinfo_endpoint": f"{house.issuer.address}/userinfo"}
    house.issuer.user_info = {"email": f"{uuid4().hex[:8]}@example.com", "name": "Asked"}
    async with house.browser() as browser:
        assert signed_in(await house.sign_in(browser, sub=str(uuid4())))
        house.issuer.user_info["sub"] = "somebody else"
        assert (await house.sign_in(browser, sub=str(uuid4()))).status_code == 422


async def test_groups_give_and_take(house: House) -> None:
    """OI-05: what a group gave falls with the next sign-in; what the provider does not decide about stays."""
    north, south = await house.crm.team(), await house.crm.team()
    user, subject = await house.person("service_agent", teams=(south,))
    grants = [
        {"group": "crm-sales", "roles": ["sales_representative"], "teams": [str(north)]},
        {"group": "crm-reads", "roles": ["read_only"]},
    ]
    await house.configure(groups_claim="realm.groups", groups=grants)

    async def after(**claims: Any) -> tuple[set[str], set[str]]:
        async with house.browser() as browser:
            assert signed_in(await house.sign_in(browser, sub=subject, **claims))
        record = await house.record(user)
        return set(record["role"]), {team["id"] for team in record["teams"]}

    own = ({"service_agent"}, {str(south)})
    assert await after(realm={"groups": ["crm-sales", "else"]}) == (own[0] | {"sales_representative"}, own[1] | {str(north)})
    assert await after(realm={"groups": ["crm-reads"]}) == (own[0] | {"read_only"}, own[1])
    assert await after(realm={"groups": "crm-reads"}) == (own[0] | {"read_only"}, own[1])
    assert await after(realm={}) == own
    assert await after(realm={"groups": ["administrator", 7, None]}) == own
    await after(realm={"groups": ["crm-sales"]})
    async with house.browser() as browser:
        answer = await house.sign_in(browser, sub=subject, _claim_names={"realm.groups": "src1"})
    assert answer.status_code == 422, "groups that are left out are not taken for none"
    assert "too many" in answer.text


async def test_no_more_rights_than_roles_that_are_there(house: House) -> None:
    for more, told in (
        ({"makes_users": True, "roles": ["administrator"]}, "becomes an administrator"),
        ({"groups_claim": "groups", "groups": [{"group": "x", "roles": ["emperor"]}]}, "no role"),
        ({"groups": [{"group": "x", "roles": ["read_only"]}]}, "in which claim"),
        ({"groups_claim": "groups", "groups": [{"group": "x", "teams": ["north"]}]}, "no team"),
    ):
        with pytest.raises(Invalid) as refused:
            await house.configure(**more)
        assert told in str(refused.value.errors[0].text)


async def test_who_has_left_does_not_come_back(house: House) -> None:
    user, subject = await house.person()
    await house.crm.update("user", user, is_active=False)
    async with house.browser() as browser:
        answer = await house.sign_in(browser, sub=subject)
        assert answer.status_code == 422
        assert SESSION_COOKIE not in answer.cookies


async def test_passwords_can_be_ended_for_all_but_administrators(house: House) -> None:
    await house.configure(passwords=False)
    people = [await house.person(role) for role in ("sales_representative", "administrator")]
    async with house.browser() as browser:
        for (user, subject), stays in zip(people, (False, True), strict=True):
            assert signed_in(await house.sign_in(browser, sub=subject))
            email = (await house.record(user))["email"]
            answer = await browser.post("/sign-in", data={"email": email, "password": PASSWORD, "next": "/calendar"})
            assert signed_in(answer) == stays


async def clicks(caller: Caller, name: str) -> httpx.Response:
    return await caller.pages.post(f"/settings/security/logins/{name}", headers={"HX-Request": "true"})


async def test_somebody_who_is_signed_in_connects_an_account(house: House) -> None:
    caller = await house.crm.in_english("sales_representative")
    page = await caller.pages.get("/settings/security")
    assert "not connected yet" in page.text
    answer = await clicks(caller, house.name)
    assert answer.headers["hx-redirect"] == f"/sign-in/with/{house.name}?on=1"
    sent = await caller.pages.get(answer.headers["hx-redirect"])
    asked = {name: values[0] for name, values in parse_qs(urlsplit(sent.headers["location"]).query).items()}
    house.issuer.nonce, house.issuer.claims = asked["nonce"], {"sub": "Ärger/42"}
    back = await house.back(caller.pages, asked["state"])
    assert (back.status_code, back.headers["location"]) == (303, "/settings/security")
    assert SESSION_COOKIE not in back.cookies
    async with house.browser() as browser:
        assert signed_in(await house.sign_in(browser, sub="Ärger/42"))
    other = await house.crm.in_english("sales_representative")
    sent = await other.pages.get((await clicks(other, house.name)).headers["hx-redirect"])
    asked = {name: values[0] for name, values in parse_qs(urlsplit(sent.headers["location"]).query).items()}
    house.issuer.nonce, house.issuer.claims = asked["nonce"], {"sub": "Ärger/42"}
    taken = await house.back(other.pages, asked["state"])
    assert taken.status_code == 403
    assert "another user already" in taken.text
    async with house.crm.system() as scope:
        assert await identities_of(scope.connection, other.user) == []
        [bound] = await identities_of(scope.connection, caller.user)
    foreign = await other.pages.post(f"/settings/security/logins/{bound.id}/end", headers={"HX-Request": "true"})
    assert foreign.status_code == 404
    ended = await caller.pages.post(f"/settings/security/logins/{bound.id}/end", headers={"HX-Request": "true"})
    assert ended.status_code == 200
    async with house.browser() as browser:
        assert (await house.sign_in(browser, sub="Ärger/42")).status_code == 422
    names = [event["event"] for event in await house.events() if event["record"] == caller.user]
    assert [name for name in names if name not in ("token_made", "user_rights_changed")] == [
        "identity_linked", "signed_in", "identity_unlinked",
    ]  # fmt: skip


async def test_connecting_belongs_to_the_session_that_began_it(house: House) -> None:
    """Nobody ties their own account at the provider to somebody else's user."""
    attacker, victim = await house.crm.in_english("sales_representative"), await house.crm.in_english("administrator")
    sent = await attacker.pages.get((await clicks(attacker, house.name)).headers["hx-redirect"])
    asked = {name: values[0] for name, values in parse_qs(urlsplit(sent.headers["location"]).query).items()}
    house.issuer.nonce, house.issuer.claims = asked["nonce"], {"sub": "attacker"}
    assert (await house.back(victim.pages, asked["state"])).status_code == 422
    victim.pages.cookies.set(TRIP_COOKIE, attacker.pages.cookies[TRIP_COOKIE], domain="kundig.test", path="/sign-in/with")
    assert (await house.back(victim.pages, asked["state"])).status_code == 403
    async with house.crm.system() as scope:
        assert await identities_of(scope.connection, victim.user) == []
    forged = await victim.pages.post(f"/settings/security/logins/{house.name}", headers={"Origin": "http://evil.example"})
    assert forged.status_code == 403


async def test_who_has_no_password_shows_it_at_the_provider(house: House) -> None:
    await house.configure(makes_users=True)
    house.issuer.metadata = {"userinfo_endpoint": f"{house.issuer.address}/userinfo"}
    house.issuer.user_info = {"auth_time": int(time.time())}  # not signed: it proves nothing
    user, subject = await house.person("administrator")
    caller = await house.crm.caller(user)
    stale = "update kundig.session set proven_at = now() - interval '1 hour' where user_id = %(user)s"
    async with house.crm.database.transaction(None) as connection:
        await connection.execute(stale, {"user": user})

    async def proven() -> bool:
        return (await caller.pages.post("/settings/tokens", data={"name": "x", "days": "30"})).status_code == 200

    async def shows(**claims: Any) -> httpx.Response:
        here = {"HX-Request": "true", "HX-Current-URL": "http://kundig.test/settings/tokens"}
        assert f"/prove/with/{house.name}" in (await caller.pages.get("/prove", headers=here)).text
        sent = await caller.pages.get((await caller.pages.post(f"/prove/with/{house.name}", headers=here)).headers["hx-redirect"])
        asked = {name: values[0] for name, values in parse_qs(urlsplit(sent.headers["location"]).query).items()}
        assert (asked["prompt"], asked["max_age"]) == ("login", "0")
        house.issuer.nonce, house.issuer.claims = asked["nonce"], claims
        return await house.back(caller.pages, asked["state"])

    assert not await proven()
    for claims in ({"sub": "somebody"}, {"sub": subject, "auth_time": 1_700_000_000}, {"sub": subject, "auth_time": None}):
        assert (await shows(**claims)).status_code == 403
        assert not await proven()
    back = await shows(sub=subject)
    assert (back.status_code, back.headers["location"]) == (303, "/settings/tokens")
    assert await proven()
    foreign = await caller.pages.post("/prove/with/nowhere", headers={"HX-Request": "true"})
    assert foreign.status_code == 404


async def test_who_is_only_known_still_at_the_provider_has_proven_nothing(house: House) -> None:
    """PE-08: an open browser that the provider still knows makes a new session, in which nothing that matters is changed."""
    _, subject = await house.person("administrator")
    for asked, status in ((int(time.time()) - 3600, 403), (None, 403), (int(time.time()), 200)):
        async with house.browser() as browser:
            assert signed_in(await house.sign_in(browser, sub=subject, auth_time=asked))
            browser.headers["X-CSRFToken"] = csrf_token(Secrets(TEST_KEY), browser.cookies[SESSION_COOKIE])
            assert (await browser.post("/settings/tokens", data={"name": "x", "days": "30"})).status_code == status, asked


async def test_the_directory_says_who_somebody_is_but_no_administrator(house: House) -> None:
    """OI-01: its token could otherwise let anybody in who administers."""
    await house.configure(directory_claim="oid")
    seller, admin = await house.crm.user("sales_representative"), await house.crm.user("administrator")
    async with house.crm.system() as scope:
        for user, oid in ((seller, "oid-1"), (admin, "oid-2")):
            await write(scope, "user", [Update(user, {}, None, (f"scim:{oid}",))])
    async with house.browser() as browser:
        assert signed_in(await house.sign_in(browser, sub="seller at the provider", oid="oid-1"))
    async with house.browser() as browser:
        assert (await house.sign_in(browser, sub="evil at the provider", oid="oid-2")).status_code == 422
    async with house.crm.system() as scope:
        assert [len(await identities_of(scope.connection, user)) for user in (seller, admin)] == [1, 0]


async def test_trying_again_and_again_is_stopped(house: House) -> None:
    _, subject = await house.person()
    async with house.browser("2001:db8:1::1") as browser:
        for _ in range(60):
            assert (await house.back(browser, "x")).status_code == 422
        assert (await house.back(browser, "x")).status_code == 429
    async with house.browser() as browser:
        assert signed_in(await house.sign_in(browser, sub=subject))
