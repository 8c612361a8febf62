#!/usr/bin/env python3
"""Writes what the artefacts of a release hold, as SPDX 2.3 in JSON.

    packaging/sbom.py VERSION COMMIT ARTEFACT ...

An artefact is a wheel, a portable folder packed as .tar.xz, or a Debian package. What was bundled stands in the
bundled.json of each (packaging/bundle.py); a Debian package and a wheel also name what they need from outside. Set
SOURCE_DATE_EPOCH for the same bytes each time. Prints to standard output. Needs dpkg-deb for Debian packages.
"""

import datetime
import email
import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

Package = dict[str, Any]
BUNDLED = "share/doc/headscope/licences/bundled.json"


def spdx_id(*parts: str) -> str:
    """An identifier of letters, digits, dots and hyphens."""
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.]+", "-", "-".join(part for part in parts if part))


def package(name: str, version: str, *, purl: str = "", licence: str = "NOASSERTION") -> Package:
    """An entry of the list of packages."""
    entry: Package = {
        "SPDXID": spdx_id(name, version),
        "name": name,
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": licence,
        "copyrightText": "NOASSERTION",
    }
    if not version:
        del entry["versionInfo"]
    if purl:
        entry["externalRefs"] = [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}
        ]
    return entry


def bundled_of(listed: list[dict[str, Any]]) -> list[Package]:
    """The entries of a bundled.json; `ecosystem` is pypi or deb."""
    return [
        package(
            item["package"],
            item["version"],
            purl=f"pkg:{'pypi' if item.get('ecosystem') == 'pypi' else 'deb/debian'}/{item['package']}"
            f"@{item['version'].replace('+', '%2B').replace(':', '%3A')}",
        )
        for item in listed
    ]


def needs_of(field: str) -> list[Package]:
    """What "libc6 (>= 2.36), libfmt9 | libfmt" or a wheel's Requires-Dist asks for; versions are bounds, so left out."""
    names = [re.split(r"[\s(<>=!;|\[]", item.strip())[0] for item in field.split(",") if item.strip()]
    return [package(name, "") for name in dict.fromkeys(names)]


def look_into(path: Path) -> tuple[list[Package], list[Package]]:
    """What an artefact holds, and what it needs."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            names = wheel.namelist()
            bundled = next(name for name in names if name.endswith(BUNDLED))
            metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
            needs = email.message_from_bytes(wheel.read(metadata)).get_all("Requires-Dist") or []
            return bundled_of(json.loads(wheel.read(bundled))), needs_of(
                ",".join(re.split("[<>=!~ ]", n)[0] for n in needs)
            )
    if path.suffix == ".deb":
        fields = subprocess.run(
            ["dpkg-deb", "-f", str(path), "Depends"], check=True, capture_output=True, text=True
        ).stdout
        return [], needs_of(fields)
    with tarfile.open(path) as archive:
        for member in archive:
            if member.name.endswith(BUNDLED):
                file = archive.extractfile(member)
                assert file is not None
                return bundled_of(json.load(file)), []
    sys.exit(f"sbom: {path}: no {BUNDLED} in it")


def main() -> None:
    """Prints the document for the artefacts of the command line."""
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    version, commit, *names = sys.argv[1:]
    packages: dict[str, Package] = {}
    relations: list[dict[str, str]] = []

    def relate(a: str, kind: str, b: str) -> None:
        relations.append({"spdxElementId": a, "relationshipType": kind, "relatedSpdxElement": b})

    for path in map(Path, names):
        artefact = package(path.name, version, licence="MIT")
        artefact["packageFileName"] = path.name
        artefact["sourceInfo"] = f"built from commit {commit}"
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        artefact["checksums"] = [{"algorithm": "SHA256", "checksumValue": digest}]
        packages[artefact["SPDXID"]] = artefact
        relate("SPDXRef-DOCUMENT", "DESCRIBES", artefact["SPDXID"])
        held, needed = look_into(path)
        for kind, found in (("CONTAINS", held), ("DEPENDS_ON", needed)):
            for entry in found:
                packages.setdefault(entry["SPDXID"], entry)
                relate(artefact["SPDXID"], kind, entry["SPDXID"])
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH") or datetime.datetime.now().timestamp())
    created = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"headscope-{version}",
        "documentNamespace": f"https://headscope.invalid/spdx/{version}/{commit}",
        "creationInfo": {
            "created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": ["Tool: headscope packaging/sbom.py"],
        },
        "packages": list(packages.values()),
        "relationships": relations,
    }
    print(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()
