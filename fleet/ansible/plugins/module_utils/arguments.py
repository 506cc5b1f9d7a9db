# MIT License (see LICENSE or https://opensource.org/license/mit)
"""The parameters of metafix.iis.metabase, for the action plugin and for the module alike."""

from __future__ import annotations

KEY = {
    "path": {"type": "str", "required": True},
    "class": {"type": "str"},
    "ensure": {"type": "str", "choices": ["present", "absent"]},
    "recursive": {"type": "bool"},
    "properties": {"type": "dict"},
}

ARGUMENTS = {
    # The path is one of the target: a type "path" would be expanded on the controller.
    "file": {"type": "str"},
    "keys": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": KEY,
    },
    "executable": {"type": "str", "default": "metafix"},
    "schema": {"type": "str"},
    "allow": {"type": "list", "elements": "str", "default": []},
    "stop_services": {"type": "bool", "default": False},
}
