"""What to do about a TLS handshake that failed, the same for a prompt and for a look."""

import ssl

_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"})
"""OpenSSL's reasons where the other end answers a handshake with plain text."""


def tls_hint(cause: object) -> str:
    """What to do, for people; `cause` is what the `ssl` module raised."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return "if you trust it, name its authority in SSL_CERT_FILE"
    if getattr(cause, "reason", None) in _NO_TLS:
        return "this port speaks no TLS: write http:// in base_url"
    return "see the server's TLS settings"
