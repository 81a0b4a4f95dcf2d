"""curl's options: which take a value, which concern only what curl prints, which we refuse."""

from __future__ import annotations

SHORT = {
    "X": "request", "H": "header", "d": "data", "F": "form", "u": "user", "b": "cookie",
    "G": "get", "I": "head", "k": "insecure", "L": "location", "A": "user-agent",
    "e": "referer", "T": "upload-file", "r": "range", "m": "max-time", "g": "globoff",
    "o": "output", "w": "write-out", "D": "dump-header", "c": "cookie-jar", "s": "silent",
    "S": "show-error", "v": "verbose", "i": "include", "f": "fail", "O": "remote-name",
    "J": "remote-header-name", "#": "progress-bar", "N": "no-buffer", "a": "append",
    "R": "remote-time", "q": "disable", "j": "junk-session-cookies",
    "x": "proxy", "K": "config", "E": "cert", "n": "netrc", "U": "proxy-user", "Z": "parallel",
    "4": "ipv4", "6": "ipv6", "0": "http1.0", "z": "time-cond", "C": "continue-at",
    "t": "telnet-option", "Q": "quote", "P": "ftp-port", "y": "speed-time", "Y": "speed-limit",
    ":": "next", "p": "proxytunnel", "l": "list-only", "B": "use-ascii", "V": "version",
    "h": "help", "M": "manual",
}  # fmt: skip
"""Short names to long ones; all that curl has, so that a bundle such as `-sSLo` is read right."""

DATA = frozenset(
    {"data", "data-ascii", "data-raw", "data-binary", "data-urlencode", "json"}
)  # fmt: skip
MEANT = DATA | {
    "request", "header", "form", "form-string", "user", "oauth2-bearer", "cookie", "user-agent",
    "referer", "upload-file", "range", "url", "url-query",
}  # fmt: skip
"""What says something of the request, and takes a value."""

SWITCHES = frozenset({"get", "head", "insecure", "location", "compressed", "globoff", "basic"})
"""What says something of the request, and takes no value."""

PASSED = frozenset(
    {
        "silent", "show-error", "verbose", "include", "show-headers", "fail", "fail-with-body",
        "fail-early", "remote-name", "remote-name-all", "remote-header-name", "progress-bar",
        "buffer", "progress-meter", "append", "remote-time", "disable", "junk-session-cookies",
        "styled-output", "create-dirs", "trace-time", "trace-ids", "xattr", "keepalive",
        "tcp-nodelay", "http1.1", "alpn", "sessionid", "compressed-ssh", "raw", "parallel",
    }
)  # fmt: skip
"""What concerns only the output, or the connection in a way that we keep anyhow."""

PASSED_WITH_VALUE = frozenset(
    {
        "output", "write-out", "dump-header", "cookie-jar", "trace", "trace-ascii", "stderr",
        "output-dir", "max-time", "connect-timeout", "retry", "retry-delay", "retry-max-time",
        "keepalive-time", "max-redirs", "max-filesize", "expect100-timeout", "create-file-mode",
    }
)  # fmt: skip

REFUSED = {
    "proxy": "a proxy's time is not the endpoint's",
    "config": "its options have to be in the line itself",
    "next": "one request at a time",
    "netrc": "give the login with -u",
    "digest": "only basic authentication (-u) is spoken",
    "ntlm": "only basic authentication (-u) is spoken",
    "negotiate": "only basic authentication (-u) is spoken",
    "anyauth": "only basic authentication (-u) is spoken",
    "location-trusted": "follow redirects with -L",
}
"""What curl knows and we do not send, with the reason."""
