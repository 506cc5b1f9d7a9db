//! The page of `backups prune --dry-run`: which backups would go.

use maud::html;

use super::frame::{Made, Mood, Top, document, section, shown};
use crate::store::Backup;

/// What would go.
pub struct Prune<'a> {
    /// The folder.
    pub folder: &'a str,
    /// How many would go and how many stay, in one sentence.
    pub sentence: &'a str,
    /// Those that would go, oldest first.
    pub gone: &'a [Backup],
}

/// The page.
#[must_use]
pub fn page(prune: &Prune<'_>, made: &Made) -> String {
    let mood = if prune.gone.is_empty() { Mood::Good } else { Mood::Open };
    let rows = html! {
        @if !prune.gone.is_empty() {
            table {
                thead { tr { th.number { "Number" } th { "Made" } th.number { "Bytes" } th { "Before" } th { "File" } } }
                tbody {
                    @for backup in prune.gone {
                        tr {
                            td.number { (backup.sequence) }
                            td { (backup.made.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()) }
                            td.number { (backup.size) }
                            td { (shown(&backup.why)) }
                            td { (shown(&backup.name)) }
                        }
                    }
                }
            }
        }
    };
    let facts = [("Folder", prune.folder)];
    let top = Top {
        title: "metafix backups prune, a dry run",
        mood,
        sentence: prune.sentence,
        facts: &facts,
    };
    document(&top, made, &section("Backups that would go", &rows))
}
