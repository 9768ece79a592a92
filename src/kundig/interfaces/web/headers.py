"""The headers of every page: nothing inline, nothing from elsewhere, nothing guessed, never in a foreign frame."""

from __future__ import annotations

from types import MappingProxyType

_SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",  # data: for the marks that the styles draw
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
CONTENT_SECURITY_POLICY = "; ".join(f"{directive} {sources}" for directive, sources in _SOURCES.items())

SECURITY_HEADERS = MappingProxyType(
    {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    }
)

PAGE_HEADERS = MappingProxyType(
    {
        **SECURITY_HEADERS,
        "Cache-Control": "no-store",  # pages hold personal data: not in a shared computer's cache after sign-out
        "Vary": "Accept-Encoding, HX-Request, HX-Boosted, HX-History-Restore-Request",
    }
)
