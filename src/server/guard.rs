//! Whether the metabase of a live server may be edited now.
//!
//! A running IIS has the metabase in memory. With edit-while-running it takes what is saved in
//! the file, if its history has the version that was edited (TechNet aa670761, cc759312);
//! without, the next flush of the memory overwrites the file. Pure: facts in, verdict out.

use crate::metabase::dns;
use crate::metabase::locate::{self, KeyParts, KeyPath};
use crate::metabase::model;
use crate::metabase::property::dword;
use crate::metabase::scan::Metabase;
use crate::text::source::Source;

/// The services that have the metabase in memory, the one that depends on the other first.
pub const SERVICES: [&str; 2] = ["SMTPSVC", "IISADMIN"];

/// What a service does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// There is no such service.
    Absent,
    /// It does not run.
    Stopped,
    /// It runs, or is about to start or stop.
    Running,
    /// The system does not say, and why.
    Unknown(String),
}

/// What the file says of how IIS treats edits of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taking {
    /// `EnableEditWhileRunning` is 1.
    pub edit_while_running: bool,
    /// `EnableHistory` is 0; unset it is on.
    pub history_is_off: bool,
    /// `HistoryMajorVersionNumber`.
    pub version: Option<u32>,
}

/// Everything the verdict depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The states of [`SERVICES`].
    pub services: [State; 2],
    /// What the file says; `None` where it cannot be read as a metabase.
    pub taking: Option<Taking>,
    /// Whether `History` has a file of that version.
    pub version_is_kept: bool,
}

/// Whether to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// No IIS runs.
    Go,
    /// IIS runs, and takes the change by itself.
    TakesItself,
    /// IIS runs and would undo the change, or that cannot be ruled out.
    Refuse(Reason),
}

/// Why not to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It does not take edits of the file.
    EditWhileRunningIsOff,
    /// It takes edits, but compares them with a history that it does not keep.
    HistoryIsOff,
    /// It takes edits, but its history has not the version of this file.
    VersionIsNotKept(Option<u32>),
    /// The file is no metabase, so IIS overwrites it from memory.
    FileIsBroken,
    /// Nobody says whether it runs.
    Unknown(String),
}

impl Reason {
    /// In words; `iis` is whose, such as "IIS" or `IIS on \\mail`.
    #[must_use]
    pub fn sentence(&self, iis: &str) -> String {
        match self {
            Self::EditWhileRunningIsOff => format!(
                "{iis} is running and edit-while-running is off, so it would overwrite the change \
                 from memory"
            ),
            Self::HistoryIsOff => format!(
                "{iis} is running; edit-while-running is on, but EnableHistory is 0, so IIS cannot \
                 tell what was edited and would overwrite the change"
            ),
            Self::VersionIsNotKept(Some(major)) => format!(
                "{iis} is running; edit-while-running is on, but the folder History has no \
                 MetaBase_{major:010}_*.xml, so IIS cannot tell what was edited"
            ),
            Self::VersionIsNotKept(None) => format!(
                "{iis} is running; edit-while-running is on, but the file has no \
                 HistoryMajorVersionNumber, so IIS cannot tell what was edited"
            ),
            Self::FileIsBroken => format!(
                "{iis} is running and would overwrite this file, which is not a well-formed \
                 metabase, from memory"
            ),
            Self::Unknown(why) => format!(
                "whether {iis} is running, and would overwrite the change, is unknown: {why}"
            ),
        }
    }
}

/// The verdict.
#[must_use]
pub fn decide(facts: &Facts) -> Verdict {
    let unknown = facts.services.iter().find_map(|state| match state {
        State::Unknown(why) => Some(why.clone()),
        _ => None,
    });
    if !facts.services.contains(&State::Running) {
        return unknown.map_or(Verdict::Go, |why| Verdict::Refuse(Reason::Unknown(why)));
    }
    let reason = match facts.taking {
        None => Reason::FileIsBroken,
        Some(Taking { edit_while_running: false, .. }) => Reason::EditWhileRunningIsOff,
        Some(Taking { history_is_off: true, .. }) => Reason::HistoryIsOff,
        Some(Taking { version, .. }) if !facts.version_is_kept => Reason::VersionIsNotKept(version),
        Some(_) => return Verdict::TakesItself,
    };
    Verdict::Refuse(reason)
}

/// The ID of `EnableHistory` (MSDN ms525359), and of `HistoryMajorVersionNumber` (ms525562).
const ENABLE_HISTORY: (&str, u32) = ("EnableHistory", 9996);
const VERSION: (&str, u32) = ("HistoryMajorVersionNumber", 9994);

/// Reads what the file says. What cannot be read counts as not set.
#[must_use]
pub fn taking(source: &Source, metabase: &Metabase) -> Taking {
    let value = |location: &str, (name, id): (&str, u32)| {
        let mut keys = metabase.keys.iter();
        let key = keys.find(|key| KeyPath::exact(location).is(&locate::location(source, key)))?;
        let parts = KeyParts::read(source, key).ok()?;
        let properties = model::properties(source.text(), &parts);
        let found = properties.iter().find(|found| found.name == name || found.id == Some(id))?;
        dword(&found.value)
    };
    Taking {
        edit_while_running: dns::edit_while_running(source, metabase).0,
        history_is_off: value("/LM", ENABLE_HISTORY) == Some(0),
        version: value(".", VERSION),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(services: [State; 2], taking: Option<Taking>, version_is_kept: bool) -> Facts {
        Facts { services, taking, version_is_kept }
    }

    const ON: Taking =
        Taking { edit_while_running: true, history_is_off: false, version: Some(39) };

    #[test]
    fn without_a_running_iis_anything_goes() {
        use State::{Absent, Stopped};
        for services in [[Absent, Absent], [Stopped, Stopped], [Absent, Stopped]] {
            for taking in [None, Some(Taking::default()), Some(ON)] {
                assert_eq!(decide(&facts(services.clone(), taking, false)), Verdict::Go);
            }
        }
    }

    #[test]
    fn a_running_iis_must_be_able_to_take_the_change() {
        use State::{Absent, Running, Stopped, Unknown};
        let unknown = Unknown("asked in vain".into());
        for services in
            [[Running, Running], [Stopped, Running], [Running, Absent], [unknown, Running]]
        {
            let verdict = |taking, kept| decide(&facts(services.clone(), taking, kept));
            assert_eq!(verdict(Some(ON), true), Verdict::TakesItself);
            let refused = |taking, kept, reason| {
                assert_eq!(verdict(taking, kept), Verdict::Refuse(reason));
            };
            let off = Taking { edit_while_running: false, ..ON };
            refused(Some(off), true, Reason::EditWhileRunningIsOff);
            let no_history = Taking { history_is_off: true, ..ON };
            refused(Some(no_history), true, Reason::HistoryIsOff);
            refused(Some(ON), false, Reason::VersionIsNotKept(Some(39)));
            let no_version = Taking { version: None, ..ON };
            refused(Some(no_version), false, Reason::VersionIsNotKept(None));
            refused(None, true, Reason::FileIsBroken);
        }
    }

    #[test]
    fn what_the_system_does_not_say_is_not_taken_for_stopped() {
        let services = [State::Unknown("asked in vain".into()), State::Stopped];
        let verdict = decide(&facts(services, Some(ON), true));
        assert_eq!(verdict, Verdict::Refuse(Reason::Unknown("asked in vain".into())));
    }

    #[test]
    fn the_file_says_how_iis_takes_edits() {
        let read = |computer: &str, global: &str| {
            let text = format!(
                "<configuration xmlns=\"urn:microsoft-catalog:XML_Metabase_V64_0\"><MBProperty>\
                 <IIS_Global Location=\".\" {global}/><IIsComputer Location=\"/lm\" {computer}/>\
                 </MBProperty></configuration>"
            );
            let source = Source::decode(text.into_bytes()).expect("it can be decoded");
            let metabase = crate::metabase::scan::scan(&source).expect("it is a metabase");
            taking(&source, &metabase)
        };
        let major = "HistoryMajorVersionNumber=\"39\"";
        assert_eq!(read("EnableEditWhileRunning=\"1\" EnableHistory=\"1\"", major), ON);
        assert_eq!(read("EnableEditWhileRunning=\"1\"", major), ON);
        assert!(read("EnableEditWhileRunning=\"1\" EnableHistory=\"0\"", major).history_is_off);
        assert_eq!(read("", ""), Taking::default());
    }
}
