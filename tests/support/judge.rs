//! The judge of a plan's result: reads the whole file a second time, and compares all of it.
//!
//! Shares no code with [`metafix::change::verify`], which reads again only what is touched: both
//! must say the same of every result, right or wrong.

use std::collections::HashSet;

use metafix::change::error::ChangeError;
use metafix::change::plan::{Change, KeyChange, Plan};
use metafix::change::verify::{Verified, verified};
use metafix::metabase::locate::{Element, Form, KeyParts, folded, location};
use metafix::metabase::model::{Property, properties};
use metafix::metabase::property::lines;
use metafix::metabase::scan::{Key, Metabase, scan_along};
use metafix::metabase::secrets::Secrets;
use metafix::text::edit::{Edit, Edits};
use metafix::text::source::Source;
use metafix::xml::{self, Attribute};

type File<'a> = (Source<'a>, Metabase);

/// What markup is made of, and what makes other markup of it.
pub const PIECES: [&str; 24] = [
    "",
    " ",
    "\n",
    "<",
    ">",
    "/",
    "/>",
    "\"",
    "'",
    "=",
    "&",
    "&amp;",
    "x",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?p ?>",
    "<a>",
    "</a>",
    "<K Location=\"/n\"/>",
    " Location=\"/n\"",
    "</MBProperty>",
    "<MBProperty>",
];

/// What the second look says of a plan, right or wrong, whose result the judge sees as well.
pub fn both_looks(bytes: &[u8], plan: Plan) -> Result<Verified, ChangeError> {
    let source = Source::decode(bytes).expect("it is text");
    let metabase = scan_along(&source, |_| {}).expect("it is a metabase");
    let edits = plan.in_file(&source).expect("they fit");
    let after = edits.apply(bytes.to_vec()).expect("they fit");
    let judged = judge(bytes, &plan, &after);
    let edits = plan.edits.clone();
    let seen = verified(source, metabase, plan, &Secrets::default());
    let (seen_ok, shown) = (seen.as_ref().map(|_| ()), String::from_utf8_lossy(&after));
    assert_eq!(seen.is_ok(), judged.is_ok(), "{seen_ok:?} {judged:?} {edits:?}\n{shown}");
    seen
}

/// A plan with these edits added; nothing where they cannot stand together.
pub fn with(plan: &Plan, more: impl IntoIterator<Item = Edit>) -> Option<Plan> {
    let more = more.into_iter().filter(|edit| edit.was != edit.now);
    let edits = plan.edits.as_slice().iter().cloned().chain(more).collect();
    Some(Plan { edits: Edits::new(edits).ok()?, ..plan.clone() })
}

/// Whether a file is what a plan is to make of another one; if not, why.
fn judge(before: &[u8], plan: &Plan, after: &[u8]) -> Result<(), String> {
    let read = |bytes: &[u8]| -> Result<File<'static>, String> {
        let source = Source::decode(bytes.to_vec()).map_err(|refusal| refusal.to_string())?;
        let metabase = scan_along(&source, |_| {}).map_err(|refusal| refusal.to_string())?;
        Ok((source, metabase))
    };
    let (was, now) = (read(before)?, read(after)?);
    if was.0.encoding() != now.0.encoding() {
        return Err("another encoding".into());
    }
    let mut found = now.1.keys.iter();
    let mut next = || found.next().ok_or("a key is gone");
    let (mut was_end, mut now_end) = (0, 0);
    let mut gap = Gap::default();
    for (index, key) in was.1.keys.iter().enumerate() {
        gap.was.push_str(&was.0.text()[was_end..key.at.start]);
        was_end = key.at.end;
        let moved = plan.moved.iter().find(|moved| moved.key == index);
        if moved.is_some_and(|moved| moved.now.is_none()) {
            gap.was.push(HERE);
            gap.has_gone = true;
        } else {
            let other = next()?;
            gap.now.push_str(&now.0.text()[now_end..other.at.start]);
            now_end = other.at.end;
            std::mem::take(&mut gap).check(&location(&now.0, other))?;
            let path = moved.and_then(|moved| moved.now.clone());
            check_key((&was.0, key), (&now.0, other), &changes(plan, index), path)?;
        }
        for new in plan.keys.iter().filter(|new| new.after == index) {
            let other = next()?;
            gap.now.push_str(&now.0.text()[now_end..other.at.start]);
            now_end = other.at.end;
            if gap.has_gone {
                gap.now.push(HERE);
            }
            gap.has_new = true;
            let parts = KeyParts::read(&now.0, other).map_err(|refusal| refusal.to_string())?;
            check_new(now.0.text(), &parts, new)?;
        }
    }
    gap.was.push_str(&was.0.text()[was_end..was.1.inside.end]);
    gap.now.push_str(&now.0.text()[now_end..now.1.inside.end]);
    gap.check("the end")?;
    (was_end, now_end) = (was.1.inside.end, now.1.inside.end);
    if next().is_ok() {
        return Err("there are more keys".into());
    }
    let renamed = plan.moved.iter().filter_map(|moved| moved.now.as_deref());
    let new = plan.keys.iter().map(|new| &*new.key.location).chain(renamed).map(folded);
    let new: Vec<_> = new.collect();
    let wanted: HashSet<_> = new.iter().collect();
    let paths = now.1.keys.iter().map(|key| folded(&location(&now.0, key)));
    if paths.filter(|path| wanted.contains(path)).count() > new.len() {
        return Err("a new path is there twice".into());
    }
    match was.0.text()[was_end..] == now.0.text()[now_end..] {
        true => Ok(()),
        false => Err("what stands behind the keys differs".into()),
    }
}

/// What stands between two keys that stay, before and afterwards, without the keys that go and the
/// new ones.
#[derive(Default)]
struct Gap {
    was: String,
    now: String,
    has_gone: bool,
    has_new: bool,
}

/// Marks where a key went or came.
const HERE: char = '\0';

/// The words of a text, each with the white space and the marks before it; the last one is empty.
fn words(text: &str) -> Vec<(&str, &str)> {
    let is_blank = |letter: char| letter.is_ascii_whitespace() || letter == HERE;
    let (mut rest, mut words) = (text, Vec::new());
    while !rest.is_empty() {
        let (blank, black) = rest.split_at(rest.find(|one| !is_blank(one)).unwrap_or(rest.len()));
        let (word, behind) = black.split_at(black.find(is_blank).unwrap_or(black.len()));
        words.push((blank, word));
        rest = behind;
    }
    if words.last().is_none_or(|(_, word)| !word.is_empty()) {
        words.push(("", ""));
    }
    words
}

impl Gap {
    fn check(self, before: &str) -> Result<(), String> {
        let Self { was, now, has_gone, has_new } = self;
        let is_right = match (has_gone, has_new) {
            (false, false) => was == now,
            (false, true) => is_with_blanks(&was, &now),
            (true, _) => {
                let (was, now) = (words(&was), words(&now));
                let same = |((blank, word), (other, now)): (&(&str, &str), &(&str, &str))| {
                    word == now
                        && (blank == other || (*blank).contains(HERE) || other.contains(HERE))
                };
                was.len() == now.len() && was.iter().zip(&now).all(same)
            }
        };
        is_right.then_some(()).ok_or_else(|| format!("what stands before {before} differs"))
    }
}

/// Whether white space came to a text in one place, and nothing else happened to it.
fn is_with_blanks(was: &str, now: &str) -> bool {
    let head = was.bytes().zip(now.bytes()).take_while(|(was, now)| was == now).count();
    let Some(more) = now.len().checked_sub(was.len()) else { return false };
    let rest = &now.as_bytes()[head..];
    was.as_bytes()[head..] == rest[more..] && rest[..more].trim_ascii().is_empty()
}

fn changes(plan: &Plan, key: usize) -> Vec<&Change> {
    plan.changes.iter().filter(|change| change.key == key).collect()
}

/// A key that no change is about is what it was to the letter. Of another, what remains of the
/// old one and of the new one, without the properties that change, is the same, and these are
/// there as asked.
fn check_key(
    was: (&Source, &Key),
    now: (&Source, &Key),
    changes: &[&Change],
    renamed: Option<String>,
) -> Result<(), String> {
    let raw = |(source, key): (&Source, &Key)| source.text()[key.at.clone()].to_owned();
    let path = location(now.0, now.1);
    if changes.is_empty() && renamed.is_none() {
        return if raw(was) == raw(now) { Ok(()) } else { Err(format!("{path} differs")) };
    }
    let said = |(source, key): (&Source, &Key)| -> Result<_, String> {
        let parts = KeyParts::read(source, key).map_err(|refusal| refusal.to_string())?;
        let text = source.text();
        let mut rest =
            vec![parts.element.name(text).to_owned(), location(source, key).into_owned()];
        let is_changed = |property: &Property| changes.iter().any(|one| is(one, property));
        let all = properties(text, &parts);
        rest.extend(all.iter().filter(|one| !is_changed(one)).map(|one| raw_of(text, &parts, one)));
        let others = parts.children.iter().filter(|child| child.name(text) != "Custom");
        rest.extend(others.map(|child| tag(text, child, "")));
        rest.extend(parts.comments.iter().map(|at| text[at.clone()].to_owned()));
        let mut changed = Vec::new();
        for change in changes {
            let own = all.iter().filter(|property| is(change, property));
            changed.push(own.map(|one| outline(text, &parts, one)).collect::<Vec<_>>());
        }
        Ok((rest, changed))
    };
    let (mut was, now) = (said(was)?, said(now)?);
    if let Some(renamed) = renamed {
        was.0[1] = renamed;
    }
    if was.0 != now.0 {
        return Err(format!("{path} differs in more than was asked: {:?} {:?}", was.0, now.0));
    }
    for ((change, was), now) in changes.iter().zip(was.1).zip(now.1) {
        let plain = |value: &str| change.property.plain(value).into_owned();
        let is_right = match (&change.now, &now[..]) {
            (None, []) => true,
            (Some(wanted), [(tag, value)]) => {
                let same_tag = match &was[..] {
                    [] => *tag == new_outline(change),
                    [(before, _), ..] => tag == before,
                };
                plain(value) == *wanted && same_tag
            }
            _ => false,
        };
        if !is_right {
            return Err(format!(
                "{} in {path} is not what was asked: {now:?}",
                change.property.name
            ));
        }
    }
    Ok(())
}

fn is(change: &Change, property: &Property<'_>) -> bool {
    match property.id {
        Some(id) => id == change.property.id,
        None => change.property.is_named(&property.name),
    }
}

/// A property as it is written.
fn raw_of(text: &str, parts: &KeyParts, property: &Property<'_>) -> String {
    let (outline, value) = outline(text, parts, property);
    format!("{outline}={value:?}")
}

fn tag(text: &str, element: &Element, but: &str) -> String {
    let pair = |one: &Attribute| {
        let value = xml::unescape(&text[one.value.clone()]);
        format!(" {}={value:?}", &text[one.name.clone()])
    };
    let pairs = element.attributes.iter().filter(|one| &text[one.name.clone()] != but);
    element.name(text).to_owned() + &pairs.map(pair).collect::<String>()
}

/// What a property is but for its value, and its value.
fn outline(text: &str, parts: &KeyParts, property: &Property<'_>) -> (String, String) {
    let custom = parts.children.iter().find(|child| child.at.start == property.at);
    let outline = custom.map_or_else(|| property.name.to_string(), |one| tag(text, one, "Value"));
    (outline, property.value.to_string())
}

fn new_outline(change: &Change) -> String {
    let property = &change.property;
    match change.form {
        Form::Attribute => property.name.to_string(),
        Form::Custom => format!(
            "Custom Name={:?} ID=\"{}\" Type={:?} UserType={:?} Attributes={:?}",
            property.name,
            property.id,
            property.kind.name(),
            property.user_type,
            property.attributes
        ),
    }
}

/// A new key says what was asked; how its lists are laid out is the file's.
fn check_new(text: &str, parts: &KeyParts, new: &KeyChange) -> Result<(), String> {
    let plain = |value: &str| match value.contains(['\r', '\n']) {
        true => lines(value).collect::<Vec<_>>().join("\n"),
        false => value.to_owned(),
    };
    let pairs = |element: &Element| -> Vec<(String, String)> {
        let pair = |one: &Attribute| {
            let value = xml::unescape(&text[one.value.clone()]);
            (text[one.name.clone()].to_owned(), plain(&value))
        };
        element.attributes.iter().map(pair).collect()
    };
    let wanted = |pairs: &[(String, String)]| -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| (name.clone(), plain(value))).collect()
    };
    let location = ("Location".to_owned(), new.key.location.clone());
    let children: Vec<_> = parts.children.iter().map(pairs).collect();
    let is_right = parts.element.name(text) == new.key.element
        && pairs(&parts.element) == wanted(&[&[location], &new.key.attributes[..]].concat())
        && parts.children.iter().all(|child| child.name(text) == "Custom")
        && parts.comments.is_empty()
        && children == new.key.customs.iter().map(|one| wanted(one)).collect::<Vec<_>>();
    if is_right { Ok(()) } else { Err(format!("{} is not the new key", new.key.location)) }
}
