//! The diff of a plan, made from the known edits and never from the whole file.
//!
//! Owns hunks in the form of `diff -u`: lines end at LF alone there, so that `patch` counts the
//! same way. Holds the exact text; what is masked or escaped on display is marked, not altered.

mod heading;

use std::fmt::Write as _;
use std::ops::Range;
use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices_deadline};

use crate::metabase::secrets::{self, Secrets};
use crate::text::edit::{Edit, Edits};
use crate::text::escape;
use heading::Headings;

/// How many unchanged lines stand around a change.
const CONTEXT: usize = 3;

/// How long the comparison of two whole files may look for a shorter diff; what is shown after
/// that is longer, and as true.
const DEADLINE: Duration = Duration::from_secs(2);

/// What happens to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// It stays.
    Context,
    /// It goes.
    Removed,
    /// It comes.
    Added,
}

impl Sign {
    /// The first character of the line in a unified diff.
    #[must_use]
    pub fn character(self) -> char {
        match self {
            Self::Context => ' ',
            Self::Removed => '-',
            Self::Added => '+',
        }
    }
}

/// One line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What happens to it.
    pub sign: Sign,
    /// Its text with its LF, if it has one.
    pub text: String,
    /// Places in it that must not be shown.
    pub secrets: Vec<Range<usize>>,
}

/// Changed lines and their surroundings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The number of its first line in the original, from 1.
    pub was_line: usize,
    /// The number of its first line in the result, from 1.
    pub now_line: usize,
    /// The `Location` of the key in which it begins, as far as the text shows it.
    pub key: Option<String>,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// The hunks of a change in ascending order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diff {
    /// The hunks.
    pub hunks: Vec<Hunk>,
}

impl Diff {
    /// The diff of edits of a text.
    #[must_use]
    pub fn new(text: &str, edits: &Edits, secrets: &Secrets) -> Self {
        let mut diff = Self::default();
        let mut counted = Counted { text, at: 0, lines: 0 };
        let mut headings = Headings::of(text);
        let mut added = 0;
        for group in groups(text, edits) {
            let was_line = counted.lines_before(group.shown.start);
            let hunk_before = &text[group.shown.clone()];
            let hunk_after = group.after(text, edits);
            let was = lines(hunk_before, &secrets_before(text, &group, secrets));
            let now = lines(&hunk_after, &secrets_after(text, &group, &hunk_after, secrets));
            let now_line = was_line.saturating_add_signed(added);
            let ops = line_ops(text, &group, edits);
            for ops in similar::group_diff_ops(ops, CONTEXT) {
                let mut hunk = hunk(&ops, &was, &now, (was_line, now_line));
                let begin = group.shown.start + before_changed(&ops, &was);
                let mut touching = group.edits(edits).iter();
                if let Some(edit) = touching.find(|edit| edit.at.end >= begin) {
                    // Of an edit that began before this hunk the rest alone is told here.
                    let now = if edit.at.start < begin { &[][..] } else { &edit.now };
                    let place = edit.at.start.max(begin);
                    hunk.key = headings.at(place, &String::from_utf8_lossy(now));
                }
                diff.hunks.push(hunk);
            }
            added += lf_count(&hunk_after).cast_signed() - lf_count(hunk_before).cast_signed();
        }
        diff
    }

    /// The unified diff as text: exact for `patch` where nothing is masked or escaped.
    #[must_use]
    pub fn unified(&self, was_name: &str, now_name: &str) -> String {
        if self.hunks.is_empty() {
            return String::new();
        }
        let mut text = format!("--- {was_name}\n+++ {now_name}\n");
        for hunk in &self.hunks {
            text.push_str(&hunk.header());
            text.push('\n');
            for line in &hunk.lines {
                text.push(line.sign.character());
                text.push_str(&secrets::masked(&line.text, &line.secrets));
                if !line.text.ends_with('\n') {
                    text.push_str("\n\\ No newline at end of file\n");
                }
            }
        }
        text
    }

    /// Whether it has a secret in it.
    #[must_use]
    pub fn has_secrets(&self) -> bool {
        self.hunks.iter().flat_map(|hunk| &hunk.lines).any(|line| !line.secrets.is_empty())
    }
}

impl Hunk {
    /// The line `@@ -a,b +c,d @@`, with the key after it.
    #[must_use]
    pub fn header(&self) -> String {
        let mut header = "@@ -".to_owned();
        for (sign, first, other) in
            [('-', self.was_line, Sign::Added), ('+', self.now_line, Sign::Removed)]
        {
            let count = self.lines.iter().filter(|line| line.sign != other).count();
            // An empty side is counted from the line before it.
            let first = if count == 0 { first - 1 } else { first };
            let number = if count == 1 { first.to_string() } else { format!("{first},{count}") };
            let gap = if sign == '-' { " +" } else { " @@" };
            // Writing to a String cannot fail.
            write!(header, "{number}{gap}").unwrap_or_default();
        }
        if let Some(key) = &self.key {
            header += " ";
            // A header is one line, whatever a path holds.
            header += &escape::escaped(key);
        }
        header
    }
}

/// The one edit that makes one text the other, and nothing if they are the same. Where the same
/// lines can be read as changed in several places it is the place where an element begins.
#[must_use]
pub fn difference(was: &str, now: &str) -> Option<Edit> {
    let (from, to) = differing(was.as_bytes(), now.as_bytes());
    if from.is_empty() && to.is_empty() {
        return None;
    }
    // Whole characters: two of them can begin or end with the same bytes.
    let start = was.floor_char_boundary(from.start);
    let end = was.ceil_char_boundary(from.end);
    let mut back = 0;
    if from.is_empty() || to.is_empty() {
        let (text, at) = if from.is_empty() { (now, to) } else { (was, from) };
        back = slide(text, at);
    }
    let start = start - back;
    let at = start..end - back;
    let now_end = now.len() - (was.len() - at.end);
    Some(Edit { was: was[at.clone()].into(), at, now: now[start..now_end].into() })
}

/// How far a piece of a text can move back, so that it begins with the line of a tag.
fn slide(text: &str, at: Range<usize>) -> usize {
    let bytes = text.as_bytes();
    let tails = bytes[..at.start].iter().rev().zip(bytes[..at.end].iter().rev());
    let most = tails.take_while(|(a, b)| a == b).count();
    let begins = |back: &usize| {
        let start = at.start - back;
        text.is_char_boundary(start)
            && text.is_char_boundary(at.end - back)
            && (start == 0 || bytes[start - 1] == b'\n')
            && text[start..].trim_start_matches([' ', '\t']).starts_with('<')
    };
    (0..=most.min(at.start)).find(begins).unwrap_or(0)
}

/// What differs between two slices: neither their common beginning nor their common end.
#[must_use]
pub fn differing(was: &[u8], now: &[u8]) -> (Range<usize>, Range<usize>) {
    let head = was.iter().zip(now).take_while(|(was, now)| was == now).count();
    let tails = was[head..].iter().rev().zip(now[head..].iter().rev());
    let tail = tails.take_while(|(was, now)| was == now).count();
    (head..was.len() - tail, head..now.len() - tail)
}

/// Edits whose surroundings touch, and the lines to show for them.
struct Group {
    /// The indexes of the edits.
    edits: Range<usize>,
    /// From the first to after the last line shown of the original.
    shown: Range<usize>,
}

impl Group {
    fn edits<'e>(&self, edits: &'e Edits) -> &'e [Edit] {
        &edits.as_slice()[self.edits.clone()]
    }

    /// The shown lines with the edits applied.
    fn after(&self, text: &str, edits: &Edits) -> String {
        let mut after = String::new();
        let mut at = self.shown.start;
        for edit in self.edits(edits) {
            after.push_str(&text[at..edit.at.start]);
            after.push_str(&String::from_utf8_lossy(&edit.now));
            at = edit.at.end;
        }
        after + &text[at..self.shown.end]
    }

    /// The lines that edits touch.
    fn touched(&self, text: &str, edits: &Edits) -> Vec<Self> {
        grouped(text, edits, self.edits.clone(), 0)
    }
}

fn groups(text: &str, edits: &Edits) -> Vec<Group> {
    grouped(text, edits, 0..edits.as_slice().len(), CONTEXT)
}

/// Groups edits whose lines, with `context` more on both sides, touch.
fn grouped(text: &str, edits: &Edits, which: Range<usize>, context: usize) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for index in which {
        let at = &edits.as_slice()[index].at;
        let near = groups.last().filter(|group| at.start < group.shown.end);
        let start =
            near.map_or_else(|| lines_back(text, at.start, context), |near| near.shown.start);
        // In one line with the edit before it has the same lines after it: a file can be one line.
        let end = match near {
            Some(near) if lf_count(&text[edits.as_slice()[index - 1].at.end..at.end]) == 0 => {
                near.shown.end
            }
            _ => lines_on(text, at.end, context),
        };
        match groups.last_mut().filter(|group| start < group.shown.end) {
            Some(group) => {
                group.edits.end = index + 1;
                group.shown.end = group.shown.end.max(end);
            }
            None => groups.push(Group { edits: index..index + 1, shown: start..end }),
        }
    }
    groups
}

/// The start of the line `count` lines before the one that holds `at`.
fn lines_back(text: &str, at: usize, count: usize) -> usize {
    let mut breaks = memchr::memrchr_iter(b'\n', &text.as_bytes()[..at]);
    breaks.nth(count).map_or(0, |at| at + 1)
}

/// The end of the line `count` lines after the one that holds `at`.
fn lines_on(text: &str, at: usize, count: usize) -> usize {
    let mut breaks = memchr::memchr_iter(b'\n', &text.as_bytes()[at..]);
    breaks.nth(count).map_or(text.len(), |end| at + end + 1)
}

/// Counts lines once, although places are asked for one after the other.
struct Counted<'a> {
    text: &'a str,
    at: usize,
    lines: usize,
}

impl Counted<'_> {
    fn lines_before(&mut self, at: usize) -> usize {
        self.lines += lf_count(&self.text[self.at..at]);
        self.at = at;
        self.lines + 1
    }
}

fn lf_count(text: &str) -> usize {
    memchr::memchr_iter(b'\n', text.as_bytes()).count()
}

/// Where the line before the first one that changes begins: an edit that adds lines may begin with
/// the end of that line.
fn before_changed(ops: &[DiffOp], was: &[Line]) -> usize {
    let first = ops.iter().find(|op| op.tag() != DiffTag::Equal);
    let lines = first.map_or(0, |op| op.old_range().start.saturating_sub(1));
    was[..lines].iter().map(|line| line.text.len()).sum()
}

/// Puts together one hunk from the lines of a group; `first` are the numbers of their first
/// lines, before and after.
fn hunk(ops: &[DiffOp], was: &[Line], now: &[Line], first: (usize, usize)) -> Hunk {
    let mut lines = Vec::new();
    for op in ops {
        let kept = op.tag() == DiffTag::Equal;
        let sign = if kept { Sign::Context } else { Sign::Removed };
        lines.extend(was[op.old_range()].iter().map(|line| Line { sign, ..line.clone() }));
        if !kept {
            let added = now[op.new_range()].iter();
            lines.extend(added.map(|line| Line { sign: Sign::Added, ..line.clone() }));
        }
    }
    let start = ops.first().map_or((0, 0), |op| (op.old_range().start, op.new_range().start));
    Hunk { was_line: first.0 + start.0, now_line: first.1 + start.1, key: None, lines }
}

/// What happens to the lines of a group, from the known edits: lines that no edit touches are
/// equal, whatever they look like, and a change is shown where it was made.
fn line_ops(text: &str, group: &Group, edits: &Edits) -> Vec<DiffOp> {
    let mut ops = Vec::new();
    let (mut at, mut old, mut new) = (group.shown.start, 0, 0);
    for touched in group.touched(text, edits) {
        let len = lf_count(&text[at..touched.shown.start]);
        ops.push(DiffOp::Equal { old_index: old, new_index: new, len });
        (old, new) = (old + len, new + len);
        let after = touched.after(text, edits);
        let was: Vec<&str> = text[touched.shown.clone()].split_inclusive('\n').collect();
        let now: Vec<&str> = after.split_inclusive('\n').collect();
        // An edit that begins inside a line may leave that one as it is, but no other.
        let first = edits.as_slice()[touched.edits.start].at.start;
        let bound = usize::from(first > touched.shown.start);
        ops.extend(changed(&was, &now, bound).into_iter().map(|op| moved(op, old, new)));
        (at, old, new) = (touched.shown.end, old + was.len(), new + now.len());
    }
    let len = text[at..group.shown.end].split_inclusive('\n').count();
    ops.push(DiffOp::Equal { old_index: old, new_index: new, len });
    ops.retain(|op| !op.old_range().is_empty() || !op.new_range().is_empty());
    ops
}

/// Compares touched lines: at most `bound` at the beginning and any number at the end stay.
fn changed(was: &[&str], now: &[&str], bound: usize) -> Vec<DiffOp> {
    let heads = was.iter().zip(now).take(bound);
    let head = heads.take_while(|(was, now)| was == now).count();
    let tails = was[head..].iter().rev().zip(now[head..].iter().rev());
    let tail = tails.take_while(|(was, now)| was == now).count();
    let (was_end, now_end) = (was.len() - tail, now.len() - tail);
    let deadline = Some(Instant::now() + DEADLINE);
    let (was, now) = (&was[head..was_end], &now[head..now_end]);
    let middle = capture_diff_slices_deadline(Algorithm::Myers, was, now, deadline);
    let mut ops = vec![DiffOp::Equal { old_index: 0, new_index: 0, len: head }];
    ops.extend(middle.into_iter().map(|op| moved(op, head, head)));
    ops.push(DiffOp::Equal { old_index: was_end, new_index: now_end, len: tail });
    ops
}

fn moved(op: DiffOp, old: usize, new: usize) -> DiffOp {
    let (tag, was, now) = op.as_tag_tuple();
    let (old_index, new_index) = (was.start + old, now.start + new);
    let (old_len, new_len) = (was.len(), now.len());
    match tag {
        DiffTag::Equal => DiffOp::Equal { old_index, new_index, len: old_len },
        DiffTag::Delete => DiffOp::Delete { old_index, old_len, new_index },
        DiffTag::Insert => DiffOp::Insert { old_index, new_index, new_len },
        DiffTag::Replace => DiffOp::Replace { old_index, old_len, new_index, new_len },
    }
}

fn secrets_before(text: &str, group: &Group, secrets: &Secrets) -> Vec<Range<usize>> {
    shifted(secrets.places(text, group.shown.clone()), group.shown.start)
}

/// The secrets of the lines as they are afterwards; a tag may begin before them and end after.
fn secrets_after(text: &str, group: &Group, after: &str, secrets: &Secrets) -> Vec<Range<usize>> {
    let tag = text[..group.shown.start].rfind('<').unwrap_or(group.shown.start);
    let lead = group.shown.start - tag;
    let rest = &text[group.shown.end..];
    let rest = &rest[..rest.find('>').map_or(rest.len(), |end| end + 1)];
    let whole = [&text[tag..group.shown.start], after, rest].concat();
    shifted(secrets.places(&whole, lead..lead + after.len()), lead)
}

fn shifted(places: Vec<Range<usize>>, by: usize) -> Vec<Range<usize>> {
    let from = |place: Range<usize>| place.start.saturating_sub(by)..place.end.saturating_sub(by);
    places.into_iter().map(from).filter(|place| !place.is_empty()).collect()
}

/// Cuts a text into lines, and the places of its secrets with them.
fn lines(text: &str, mut secrets: &[Range<usize>]) -> Vec<Line> {
    let mut start = 0;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        let content = start..start + line.trim_end_matches(['\r', '\n']).len();
        // They ascend like the lines.
        let behind = secrets.iter().take_while(|secret| secret.end <= start).count();
        secrets = &secrets[behind..];
        let near = secrets.iter().take_while(|secret| secret.start < content.end);
        let inside = near.filter_map(|secret| {
            let (from, to) = (secret.start.max(content.start), secret.end.min(content.end));
            (from < to).then(|| from - start..to - start)
        });
        let inside = inside.collect();
        lines.push(Line { sign: Sign::Context, text: line.to_owned(), secrets: inside });
        start += line.len();
    }
    lines
}
