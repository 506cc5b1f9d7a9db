"""Writes the manifests for winget and Scoop: manifests.py DIST ZIP URL <output of cargo metadata"""

import hashlib
import json
import pathlib
import sys

import yaml

SCHEMA = "1.6.0"
# std asks for Windows 10 or Server 2016.
OLDEST_WINDOWS = "10.0.0.0"

dist, archive, base = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3].rstrip("/")
[package] = [p for p in json.load(sys.stdin)["packages"] if p["name"] == "metafix"]
version, summary, license = package["version"], package["description"], package["license"]
home = package["repository"] or package["homepage"] or base.split("/releases/")[0]
digest = hashlib.sha256((dist / archive).read_bytes()).hexdigest()
identifier = "Metafix.Metafix"


def winget(kind, file, fields):
    common = {"PackageIdentifier": identifier, "PackageVersion": version}
    closing = {"ManifestType": kind, "ManifestVersion": SCHEMA}
    head = f"# yaml-language-server: $schema=https://aka.ms/winget-manifest.{kind}.{SCHEMA}.schema.json\n\n"
    body = yaml.safe_dump({**common, **fields, **closing}, sort_keys=False, allow_unicode=True, width=1000)
    folder = dist / "winget" / identifier[0].lower() / identifier.replace(".", "/") / version
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(head + body)


winget("version", f"{identifier}.yaml", {"DefaultLocale": "en-US"})
winget(
    "installer",
    f"{identifier}.installer.yaml",
    {
        "MinimumOSVersion": OLDEST_WINDOWS,
        "InstallerType": "zip",
        "NestedInstallerType": "portable",
        "NestedInstallerFiles": [{"RelativeFilePath": "metafix.exe", "PortableCommandAlias": "metafix"}],
        "Commands": ["metafix"],
        "Installers": [
            {"Architecture": "x64", "InstallerUrl": f"{base}/{archive}", "InstallerSha256": digest.upper()}
        ],
    },
)
winget(
    "defaultLocale",
    f"{identifier}.locale.en-US.yaml",
    {
        "PackageLocale": "en-US",
        "Publisher": "metafix",
        "PackageName": "metafix",
        "PackageUrl": home,
        "License": license,
        "ShortDescription": summary,
        "Moniker": "metafix",
        "Tags": package["keywords"],
    },
)

scoop = {
    "version": version,
    "description": summary,
    "homepage": home,
    "license": license,
    "architecture": {"64bit": {"url": f"{base}/{archive}", "hash": digest}},
    "bin": "metafix.exe",
    "checkver": {"github": home} if home.startswith("https://github.com/") else home,
    "autoupdate": {"architecture": {"64bit": {"url": f"{base}/{archive}".replace(version, "$version")}}},
}
(dist / "scoop").mkdir()
(dist / "scoop" / "metafix.json").write_text(json.dumps(scoop, indent=4, ensure_ascii=False) + "\n")

# What was written is read back: one version everywhere, one digest, one address.
manifests = [yaml.safe_load(file.read_text()) for file in sorted(dist.glob("winget/**/*.yaml"))]
assert {m["ManifestType"] for m in manifests} == {"version", "installer", "defaultLocale"}
assert all(m["PackageVersion"] == version and m["PackageIdentifier"] == identifier for m in manifests)
[installer] = [i for m in manifests for i in m.get("Installers", [])]
[zip64] = json.loads((dist / "scoop" / "metafix.json").read_text())["architecture"].values()
assert installer["InstallerUrl"] == zip64["url"] and installer["InstallerSha256"].lower() == zip64["hash"] == digest
