//! What the help of each command ends with: two commands as a person would type them.

use clap::{Command, CommandFactory};

use super::Cli;

/// The examples by command.
const EXAMPLES: [(&str, [&str; 2]); 27] = [
    (
        "set-dns-mode",
        ["metafix set-dns-mode udp-only -n", "metafix set-dns-mode tcp-only --server 1"],
    ),
    ("show", ["metafix show", "metafix --file D:\\copy\\MetaBase.xml show"]),
    (
        "diagnose",
        ["metafix diagnose contoso.com", "metafix diagnose --events system.xml --report case.html"],
    ),
    ("check", ["metafix check", "metafix check --explain open-relay"]),
    ("repair", ["metafix repair", "metafix repair relay-ip-list --allow 192.0.2.7"]),
    ("keys", ["metafix keys", "metafix keys SmtpSvc --tree"]),
    ("get", ["metafix get SmtpSvc/1", "metafix get SmtpSvc/* RelayIpList"]),
    (
        "set",
        [
            "metafix set SmtpSvc/1 MaxRecipients 500",
            "metafix set SmtpSvc/1 ServerBindings --add :2525:",
        ],
    ),
    ("unset", ["metafix unset SmtpSvc/1 SmtpUseTcpDns", "metafix unset SmtpSvc/* HopCount -n"]),
    (
        "create",
        [
            "metafix create SmtpSvc/1/Domain/example.org RouteAction=SMTP_SMARTHOST",
            "metafix create W3SVC/9/ROOT Path=D:\\web --parents",
        ],
    ),
    ("delete", ["metafix delete W3SVC/1/ROOT/Exchange", "metafix delete W3SVC/9 --recursive"]),
    (
        "rename",
        [
            "metafix rename W3SVC/AppPools/Old New",
            "metafix rename SmtpSvc/1/Domain/a.example b.example -n",
        ],
    ),
    (
        "copy",
        [
            "metafix copy SmtpSvc/1/Domain/a.example SmtpSvc/1/Domain/b.example",
            "metafix copy W3SVC/1 W3SVC/2 -n",
        ],
    ),
    (
        "replace",
        [
            "metafix replace D:\\websites C:\\websites",
            "metafix replace WINNT Windows --under W3SVC",
        ],
    ),
    ("apply", ["metafix apply relay.toml", "metafix apply relay.toml -n --exit-code"]),
    ("state", ["metafix state SmtpSvc/1", "metafix state SmtpSvc --recursive"]),
    ("dsc", ["metafix dsc manifest", "metafix dsc schema"]),
    ("find", ["metafix find SmtpUseTcpDns", "metafix find *Directory"]),
    ("sites", ["metafix sites", "metafix sites --table csv"]),
    ("schema", ["metafix schema SmtpUseTcpDns", "metafix schema AccessWrite"]),
    ("restore", ["metafix restore", "metafix restore --history"]),
    ("backups", ["metafix backups list", "metafix backups prune --keep 10"]),
    ("diff", ["metafix diff", "metafix diff 3 history:newest"]),
    ("export", ["metafix export SmtpSvc -o smtp.xml", "metafix export W3SVC/1 W3SVC/AppPools"]),
    ("import", ["metafix import smtp.xml -n", "metafix import smtp.xml --on-conflict keep"]),
    ("completions", ["metafix completions bash", "metafix completions powershell"]),
    ("man", ["metafix man", "metafix man --quiet"]),
];

/// The command line, with its examples.
#[must_use]
pub fn command() -> Command {
    let mut all = Cli::command();
    for (name, examples) in EXAMPLES {
        all = all.mut_subcommand(name, |command| {
            let examples = format!("Examples:\n  {}", examples.join("\n  "));
            let long = match command.get_after_long_help() {
                Some(more) => format!("{more}\n\n{examples}"),
                None => examples.clone(),
            };
            command.after_help(examples).after_long_help(long)
        });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_has_two_examples_that_are_commands() {
        for command in command().get_subcommands() {
            let found = EXAMPLES.iter().find(|(name, _)| *name == command.get_name());
            let (name, examples) = found.expect("there are examples");
            for example in examples {
                let words = example.split(' ');
                let parsed = super::command().try_get_matches_from(words);
                let parsed = parsed.unwrap_or_else(|error| panic!("{example}: {error}"));
                assert_eq!(parsed.subcommand_name(), Some(*name));
            }
        }
    }
}
