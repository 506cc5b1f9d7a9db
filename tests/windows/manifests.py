"""Writes the manifests for winget and Scoop: manifests.py DIST ZIP URL <output of cargo metadata"""

import hashlib
import json
import pathlib
import sys
import zipfile

import yaml

SCHEMA = "1.6.0"
# Server 2003; winget itself runs on less.
OLDEST_WINDOWS = "5.2.0.0"
# By winget's name for the machine, and by Scoop's: the program in the zip.
PROGRAMS = [("x64", "64bit", "metafix.exe"), ("x86", "32bit", "metafix-32bit.exe")]

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
        "Commands": ["metafix"],
        "Installers": [
            {
                "Architecture": machine,
                "NestedInstallerFiles": [{"RelativeFilePath": program, "PortableCommandAlias": "metafix"}],
                "InstallerUrl": f"{base}/{archive}",
                "InstallerSha256": digest.upper(),
            }
            for machine, _, program in PROGRAMS
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
    "architecture": {
        machine: {"url": f"{base}/{archive}", "hash": digest, "bin": [[program, "metafix"]]}
        for _, machine, program in PROGRAMS
    },
    "checkver": {"github": home} if home.startswith("https://github.com/") else home,
    "autoupdate": {
        "architecture": {
            machine: {"url": f"{base}/{archive}".replace(version, "$version")} for _, machine, _ in PROGRAMS
        }
    },
}
(dist / "scoop").mkdir()
(dist / "scoop" / "metafix.json").write_text(json.dumps(scoop, indent=4, ensure_ascii=False) + "\n")

# What was written is read back: one version everywhere, one digest, one address.
manifests = [yaml.safe_load(file.read_text()) for file in sorted(dist.glob("winget/**/*.yaml"))]
assert {m["ManifestType"] for m in manifests} == {"version", "installer", "defaultLocale"}
assert all(m["PackageVersion"] == version and m["PackageIdentifier"] == identifier for m in manifests)
installers = [i for m in manifests for i in m.get("Installers", [])]
packages = json.loads((dist / "scoop" / "metafix.json").read_text())["architecture"]
assert [i["Architecture"] for i in installers] == ["x64", "x86"] and list(packages) == ["64bit", "32bit"]
assert len({i["InstallerUrl"] for i in installers} | {p["url"] for p in packages.values()}) == 1
assert {i["InstallerSha256"].lower() for i in installers} | {p["hash"] for p in packages.values()} == {digest}
with zipfile.ZipFile(dist / archive) as content:
    for installer in installers:
        [file] = installer["NestedInstallerFiles"]
        assert file["RelativeFilePath"] in content.namelist()
