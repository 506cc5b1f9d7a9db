//! What a path that no key has was probably meant to be.

use super::location;
use crate::metabase::locate::folded;
use crate::metabase::scan::Metabase;
use crate::text::source::Source;

/// The keys that come nearest to a path that none has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nearest {
    /// The path asks for a number that is not there: the numbers there are, in their order.
    Numbers {
        /// The key that has them.
        parent: String,
        /// They.
        numbers: Vec<u32>,
    },
    /// Paths that differ by a few letters, the nearest first; none if there are none.
    Paths(Vec<String>),
}

/// How many paths are named at most.
const NAMED: usize = 3;

/// Beyond this nobody mistypes a name, and comparing takes the square of its length.
const LONGEST: usize = 64;

/// Finds them, in time proportional to the file: the path is right up to a name, and what is
/// compared is that name with its neighbours.
#[must_use]
pub fn nearest(source: &Source, metabase: &Metabase, path: &str) -> Nearest {
    let asked = folded(path);
    let asked: Vec<&str> = parts(&asked).collect();
    let keys: Vec<String> =
        metabase.keys.iter().map(|key| location(source, key).into_owned()).collect();
    let common = |key: &String| {
        let key = folded(key);
        parts(&key).zip(&asked).take_while(|(one, other)| one == *other).count()
    };
    let right = keys.iter().map(common).max().unwrap_or_default();
    let Some(wrong) = asked.get(right) else { return Nearest::Paths(Vec::new()) };
    let beside = keys.iter().filter(|key| common(key) == right);
    if wrong.bytes().all(|byte| byte.is_ascii_digit()) {
        let number = |key: &String| parts(key).nth(right)?.parse().ok();
        let mut numbers: Vec<u32> = beside.filter_map(number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        if !numbers.is_empty() {
            let parent: Vec<&str> = parts(path).take(right).collect();
            return Nearest::Numbers { parent: format!("/{}", parent.join("/")), numbers };
        }
        return Nearest::Paths(Vec::new());
    }
    let mut found: Vec<(usize, bool, String, &String)> = Vec::new();
    for key in beside {
        let whole = folded(key);
        let mut rest = parts(&whole).skip(right);
        let Some(name) = rest.next() else { continue };
        let rest: Vec<&str> = rest.collect();
        let is_whole = rest == asked[right + 1..];
        if (is_whole || rest.is_empty())
            && let Some(far) = distance(wrong, name)
        {
            found.push((far, !is_whole, name.to_owned(), key));
        }
    }
    found.sort_by_key(|(far, is_part, ..)| (*far, *is_part));
    let mut paths: Vec<String> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for (_, _, name, key) in &found {
        if !names.contains(&name.as_str()) && paths.len() < NAMED {
            names.push(name);
            paths.push((*key).clone());
        }
    }
    Nearest::Paths(paths)
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

/// How many letters differ, where that are few enough for a slip or the end is left out.
fn distance(one: &str, other: &str) -> Option<usize> {
    if one.len() >= 3 && other.len() <= LONGEST && other.starts_with(one) {
        return Some(other.len() - one.len());
    }
    let (short, long) = (one.len().min(other.len()), one.len().max(other.len()));
    let slip = (short / 3).clamp(1, 3);
    if long > LONGEST || long - short > slip {
        return None;
    }
    Some(strsim::damerau_levenshtein(one, other)).filter(|far| *far <= slip)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metabase::scan::scan;

    #[test]
    fn a_slip_in_any_name_of_a_path_is_found() {
        let keys = ["/", "/LM", "/LM/SmtpSvc", "/LM/SmtpSvc/1", "/LM/SmtpSvc/10", "/LM/SmtpSvc/2"]
            .iter()
            .chain(&["/LM/SmtpSvc/1/Domain", "/LM/W3SVC", "/LM/W3SVC/1/ROOT", "/LM/MimeMap"])
            .map(|path| format!("<K Location='{path}'/>"))
            .collect::<String>();
        let text = format!(
            "<configuration xmlns='urn:microsoft-catalog:XML_Metabase_V64_0'><MBProperty>{keys}\
             </MBProperty></configuration>"
        );
        let source = Source::decode(text.into_bytes()).unwrap();
        let metabase = scan(&source).unwrap();
        let paths = |path: &str| match nearest(&source, &metabase, path) {
            Nearest::Paths(paths) => paths.join(" "),
            Nearest::Numbers { parent, numbers } => format!("{parent} {numbers:?}"),
        };
        assert_eq!(paths("/LM/SmtSvc"), "/LM/SmtpSvc");
        assert_eq!(paths("/lm/smtpscv/1/domain"), "/LM/SmtpSvc/1/Domain");
        assert_eq!(paths("/LM/Smtp"), "/LM/SmtpSvc");
        assert_eq!(paths("/LM/SmtpSvc/7"), "/LM/SmtpSvc [1, 2, 10]");
        assert_eq!(paths("/LM/W3SVC/2/ROOT"), "/LM/W3SVC [1]");
        assert_eq!(paths("/LN/SmtpSvc"), "/LM/SmtpSvc");
        assert_eq!(paths("/LM/W4SVC/9"), "/LM/W3SVC");
        assert_eq!(paths("/LM/SmtpSvc/1/Domains"), "/LM/SmtpSvc/1/Domain");
        assert_eq!(paths("/LM/W3SVC/1/ROOT/x"), "");
        assert_eq!(paths("/LM/Elsewhere"), "");
        assert_eq!(paths("/LM/MimeMap/7"), "");
        assert_eq!(paths(&format!("/LM/{}", "x".repeat(1 << 20))), "");
    }
}
