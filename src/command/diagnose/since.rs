//! What has become of the DNS modes since the last change of one: the backups remember.

use crate::inspect::diagnosis::case::{ModeChange, Since};
use crate::inspect::diagnosis::delivery::Delivery;
use crate::metabase::dns::{self, Setting};
use crate::metabase::scan::scan;
use crate::store::{Backups, Target};
use crate::text::source::Source;

/// How many backups are looked at, the newest first.
const LOOKED_AT: usize = 20;

/// What changed since the newest backup in which a mode is another one. A backup that cannot be
/// read tells nothing.
#[must_use]
pub fn since(target: &Target, present: &Delivery) -> Option<Since> {
    let backups = Backups::new(target.path(), None);
    let listed = backups.list().ok()?;
    for backup in listed.iter().rev().filter(|backup| backups.is_own(backup)).take(LOOKED_AT) {
        let Some(before) = backups.read(backup).ok().and_then(modes) else { continue };
        let changes = changes(&before, present);
        if !changes.is_empty() {
            let made = backup.made.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
            return Some(Since { backup: backup.name.clone(), made, changes });
        }
    }
    None
}

fn modes(bytes: Vec<u8>) -> Option<Vec<Setting>> {
    let source = Source::decode(bytes).ok()?;
    let survey = dns::survey(&source, &scan(&source).ok()?).ok()?;
    Some(std::iter::once(survey.service).chain(survey.servers).collect())
}

/// The keys that are in both, with another mode.
fn changes(before: &[Setting], present: &Delivery) -> Vec<ModeChange> {
    let now = std::iter::once(&present.service).chain(present.servers.iter().map(|s| &s.mode));
    let change = |now: &Setting| {
        let was = before.iter().find(|was| was.location.eq_ignore_ascii_case(&now.location))?;
        let (was, now_is) = (was.mode_name(), now.mode_name());
        (was != now_is).then(|| ModeChange { key: now.location.clone(), was, now: now_is })
    };
    now.filter_map(change).collect()
}
