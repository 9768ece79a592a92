"""The headers of every page besides those of every answer: nothing inline, nothing from elsewhere, nothing kept."""

from __future__ import annotations

from types import MappingProxyType

REPORTS = "/csp-report"
"""Where browsers tell of what the policy kept out. (`report-to` would take its place, and needs https.)"""
_SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",  # data: for the marks that the styles draw
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "report-uri": REPORTS,
}
CONTENT_SECURITY_POLICY = "; ".join(f"{directive} {sources}" for directive, sources in _SOURCES.items())

PAGE_HEADERS = MappingProxyType(
    {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Cache-Control": "no-store",  # pages hold personal data: not in a shared computer's cache after sign-out
        "Vary": "Accept-Encoding, HX-Request, HX-Boosted, HX-History-Restore-Request",
    }
)
