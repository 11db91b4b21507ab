"""Look the versions of constraints.txt up among known vulnerabilities: pip-audit, which asks OSV.

Exits with 1 if one is known. Where OSV gives no answer, it says so in one line and exits with 0: a check
that depends on somebody's network must not stop work without it. AUDIT_URL names another OSV service.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

OSV = os.environ.get("AUDIT_URL", "https://api.osv.dev/v1/query")
CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"
KNOWN = {"package": {"name": "jinja2", "ecosystem": "PyPI"}, "version": "2.4.1"}
"""A version with vulnerabilities that OSV has known for years: a service that knows none of them is no OSV."""
PATIENCE, LONGEST = 10, 300
"""Seconds: for the first answer, for the whole audit."""


def unreachable() -> str:
    """Return why the service cannot be asked; an empty text if it can."""
    try:
        with urlopen(Request(OSV, json.dumps(KNOWN).encode()), timeout=PATIENCE) as response:  # noqa: S310
            return "" if json.load(response).get("vulns") else "it knows nothing of a vulnerable version"
    except (OSError, ValueError) as error:
        return str(error)


if reason := unreachable():
    print(f"pip-audit: left out, {OSV} cannot be asked ({reason}); known vulnerabilities were not looked up")
    sys.exit(0)
command = [sys.executable, "-m", "pip_audit", "-r", str(CONSTRAINTS), "--no-deps", "--disable-pip", "--strict"]
command += ["--vulnerability-service", "osv", "--osv-url", OSV, "--progress-spinner", "off"]
try:
    quiet = {**os.environ, "PIP_AUDIT_LOGLEVEL": "error"}
    sys.exit(subprocess.run(command, env=quiet, timeout=LONGEST, check=False).returncode)  # noqa: S603
except subprocess.TimeoutExpired:
    sys.exit(f"pip-audit: not done after {LONGEST} s, although {OSV} answers")
