# MIT License (see LICENSE or https://opensource.org/license/mit)
"""Runs `metafix apply` on the target, with the wanted state as its standard input.

Owns the way there and back: the command as the target's shell reads it, and what becomes of the
JSON that metafix prints. Knows nothing of the metabase: what is right and what changes, metafix
alone says.
"""

from __future__ import annotations

import json
import re
from itertools import takewhile
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.metafix.iis.plugins.module_utils.arguments import ARGUMENTS

# The version of metafix's JSON that is read here.
SCHEMA_VERSION = 1


class ActionModule(ActionBase):
    """The action plugin metafix.iis.metabase."""

    TRANSFERS_FILES = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Makes a metabase what is wanted, or says what would change."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, args = self.validate_argument_spec(ARGUMENTS)
        # A dry run first: where there is nothing to do no service is stopped for it, a live IIS is
        # no reason to refuse, and what is refused is so before anything is stopped.
        dry_run = self._answer(args, "--dry-run")
        is_pending = dry_run["changed"] and not dry_run.get("failed")
        if is_pending and not self._task.check_mode:
            result.update(self._answer(args, "--yes"))
        else:
            result.update(dry_run)
        if undo := result.get("undo"):
            # ssh can give a command a terminal, at which metafix would ask.
            arguments = undo.removeprefix("metafix") + " --yes"
            result["undo"] = self._quoted(args["executable"]) + arguments
        return result

    def _answer(self, args: dict[str, Any], manner: str) -> dict[str, Any]:
        """What the task says of the answer of metafix on the target."""
        if self._is_windows() and self._connection.become:
            # It would be ignored, and the change made by somebody else than was asked for.
            message = "metafix cannot be run as another user on Windows"
            hint = "leave `become` away, and connect as an administrator"
            return told(failure("become-on-windows", message, hint))
        # ASCII alone, so that no shell and no code page on the way can change it.
        wanted = json.dumps({"key": [wanted_key(key) for key in args["keys"]]}, default=str)
        command = self._command([args["executable"], *options(args), manner])
        answered = self._low_level_execute_command(command, in_data=wanted.encode())
        listing = self._listing(args) if manner == "--yes" else None
        return read(answered, args["executable"], listing)

    def _is_windows(self) -> bool:
        return bool(getattr(self._connection._shell, "_IS_WINDOWS", False))

    def _quoted(self, path: str) -> str:
        """The path of a program or a file, as one word of a command."""
        if not self._is_windows():
            return str(self._connection._shell.quote(path))
        return f'"{path}"' if " " in path else path

    def _listing(self, args: dict[str, Any]) -> str:
        """The command that lists the backups, and by that whether a change was made."""
        file = [f"--file {self._quoted(args['file'])}"] if args.get("file") else []
        return " ".join([self._quoted(args["executable"]), *file, "backups list"])

    def _command(self, words: list[str]) -> str:
        """The command as the target's shell reads it."""
        shell = self._connection._shell
        if not self._is_windows():
            command = " ".join(shell.quote(word) for word in words)
            return f"{self._compute_environment_string()} {command}".strip()
        if any(self._task.environment or []):
            self._display.warning("metafix.iis.metabase heeds no `environment` on Windows")
        return powershell(shell, words)


def options(args: dict[str, Any]) -> list[str]:
    """The arguments of metafix."""
    words = ["apply", "-", "--format=json"]
    # Joined to their names: a path that begins with a hyphen is no option then.
    words += [f"--{name}={args[name]}" for name in ("file", "schema") if args.get(name)]
    words += [f"--allow={name}" for name in args["allow"]]
    return words + ["--stop-services"] * args["stop_services"]


def wanted_key(key: dict[str, Any]) -> dict[str, Any]:
    """A key without the fields that the task does not name."""
    return {name: value for name, value in key.items() if value is not None}


def powershell(shell: Any, words: list[str]) -> str:
    """A command for a target whose commands PowerShell reads, whatever the connection.

    The pipe hands the standard input on. What Ansible sends is `$input` for winrm, psrp and ssh,
    and under psrp nothing else: there a program has no standard input of its own. The script goes
    encoded, because psrp reads the input as text for those alone, and cmd has nothing to obey.
    """
    quoted = " ".join(f"'{shell._escape(word)}'" for word in words)
    script = f"$input | & {quoted}\nexit $LASTEXITCODE"
    return str(shell._encode_script(script, strict_mode=False, preserve_rc=False))


def read(answered: dict[str, Any], executable: str, listing: str | None) -> dict[str, Any]:
    """What the task says of the object that metafix printed.

    The object is one line: the last, whatever a log-in prints before it. Where a change was to be
    made, `listing` is the command that shows whether it was: what says nothing may have made it.
    """
    doubt = ", and the change may have been made" if listing else ""
    find_out = f"`{listing}` there shows whether it was" if listing else ""
    lines = answered["stdout"].strip().splitlines()
    try:
        answer = json.loads(lines[-1])
        version = answer["schema_version"]
        if version == SCHEMA_VERSION:
            return told(answer)
    except (IndexError, ValueError, KeyError, TypeError):
        said = " ".join((answered["stderr"] or answered["stdout"]).split()) or "it said nothing"
        message = f"{executable} gave no answer (exit code {answered['rc']}){doubt}: {said}"
        hint = find_out or "is it in the PATH there, or named by `executable`?"
        return told(failure("no-answer", message, hint))
    message = f"{executable} answers in version {version} of its JSON, not {SCHEMA_VERSION}{doubt}"
    hint = find_out or "use the program and the collection of one release"
    return told(failure("other-version", message, hint))


def failure(name: str, message: str, hint: str) -> dict[str, Any]:
    """An answer that tells of no change, in the form that metafix has for an error."""
    error = {"name": name, "exit": "failure", "code": 1, "message": message, "hint": hint}
    return {"changed": False, "error": error | {"file": "", "line": None, "column": None}}


def told(answer: dict[str, Any]) -> dict[str, Any]:
    """What the task says of an answer."""
    if error := answer.get("error") or refusal(answer):
        hint = f". Hint: {error['hint']}" if error["hint"] else ""
        changed = answer["changed"]
        return {"failed": True, "changed": changed, "msg": located(error) + hint, "error": error}
    result = {
        "changed": answer["changed"] or answer["pending"],
        "diff": before_and_after(answer["diff"], answer["file"]),
        "changes": answer["changes"],
        "backup": answer["backup"],
        "undo": answer["undo"],
        "activation": answer["activation"],
    }
    # That IIS runs is nothing to know where nothing is to be written.
    idle = "iis-running" if answer["outcome"] == "unchanged" else None
    warnings = [one["message"] for one in answer["warnings"] if one["name"] != idle]
    return result | {"warnings": warnings} if warnings else result


def located(error: dict[str, Any]) -> str:
    """The message of an error, with the place that it is about."""
    message = str(error["message"])
    if error["file"] == "standard input":
        # Nobody sees the JSON that the task became, one line, so no place in it helps.
        return re.sub(r"(?<=[:;] )1:[0-9]+: ", "", message)
    if message.startswith("error: "):
        # Of what the command line's own parser says, the first paragraph; the rest is help for it.
        return " ".join(message.removeprefix("error: ").split("\n\n")[0].split())
    place = [error["file"] or None, error["line"], error["column"]]
    said = ":".join(str(part) for part in place if part is not None)
    return f"{said}: {message}" if said else message


def refusal(answer: dict[str, Any]) -> dict[str, Any] | None:
    """The error that a dry run foresees: a change that makes findings which are not allowed."""
    findings = [one for one in answer.get("findings", []) if not one["allowed"]]
    if answer["outcome"] != "pending" or not findings:
        return None
    names = sorted({finding["name"] for finding in findings})
    said = "; ".join(f"{finding['name']}: {finding['message']}" for finding in findings)
    message = f"this change makes a new finding: {said}"
    hint = f"to make the change all the same, add allow: [{', '.join(names)}]"
    error: dict[str, Any] = failure("new-finding", message, hint)["error"]
    return error | {"exit": "refused", "code": 3, "file": answer["file"]}


def before_and_after(diff: str, file: str) -> dict[str, str]:
    """The two sides of a unified diff, each under the headings of its hunks."""
    before, after = "", ""
    for hunk in re.split("^(?=@@ )", diff, flags=re.MULTILINE)[1:]:
        # A line ends at LF alone.
        heading, *lines = hunk.split("\n")[:-1]
        # Ansible shows three lines around a change, and the heading is to be one of them.
        unchanged = len(list(takewhile(lambda line: line.startswith(" "), lines)))
        if (dropped := unchanged - 2) > 0:
            del lines[:dropped]
            heading = without_first(heading, dropped)
        before += heading + "\n" + side(lines, "-")
        after += heading + "\n" + side(lines, "+")
    return {"before": before, "after": after, "before_header": file, "after_header": file}


def without_first(heading: str, dropped: int) -> str:
    """The heading of a hunk that has lost so many of its first lines, which stood on both sides."""
    return re.sub(
        r"([-+])([0-9]+),([0-9]+)",
        lambda part: f"{part[1]}{int(part[2]) + dropped},{int(part[3]) - dropped}",
        heading,
        count=2,
    )


def side(lines: list[str], sign: str) -> str:
    """The lines of a hunk that stand on one side of it."""
    return "".join(shown(line[1:]) + "\n" for line in lines if line[0] in (" ", sign))


def shown(line: str) -> str:
    """A line as a terminal may show it: what it would obey is spelled out."""
    content = line.removesuffix("\r")
    characters = (
        one if one.isprintable() or one == "\t" else one.encode("unicode_escape").decode()
        for one in content
    )
    return "".join(characters) + line[len(content) :]
