//! What to do about a file or folder that cannot be trusted: what can have happened, the commands
//! that close it, and the switch for those who mean it.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::list::{list, no_option};
use crate::store::{Doubt, Sort};
use crate::terminal::hint::Hint;

/// What the user can do about it.
#[must_use]
pub fn hint(doubt: &Doubt) -> Hint {
    match &doubt.sort {
        Sort::Backups(folder) if doubt.link => {
            let folder = folder.display();
            Hint::say(format!(
                "metafix follows no link in a folder of backups: remove it from {folder}, or name \
                 the file itself"
            ))
        }
        Sort::History(_) | Sort::File | Sort::Leftover if doubt.link => Hint::say(
            "put the file or folder itself in its place; or, if you know where it leads, add \
                 --trust-folder",
        ),
        Sort::Backups(folder) => close(
            Hint::say(
                "a backup in it can be forged, and the checksum beside it too. See what is there (",
            )
            .and_run(list(folder))
            .and("), remove what you do not know, then close it: "),
            doubt,
            folder,
            true,
        )
        .and(
            ". Or name another folder with --backup-dir. If the folder is shared on purpose, add \
             --trust-folder: metafix then believes whatever those people put there",
        ),
        Sort::History(folder) => close(
            Hint::say("a version in it can be forged. See what is there, remove what you do not know, then close it: "),
            doubt,
            folder,
            true,
        )
        .and(SWITCH),
        Sort::File => close(
            Hint::say("its content can be forged. See what is in it, then close it: "),
            doubt,
            &doubt.path,
            false,
        )
        .and(SWITCH),
        Sort::Leftover => Hint::say(
            "metafix takes it for what an interrupted run left, and would act on it. See what is in \
             it, then move it elsewhere",
        ),
    }
}

const SWITCH: &str = ". If you know that it is right, add --trust-folder";

/// Goes on with the commands after which it is somebody's who is trusted, and nobody else's.
fn close(hint: Hint, doubt: &Doubt, path: &Path, folder: bool) -> Hint {
    let path = no_option(path);
    let commands = if cfg!(windows) { on_windows } else { on_unix };
    let (mut hint, mut between) = (hint, "");
    for command in commands(doubt, path.as_os_str(), folder) {
        hint = hint.and(between).and_call(command);
        between = ", then ";
    }
    hint
}

/// `chmod go-w` takes the right from everybody in an ACL too, because it lowers the mask.
fn on_unix(doubt: &Doubt, path: &OsStr, folder: bool) -> Vec<Vec<OsString>> {
    let command = |name: &str, what: &str| {
        let all = folder.then_some("-R");
        let words = [name].into_iter().chain(all).chain([what]).map(OsString::from);
        words.chain([path.to_owned()]).collect()
    };
    let owner = doubt.owner.is_some().then(|| command("chown", &doubt.user));
    let writers = (!doubt.writers.is_empty()).then(|| command("chmod", "go-w"));
    owner.into_iter().chain(writers).collect()
}

/// `takeown` and `cacls` are what Server 2003 has. Without `/e` the latter replaces the DACL, so
/// that nothing inherited remains in it.
fn on_windows(doubt: &Doubt, path: &OsStr, folder: bool) -> Vec<Vec<OsString>> {
    let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
    let mut own = [words(&["takeown", "/f"]), vec![path.to_owned()], words(&["/a"])].concat();
    let mut close = [words(&["cacls"]), vec![path.to_owned()]].concat();
    if folder {
        own.push("/r".into());
        close.push("/t".into());
    }
    close.push("/g".into());
    let accounts = [&doubt.user].into_iter().chain(&doubt.system);
    close.extend(accounts.map(|account| format!("{account}:F").into()));
    doubt.owner.is_some().then_some(own).into_iter().chain([close]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubt() -> Doubt {
        Doubt {
            path: "-b".into(),
            sort: Sort::Backups("-b".into()),
            link: false,
            owner: Some("bob".into()),
            writers: vec!["everybody".into()],
            user: "root".into(),
            system: vec!["SYSTEM".into()],
        }
    }

    fn joined(commands: Vec<Vec<OsString>>) -> Vec<String> {
        let joined = |words: Vec<OsString>| words.join(OsStr::new(" "));
        commands.into_iter().map(|words| joined(words).to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn each_system_is_told_its_own_commands() {
        let (doubt, path) = (doubt(), OsStr::new("b"));
        let unix = ["chown -R root b", "chmod -R go-w b"];
        assert_eq!(joined(on_unix(&doubt, path, true)), unix);
        let windows = ["takeown /f b /a /r", "cacls b /t /g root:F SYSTEM:F"];
        assert_eq!(joined(on_windows(&doubt, path, true)), windows);
        let doubt = Doubt { owner: None, ..doubt };
        assert_eq!(joined(on_unix(&doubt, path, false)), ["chmod go-w b"]);
        assert_eq!(joined(on_windows(&doubt, path, false)), ["cacls b /g root:F SYSTEM:F"]);
    }

    #[test]
    fn a_path_is_no_option() {
        let hint = hint(&doubt()).to_string();
        assert!(!hint.contains(" -b`"), "{hint}");
    }
}
