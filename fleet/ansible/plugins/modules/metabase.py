#!/usr/bin/python
# MIT License (see LICENSE or https://opensource.org/license/mit)
"""The documentation of metafix.iis.metabase; what it does is in plugins/action/metabase.py."""

from __future__ import annotations

DOCUMENTATION = r"""
module: metabase
short_description: Make keys of an IIS metabase what is wanted
version_added: 0.1.0
author:
  - The metafix authors (@metafix)
description:
  - Makes any number of keys and properties of IIS's C(MetaBase.xml) what is wanted, as one change
    with one backup. What is not named stays as it is, byte for byte.
  - Runs C(metafix apply) on the target with the wanted state as its standard input, through
    whatever connection there is. On Windows and elsewhere alike nothing but metafix is needed there.
  - A second run changes nothing. A change can be taken back with the command in RV(undo).
requirements:
  - metafix on the target, in the PATH or named by O(executable)
options:
  file:
    description:
      - The metabase, as the target names it.
      - Where it is not given metafix takes E(METAFIX_FILE) of the target, else
        C(%SystemRoot%\System32\inetsrv\MetaBase.xml) on Windows.
    type: str
  keys:
    description:
      - The keys, each with what is to be true of it, in the language of C(metafix apply).
    type: list
    elements: dict
    required: true
    suboptions:
      path:
        description:
          - The path of the key, as in V(/LM/SmtpSvc/1), V(SmtpSvc/1) or V(IIS://localhost/SmtpSvc/1).
        type: str
        required: true
      class:
        description:
          - Its class, for a key that is to be made and whose place does not say it.
        type: str
      ensure:
        description:
          - Whether the key is to be there. metafix takes it as V(present) where nothing is said.
        type: str
        choices: [present, absent]
      recursive:
        description:
          - With O(keys[].ensure=absent), remove the keys below it too.
        type: bool
      properties:
        description:
          - What is to become of its properties, by name or ID. What is not named stays as it is.
          - A value is text, a number, true or false, or a list. Numbers and flags take their names
            too, as in V(udp-only), and a list of addresses takes the addresses that may.
          - Instead of a value a property takes a dictionary. C(ensure=absent) removes the property;
            C(add), C(remove) and C(replace) change single entries of a list; C(value) together with
            C(id), C(type), C(user_type) and C(attributes) sets a property that is not known.
          - Secrets cannot be set. They are masked wherever something is shown.
        type: dict
  executable:
    description:
      - The program on the target, as a name in the PATH or as a path.
    type: str
    default: metafix
  schema:
    description:
      - The C(MBSchema.xml) on the target that tells classes and types. metafix takes the one next
        to the metabase, else its built-in table of the published properties.
    type: str
  allow:
    description:
      - Findings of C(metafix check) that the change may make, as in V(open-relay). A change that
        makes another finding of severity error is refused, in check mode too.
    type: list
    elements: str
    default: []
  stop_services:
    description:
      - Where IIS runs on the target and would overwrite the change, stop it, make the change, and
        start again what ran. Without this such a change is refused.
      - Nothing is stopped where there is nothing to change.
    type: bool
    default: false
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
  - ansible.builtin.action_common_attributes.conn
attributes:
  action:
    support: full
  async:
    support: none
  become:
    support: partial
    details:
      - Not on Windows, where Ansible becomes another user for modules alone. Connect as an
        administrator instead.
  bypass_host_loop:
    support: none
  check_mode:
    support: full
    details:
      - Whether IIS runs is not judged in check mode, because an earlier task may stop it.
  connection:
    support: full
  delegation:
    support: full
  diff_mode:
    support: full
  platform:
    support: full
    platforms: posix, windows
notes:
  - The keyword C(environment) reaches metafix on POSIX targets alone.
seealso:
  - name: metafix
    description: The program, and the language of the wanted state.
    link: https://github.com/metafix/metafix
"""

EXAMPLES = r"""
- name: Ask DNS servers over UDP alone, and relay for two addresses
  metafix.iis.metabase:
    stop_services: true
    keys:
      - path: SmtpSvc/1
        properties:
          SmtpUseTcpDns: udp-only
          RelayIpList: [127.0.0.1, 192.0.2.7]

- name: Listen on one more port, and forget a domain
  metafix.iis.metabase:
    file: D:\inetsrv\MetaBase.xml
    executable: C:\Tools\metafix.exe
    keys:
      - path: SmtpSvc/1
        properties:
          ServerBindings: {add: [":2525:"]}
      - path: SmtpSvc/1/Domain/fabrikam.com
        ensure: absent
  register: relay

- name: Take it back
  ansible.windows.win_command: "{{ relay.undo }}"
  when: relay.undo is not none
"""

RETURN = r"""
changed:
  description:
    - Whether the metabase was changed; in check mode whether it would be.
    - Where a run that was to change it gave no answer this is false although the change may have
      been made. RV(error.name) is V(no-answer) then, and C(msg) says how to find out.
  returned: always
  type: bool
diff:
  description: The lines that change, and those around them. Secrets are masked.
  returned: success
  type: dict
  contains:
    before:
      description: The lines before. The hunks are headed as in a unified diff of the file.
      type: str
    after:
      description: The lines after, under the same headings.
      type: str
    before_header:
      description: The metabase.
      type: str
    after_header:
      description: The metabase.
      type: str
changes:
  description: Each property that changes, with its key, and its value before and after.
  returned: success
  type: list
  elements: dict
  sample:
    - {key: /LM/SmtpSvc/1, property: SmtpUseTcpDns, id: 36997, form: attribute, line: 193, was: null, now: "2"}
backup:
  description: The backup of the old file. Null where nothing was written.
  returned: success
  type: dict
  sample:
    number: 1
    name: MetaBase.xml.0001.2026-11-29T00-46-11Z.bak
    path: C:\WINDOWS\system32\inetsrv\metafix-backups\MetaBase.xml.0001.2026-11-29T00-46-11Z.bak
    sha256: 8664a9b4ac65b0799e52be54bb3cd10c8d9af67d85f5ec1fb7d8c54cbec4a711
undo:
  description:
    - The command that takes the change back. Null where nothing was written.
    - With O(stop_services=true) it stops the services in turn.
  returned: success
  type: str
  sample: metafix --file C:\WINDOWS\system32\inetsrv\MetaBase.xml restore 1 --yes
activation:
  description: What makes IIS take the change, or what is left to do for it.
  returned: success
  type: str
warnings:
  description: What is to be known beside the result.
  returned: when there are some
  type: list
  elements: str
error:
  description: What metafix says of a failure, as the object that it prints with C(--format json).
  returned: when metafix refuses or fails
  type: dict
  sample:
    name: unknown-property
    exit: refused
    code: 3
    message: the type of SmtpUseTcpDnsx is not known
    file: standard input
    line: 1
    column: 43
    hint: did you mean SmtpUseTcpDns?
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.metafix.iis.plugins.module_utils.arguments import ARGUMENTS


def main() -> None:
    """Says why nothing was done: a target runs this only where the action plugin is not found."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    module.fail_json(
        msg="metafix.iis.metabase is an action plugin, and only its documentation was found: "
        "install the collection metafix.iis again, with plugins/action/metabase.py"
    )


if __name__ == "__main__":
    main()
