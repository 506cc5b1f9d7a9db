//! What to do about a key that is not there: the keys that come nearest.

use crate::metabase::locate::{KeyPath, Nearest, nearest};
use crate::metabase::scan::scan;
use crate::terminal::hint::Hint;
use crate::text::source::Source;

/// How many numbers are named at most.
const NUMBERS: usize = 12;

/// Names what is there instead, where the file is known in which it was looked for.
pub(super) fn hint(path: &str, source: Option<&Source>) -> Hint {
    let near = source.and_then(|source| Some(nearest(source, &scan(source).ok()?, path)));
    match near {
        Some(Nearest::Numbers { parent, numbers }) => {
            let shown: Vec<String> = numbers.iter().take(NUMBERS).map(u32::to_string).collect();
            let more = match numbers.len() - shown.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let servers = if numbers.len() == 1 { "only the server" } else { "the servers" };
            Hint::say(format!("{parent} has {servers} {}{more}", shown.join(", ")))
        }
        Some(Nearest::Paths(paths)) if !paths.is_empty() => {
            Hint::say(format!("did you mean {}?", paths.join(" or ")))
        }
        _ if KeyPath::smtp_service().is(path) => {
            Hint::say("is the SMTP service installed on this server, and is this the right file?")
        }
        _ => Hint::say("is the path right? ").and_run(["keys"]).and(" lists the keys there are"),
    }
}
