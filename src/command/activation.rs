//! What makes IIS take a change of the file.
//!
//! Owns the sentences about it. They come twice, before the change, while they can still be
//! heeded, and after it, with what is left to do: a running IIS that overwrites the file makes a
//! change that was written disappear (TechNet cc759312).

use std::io;

use crate::terminal::console::Console;

/// What a running IIS does with a change of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// Edit-while-running is on: it takes the change.
    Takes,
    /// Edit-while-running is off: it overwrites the change.
    Overwrites,
    /// It does not run on the server that the file belongs to.
    DoesNotRun,
    /// It was stopped for the change, and is started again.
    Restarted,
    /// The present file is missing or broken, or its schema is replaced too.
    MustNotRun,
}

impl Activation {
    /// That of a file in which edit-while-running is on or off.
    #[must_use]
    pub fn of(edits_while_running: bool) -> Self {
        if edits_while_running { Self::Takes } else { Self::Overwrites }
    }

    /// What must be done before the change, in lines. `server` is whose IIS it is, as `\\name`, if
    /// it is that of another server.
    #[must_use]
    pub fn before(self, server: Option<&str>) -> String {
        on(server, self.before_here())
    }

    /// What is left to do after it, in lines.
    #[must_use]
    pub fn after(self, server: Option<&str>) -> String {
        on(server, self.after_here())
    }

    fn before_here(self) -> &'static str {
        match self {
            Self::Takes => {
                "edit-while-running is on, so a running IIS should take the change\n\
                 by itself."
            }
            Self::Overwrites => {
                "edit-while-running is off, so a running IIS would overwrite this\n\
                 file. On a live server stop it first: `net stop iisadmin /y` names\n\
                 what it stops; start that again afterwards (smtpsvc, w3svc ...)."
            }
            Self::DoesNotRun => "it does not run here: it uses the change when it starts.",
            Self::Restarted => "it is stopped for this change, and started again afterwards.",
            Self::MustNotRun => {
                "it must not run while this is put back. On a live server stop it\n\
                 first: `net stop iisadmin /y` names what it stops; start that\n\
                 again afterwards (iisadmin, smtpsvc, w3svc ...)."
            }
        }
    }

    fn after_here(self) -> &'static str {
        match self {
            Self::Takes => {
                "edit-while-running is on, so a running IIS should take the change\n\
                 by itself. To make the SMTP service use it at once:\n\
                 `net stop smtpsvc`, `net start smtpsvc`."
            }
            Self::Overwrites => {
                "edit-while-running is off. If IIS was stopped, start it again:\n\
                 `net start smtpsvc` (and w3svc, if it ran). If it was running, it\n\
                 overwrites this change: `net stop iisadmin /y`, see what is\n\
                 left with `metafix show`, change it again, then start."
            }
            Self::DoesNotRun => "it does not run here: it uses the change when it starts.",
            Self::Restarted => "it was stopped for this change, and uses it from its start on.",
            Self::MustNotRun => {
                "start it again: `net start iisadmin`, `net start smtpsvc` (and w3svc,\n\
                 if it ran). If it was running, it may overwrite this: `net stop\n\
                 iisadmin /y`, see what is left with `metafix show`, then start."
            }
        }
    }
}

/// The same of another server: `net` knows this machine alone.
fn on(server: Option<&str>, sentences: &str) -> String {
    let Some(server) = server else { return sentences.to_owned() };
    let there = sentences.replace("run here:", &format!("run on {server}:"));
    match sentences.contains('`') {
        true => format!("{there}\nThese commands are for {server}: run them there."),
        false => there,
    }
}

/// Says one of these.
///
/// # Errors
/// When standard error cannot be written.
pub fn say(console: &mut Console, sentences: &str) -> io::Result<()> {
    let sentences = sentences.replace('\n', "\n         ");
    console.say(&format!("IIS:     {sentences}"))
}

#[cfg(test)]
mod tests {
    use super::Activation;

    #[test]
    fn sentences_fit_into_a_terminal() {
        use Activation::{DoesNotRun, MustNotRun, Overwrites, Restarted, Takes};
        for of in [Takes, Overwrites, DoesNotRun, Restarted, MustNotRun] {
            for line in of.before(None).lines().chain(of.after(None).lines()) {
                assert!(line.len() + "IIS:     ".len() < 80, "{line}");
            }
        }
    }

    #[test]
    fn commands_for_another_server_are_not_for_this_one() {
        use Activation::{DoesNotRun, MustNotRun, Overwrites, Restarted, Takes};
        for of in [Takes, Overwrites, DoesNotRun, Restarted, MustNotRun] {
            for (here, there) in [
                (of.before(None), of.before(Some(r"\\mail"))),
                (of.after(None), of.after(Some(r"\\mail"))),
            ] {
                assert_eq!(
                    there.contains(r"for \\mail: run them there"),
                    here.contains('`'),
                    "{there}"
                );
                assert!(!there.contains("here:") && !here.contains("mail"), "{there}");
            }
        }
        assert!(DoesNotRun.before(Some(r"\\mail")).contains(r"it does not run on \\mail"));
    }
}
