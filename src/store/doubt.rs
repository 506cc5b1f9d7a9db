//! Why a file or folder cannot be trusted, as facts and in one sentence.

use std::fmt;
use std::path::PathBuf;

/// Why metafix does not act on what is in a file or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The file or folder.
    pub path: PathBuf,
    /// What it is to metafix.
    pub sort: Sort,
    /// Whether it is a link. Then nobody looked at what it leads to.
    pub link: bool,
    /// Whose it is, if it is a stranger's.
    pub owner: Option<String>,
    /// The strangers who may write to it.
    pub writers: Vec<String>,
    /// Who runs metafix, as the system's commands take it.
    pub user: String,
    /// Who administers the machine, as the system's commands take it, where they must be told.
    pub system: Vec<String>,
}

/// What a file or folder is to metafix, and so what becomes safe when it is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sort {
    /// A folder of backups, or a file in it. This is the folder.
    Backups(PathBuf),
    /// IIS's folder of versions, or a file in it. This is the folder.
    History(PathBuf),
    /// A file that is to be restored or replaced.
    File,
    /// What an interrupted run seems to have left beside the metabase.
    Leftover,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, link, owner, writers, .. } = self;
        write!(f, "{} cannot be trusted: ", path.display())?;
        f.write_str(&reason(*link, owner.as_deref(), writers))
    }
}

impl Doubt {
    /// What is wrong with it, without its path.
    #[must_use]
    pub fn reason(&self) -> String {
        reason(self.link, self.owner.as_deref(), &self.writers)
    }
}

fn reason(link: bool, owner: Option<&str>, writers: &[String]) -> String {
    let writers = match writers {
        [] => None,
        [one] => Some(format!("{one} may write to it")),
        [first @ .., last] => Some(format!("{} and {last} may write to it", first.join(", "))),
    };
    match (link, owner.map(|owner| format!("it belongs to {owner}")), writers) {
        (true, ..) => "it is a link, which can lead anywhere".into(),
        (_, Some(owner), Some(writers)) => format!("{owner}, and {writers}"),
        (_, owner, writers) => owner.or(writers).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn a_reason_names_everybody() {
        let names =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(reason(false, None, &names(&["a"])), "a may write to it");
        assert_eq!(reason(false, None, &names(&["a", "b", "c"])), "a, b and c may write to it");
        assert_eq!(
            reason(false, Some("x"), &names(&["a"])),
            "it belongs to x, and a may write to it"
        );
        assert_eq!(reason(false, Some("x"), &[]), "it belongs to x");
    }
}
