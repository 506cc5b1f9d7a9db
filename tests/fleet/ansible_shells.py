"""The command that the action plugin builds for each shell, and what each connection makes of it.

Runs where the collection is installed, with ansible-core's own shell and connection plugins; what
would go over the wire is kept instead.
"""

from __future__ import annotations

import base64
import datetime
import json
import pathlib
import shlex
import unittest
from typing import Any
from unittest import mock

from ansible.plugins.connection import psrp, ssh, winrm
from ansible.plugins.shell import cmd, powershell, sh
from ansible_collections.metafix.iis.plugins.action import metabase

FILE = "C:\\it's ‘a’ “b” $x `y` %z% & (c);\\MetaBase.xml"
# PowerShell takes four other characters for a single quote too; between two nothing else counts.
WORDS = "'C:\\Program Files\\metafix.exe' 'apply' '-' '--format=json' "
WORDS += "'--file=C:\\it''s ‘‘a’’ “b” $x `y` %z% & (c);\\MetaBase.xml' "
WORDS += "'--allow=open-relay' '--stop-services' "
# YAML makes a date of what looks like one.
SINCE = datetime.date(2026, 11, 29)
ANSWER = {"schema_version": 1, "outcome": "unchanged", "changed": False, "pending": False}
ANSWER |= {"file": FILE, "diff": "", "changes": [], "backup": None, "undo": None}
ANSWER |= {"activation": "", "warnings": [{"name": "iis-running", "message": "it runs"}]}
PENDING = ANSWER | {"outcome": "pending", "pending": True}
WRITTEN = ANSWER | {"outcome": "written", "changed": True, "undo": "metafix restore 1"}


def action(shell: Any, **task: Any) -> metabase.ActionModule:
    """The plugin for a task whose target has this shell."""
    plugin = metabase.ActionModule.__new__(metabase.ActionModule)
    plugin._connection = mock.Mock(_shell=shell, become=None, allow_executable=False)
    plugin._display = mock.Mock()
    args = {
        "executable": "C:\\Program Files\\metafix.exe",
        "file": FILE,
        "allow": ["open-relay"],
        "stop_services": True,
        "keys": [{"path": "SmtpSvc/1", "properties": {"ServerComment": "ü “b”", "Since": SINCE}}],
    }
    settings = {"args": args, "async_val": 0, "environment": None, "check_mode": False} | task
    plugin._task = mock.Mock(**settings)
    plugin._get_remote_user = mock.Mock(return_value="administrator")
    plugin._compute_environment_string = mock.Mock(return_value="")
    return plugin


def answered(plugin: metabase.ActionModule, *answers: Any) -> tuple[dict[str, Any], list[Any]]:
    """What the task says where the target answers so, and with what it was asked."""
    lines = [answer if isinstance(answer, str) else json.dumps(answer) for answer in answers]
    said = [{"rc": 0, "stdout": line, "stderr": ""} for line in lines]
    with (
        mock.patch.object(metabase.ActionBase, "run", return_value={}),
        mock.patch.object(plugin, "_low_level_execute_command", side_effect=said) as execute,
    ):
        result = plugin.run()
    return result, execute.call_args_list


def script(command: str) -> str:
    """What PowerShell makes of an encoded command."""
    return base64.b64decode(command.rsplit(" ", 1)[-1]).decode("utf-16-le")


class Windows(unittest.TestCase):
    """Where PowerShell reads the command."""

    def asked(self, shell: Any) -> tuple[str, bytes]:
        _result, calls = answered(action(shell, check_mode=True), PENDING)
        return calls[0].args[0], calls[0].kwargs["in_data"]

    def test_the_wanted_state_is_piped_to_the_program_and_nothing_is_obeyed(self) -> None:
        for shell in (powershell.ShellModule(), cmd.ShellModule()):
            command, in_data = self.asked(shell)
            expected = f"$input | & {WORDS}'--dry-run'\nexit $LASTEXITCODE"
            self.assertEqual(script(command), expected)
            self.assertTrue(in_data.isascii() and b"\n" not in in_data)
            properties = {"ServerComment": "ü “b”", "Since": "2026-11-29"}
            key = {"path": "SmtpSvc/1", "properties": properties}
            self.assertEqual(json.loads(in_data), {"key": [key]})

    def test_psrp_runs_the_script_itself_with_the_state_as_its_input(self) -> None:
        command, in_data = self.asked(powershell.ShellModule())
        connection = psrp.Connection.__new__(psrp.Connection)
        connection._connected = True
        connection._psrp_host = "relay"
        connection._shell = powershell.ShellModule()
        with mock.patch.object(connection, "_exec_psrp_script", return_value=(0, b"", b"")) as run:
            connection.exec_command(command, in_data)
        called = run.call_args
        said = called.kwargs.get("script") or called.args[0]
        self.assertEqual(said, script(command))
        sent = called.kwargs.get("input_data") or called.args[1]
        sent = sent if isinstance(sent, list) else sent.splitlines()
        self.assertEqual(sent, [in_data.decode()])

    def test_winrm_sends_the_state_to_the_powershell_that_runs_the_script(self) -> None:
        command, in_data = self.asked(powershell.ShellModule())
        connection = winrm.Connection.__new__(winrm.Connection)
        connection._connected = True
        connection._shell = powershell.ShellModule()
        with mock.patch.object(connection, "_winrm_exec", return_value=(0, b"", b"")) as run:
            connection.exec_command(command, in_data)
        program, arguments = run.call_args.args
        sent = " ".join([program, *arguments])
        # Until ansible-core 2.18 another PowerShell stands before it, and does not read its input.
        if sent != command:
            self.assertEqual(script(sent), command)
        stream = run.call_args.kwargs["stdin_iterator"]
        self.assertEqual(b"".join(data for data, _last in stream), in_data)

    def test_ssh_sends_the_state_as_it_is(self) -> None:
        command, in_data = self.asked(cmd.ShellModule())
        connection = ssh.Connection.__new__(ssh.Connection)
        connection._connected = True
        connection._shell = cmd.ShellModule()
        connection.user = "administrator"
        connection.get_option = mock.Mock(return_value="relay")
        connection._build_command = mock.Mock(side_effect=lambda *words: list(words))
        with mock.patch.object(connection, "_run", return_value=(0, b"", b"")) as run:
            connection.exec_command(command, in_data)
        sent = run.call_args.args[0][-1]
        self.assertIn(command, (sent, script(sent)))
        self.assertEqual(run.call_args.args[1], in_data)

    def test_an_answer_is_read_whatever_stands_before_it(self) -> None:
        plugin = action(powershell.ShellModule())
        written = "Welcome\r\n" + json.dumps(WRITTEN) + "\r\n"
        result, calls = answered(plugin, json.dumps(PENDING) + "\r\n", written)
        self.assertTrue(result["changed"])
        self.assertEqual(result["undo"], '"C:\\Program Files\\metafix.exe" restore 1 --yes')
        self.assertEqual(script(calls[1].args[0]).splitlines()[0], f"$input | & {WORDS}'--yes'")

    def test_nobody_else_is_become(self) -> None:
        plugin = action(powershell.ShellModule())
        plugin._connection.become = mock.Mock()
        result, calls = answered(plugin)
        self.assertEqual((result["error"]["name"], calls), ("become-on-windows", []))
        self.assertTrue(result["failed"])

    def test_an_environment_that_is_not_heeded_is_said_not_to_be(self) -> None:
        plugin = action(powershell.ShellModule(), environment=[{"METAFIX_FILE": "x"}])
        answered(plugin, ANSWER)
        self.assertIn("environment", plugin._display.warning.call_args.args[0])


class Posix(unittest.TestCase):
    """Where a POSIX shell reads the command."""

    def test_every_word_is_one_word(self) -> None:
        plugin = action(sh.ShellModule())
        plugin._compute_environment_string.return_value = "A=b"
        _result, calls = answered(plugin, PENDING, WRITTEN)
        words = shlex.split(calls[0].args[0])
        self.assertEqual(words[:3], ["A=b", "C:\\Program Files\\metafix.exe", "apply"])
        self.assertIn(f"--file={FILE}", words)
        self.assertEqual([shlex.split(call.args[0])[-1] for call in calls], ["--dry-run", "--yes"])


class LiveServer(unittest.TestCase):
    """Where services would be stopped."""

    def test_where_there_is_nothing_to_do_none_is_stopped_and_nothing_is_said(self) -> None:
        result, calls = answered(action(powershell.ShellModule()), ANSWER)
        self.assertEqual(len(calls), 1)
        self.assertIn("'--dry-run'", script(calls[0].args[0]))
        self.assertFalse(result["changed"])
        self.assertNotIn("warnings", result)

    def test_that_iis_runs_is_said_where_a_change_is_to_be_made(self) -> None:
        plugin = action(powershell.ShellModule(), check_mode=True)
        result, calls = answered(plugin, PENDING)
        self.assertEqual((len(calls), result["warnings"]), (1, ["it runs"]))

    def test_a_change_that_was_made_is_told_where_something_failed_after_it(self) -> None:
        error = {"name": "service-not-started", "message": "it does not start", "hint": "see why"}
        error |= {"file": "", "line": None, "column": None}
        failed = {"schema_version": 1, "changed": True, "error": error}
        result, _calls = answered(action(powershell.ShellModule()), PENDING, failed)
        self.assertTrue(result["failed"] and result["changed"])
        self.assertEqual(result["msg"], "it does not start. Hint: see why")
        self.assertEqual(result["error"], error)

    def test_what_gives_no_answer_may_have_made_the_change(self) -> None:
        listing = f'"C:\\Program Files\\metafix.exe" --file "{FILE}" backups list'
        later = {"schema_version": 2}
        for name, silent in (("no-answer", ""), ("no-answer", "Killed"), ("other-version", later)):
            result, _calls = answered(action(powershell.ShellModule()), PENDING, silent)
            self.assertEqual((result["failed"], result["error"]["name"]), (True, name))
            self.assertIn(", and the change may have been made", result["msg"])
            self.assertTrue(
                result["msg"].endswith(f". Hint: `{listing}` there shows whether it was")
            )
            self.assertNotIn("undo", result)

    def test_a_dry_run_that_gives_no_answer_made_no_change(self) -> None:
        plugin = action(sh.ShellModule())
        broken = ({"schema_version": 1}, {"schema_version": 1, "error": {}}, [], "1", "")
        for silent in (*broken, PENDING | {"diff": None}):
            result, calls = answered(plugin, silent)
            self.assertEqual((len(calls), result["error"]["name"]), (1, "no-answer"), silent)
            self.assertFalse(result["changed"])
            self.assertNotIn("may have been made", result["msg"])


class Message(unittest.TestCase):
    """An error as the task says it."""

    def said(self, message: str, file: str, line: int | None, column: int | None) -> Any:
        error = {"message": message, "file": file, "line": line, "column": column, "hint": ""}
        return metabase.told({"changed": False, "error": error})["msg"]

    def test_it_says_where(self) -> None:
        ends = "a start tag begins here and never ends"
        self.assertEqual(self.said(ends, FILE, 115, 1), f"{FILE}:115:1: {ends}")
        self.assertEqual(self.said(ends, FILE, 115, None), f"{FILE}:115: {ends}")
        self.assertEqual(self.said("no such file", FILE, None, None), f"{FILE}: no such file")
        self.assertEqual(self.said("busy", "", None, None), "busy")

    def test_it_names_no_place_in_json_that_nobody_sees(self) -> None:
        unknown = "the type of Foo is not known"
        self.assertEqual(self.said(unknown, "standard input", 1, 43), unknown)
        many = "2 things are wrong: 1:43: RelayIpList has 11:1:: 2; 1:65: " + unknown
        expected = "2 things are wrong: RelayIpList has 11:1:: 2; " + unknown
        self.assertEqual(self.said(many, "standard input", None, None), expected)

    def test_of_a_wrong_command_line_it_says_what_is_wrong_alone(self) -> None:
        wrong = "invalid value 'x' for '--allow <NAME>':\n  not a finding"
        tail = "\n\n  tip: there is another\n\nFor more information, try '--help'.\n"
        expected = "invalid value 'x' for '--allow <NAME>': not a finding"
        self.assertEqual(self.said(f"error: {wrong}{tail}", "", None, None), expected)


class Diff(unittest.TestCase):
    """The two sides of a unified diff."""

    def test_each_side_has_its_lines_under_the_same_headings(self) -> None:
        diff = (
            "--- f\n+++ f\n@@ -1,4 +1,4 @@ /LM\n one\r\n two\r\n--- no heading\r\n+-- nor this\r\n"
            " three\r\n@@ -40,4 +40,5 @@ /-1,2\n a\n b\n c\n+\x9b\u202e\rd\n e\n"
        )
        sides = metabase.before_and_after(diff, "f")
        # Of the second a line is left out, because Ansible shows three around a change.
        heads = ("@@ -1,4 +1,4 @@ /LM\n", "@@ -41,3 +41,4 @@ /-1,2\n")
        one = "one\r\ntwo\r\n"
        before = heads[0] + one + "-- no heading\r\nthree\r\n" + heads[1] + "b\nc\ne\n"
        added = "\\x9b\\u202e\\rd\n"
        after = heads[0] + one + "-- nor this\r\nthree\r\n" + heads[1] + f"b\nc\n{added}e\n"
        self.assertEqual((sides["before"], sides["after"]), (before, after))


class Documentation(unittest.TestCase):
    """What is documented is what there is."""

    def test_each_parameter_is_documented_as_it_is(self) -> None:
        import yaml
        from ansible_collections.metafix.iis.plugins.module_utils.arguments import ARGUMENTS
        from ansible_collections.metafix.iis.plugins.modules import metabase as module

        def plain(options: dict[str, Any]) -> dict[str, Any]:
            return {name: plain_option(option) for name, option in options.items()}

        def plain_option(option: dict[str, Any]) -> dict[str, Any]:
            kept = {key: value for key, value in option.items() if key != "description"}
            inner = kept.pop("suboptions", None) or kept.pop("options", None)
            return kept | ({"options": plain(inner)} if inner else {})

        documented = yaml.safe_load(module.DOCUMENTATION)["options"]
        self.assertEqual(plain(documented), plain(ARGUMENTS))

    def test_the_condition_in_the_examples_is_the_one_that_is_tried(self) -> None:
        import yaml
        from ansible_collections.metafix.iis.plugins.modules import metabase as module

        conditions = [task["when"] for task in yaml.safe_load(module.EXAMPLES) if "when" in task]
        tried = pathlib.Path(__file__).with_name("ansible.yml").read_text(encoding="utf-8")
        self.assertEqual(len(conditions), 1)
        self.assertIn(f"      when: {conditions[0]}\n", tried)


if __name__ == "__main__":
    unittest.main()
