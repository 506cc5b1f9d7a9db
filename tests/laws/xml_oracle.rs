//! A second opinion on what is well-formed: roxmltree, on thousands of damaged files.
//!
//! With `METAFIX_MUTANTS=FILE`, `mutants_for_other_judges` writes the damaged files and our
//! verdicts to a file for `tests/oracle/expat.py`.

use std::io::Write;

use metafix::xml::{Flaw, Kind, Malformed, Token, XmlError, walk};
use roxmltree::Document;

const SEEDS: &[&str] = &[
    "<?xml version =\"1.0\"?>\r\n<configuration xmlns=\"urn:microsoft-catalog:XML_Metabase_V64_0\">\r\n\
     <MBProperty>\r\n<IIS_Global\tLocation =\".\"\r\n\t\tSessionKey=\"4963\"\r\n\t>\r\n</IIS_Global>\r\n\
     <IIsSmtpServer\tLocation =\"/LM/SmtpSvc/1\"\r\n\t\tServerBindings=\":25:\r\n\t\t\t10.0.0.1:25:\"\r\n\t>\r\n\
     \t<Custom\r\n\t\tName=\"SmtpUseTcpDns\"\r\n\t\tID=\"36997\"\r\n\t\tValue=\"2\"\r\n\t\tType=\"DWORD\"\r\n\t/>\r\n\
     </IIsSmtpServer>\r\n</MBProperty>\r\n</configuration>\r\n",
    "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<!-- a -->\n<?b c?>\n\
     <d e = 'f' g=\"h &amp; &#65;&#x42; 'i'\">j &lt; k<![CDATA[l <&> ]]]]><m/><n o='p'></n >\n\
     <!-- q - r -->s<?t?></d>\n<!----><?u ?>",
    "<ключ Имя='é&quot;&apos;&gt;\u{FFFD}\u{10FFFF}'>日本<b.-_1 c:d='' xmlns:c='e'/>\t\u{85}</ключ>",
    "<x>\n<y a=\"1\"\n\tb=\"2\"\n/><y a=\"\"\n\tb=\"3\"\n/>\n<y a='1'\n\tb=\"&lt;\" c='' /></x>",
    "<a b='1' c='2' d='3'><a b='1'/><a><a c=\"\"/></a>]] ></a>",
];

const FRAGMENTS: &[&str] = &[
    "<",
    ">",
    "/",
    "/>",
    "</",
    "=",
    "\"",
    "'",
    "&",
    ";",
    "&amp;",
    "&#",
    "&#x",
    "&#0;",
    "&#1;",
    "&#xD;",
    "&#xD800;",
    "&#xFFFE;",
    "&#x110000;",
    "&#32",
    "&nbsp;",
    "&lt",
    "<!",
    "<!--",
    "-->",
    "--",
    "-",
    "--->",
    "<!-->",
    "<!--->",
    "<![CDATA[",
    "]]>",
    "]]",
    "]",
    "[",
    "<?",
    "?>",
    "<?xml",
    "?",
    "<?xml ?>",
    "<?xml version='1.0'?>",
    "<?XML a?>",
    "<?xml-a b?>",
    "<? ?>",
    " version='1.0'",
    " version='1.1'",
    " encoding='UTF-8'",
    " standalone='no'",
    " standalone='x'",
    "encoding='a'",
    " ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "a",
    "b='1'",
    " b='1'",
    " c=\"\"",
    " b",
    "b=",
    "='1'",
    "=1",
    "x:y",
    ":",
    "xmlns='z'",
    "1",
    ".",
    "<a>",
    "</a>",
    "<a/>",
    "<a />",
    "<a / >",
    "< a>",
    "</ a>",
    "</a b>",
    "<a b='1'>",
    "<>",
    "</>",
    "\0",
    "\u{1}",
    "\u{8}",
    "\u{B}",
    "\u{1F}",
    "\u{7F}",
    "\u{80}",
    "\u{A0}",
    "\u{B7}",
    "\u{D7}",
    "\u{E9}",
    "\u{300}",
    "\u{37E}",
    "\u{2028}",
    "\u{3000}",
    "\u{203F}",
    "\u{2C60}",
    "\u{FEFF}",
    "\u{FFFE}",
    "\u{FFFF}",
    "\u{FFFD}",
    "\u{10000}",
    "\u{1FFFE}",
    "\u{F0000}",
    "<!DOCTYPE a>",
    "<!DOCTYPE",
    "<!doctype a>",
    "%",
    "#",
    "$",
    "+",
];

/// A xorshift generator: the same mutants in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit.max(1)
    }

    fn range(&mut self, length: usize, longest: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        let end = (start + self.below(longest)).min(length);
        start..end
    }
}

/// A seed with one to three pieces of damage.
fn mutant(dice: &mut Dice) -> String {
    let mut text: Vec<char> = SEEDS[dice.below(SEEDS.len())].chars().collect();
    for _ in 0..=dice.below(3) {
        let fragment: Vec<char> = FRAGMENTS[dice.below(FRAGMENTS.len())].chars().collect();
        let place = dice.below(text.len() + 1);
        match dice.below(10) {
            0 => text.truncate(place),
            1 => drop(text.drain(..place.min(text.len() / 4))),
            2 => drop(text.drain(dice.range(text.len(), 2))),
            3 => drop(text.drain(dice.range(text.len(), 20))),
            4 => {
                let copied = text[dice.range(text.len(), 40)].to_vec();
                drop(text.splice(place..place, copied));
            }
            5 if !text.is_empty() => {
                let (one, other) = (dice.below(text.len()), dice.below(text.len()));
                text.swap(one, other);
            }
            6 => drop(text.splice(dice.range(text.len(), 4), fragment)),
            _ => drop(text.splice(place..place, fragment)),
        }
    }
    text.into_iter().collect()
}

fn mutants(count: usize) -> impl Iterator<Item = String> {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    std::iter::repeat_with(move || mutant(&mut dice)).take(count)
}

fn accepted(text: &str) -> bool {
    walk::<XmlError>(text, |_| Ok(())).is_ok()
}

/// What mutants have of the characters that only the fifth edition, roxmltree's, allows in names.
const FIFTH: [char; 6] = ['\u{203F}', '\u{2C60}', '\u{FEFF}', '\u{FFFD}', '\u{10000}', '\u{1FFFE}'];

/// roxmltree's verdict on XML 1.0 alone: without colons there is nothing that "Namespaces in
/// XML" could ask for on top. A letter that no mutant has is in their place, and in the place of
/// what the fifth edition added to names a character that no edition has in them.
fn accepted_by_roxmltree(text: &str) -> bool {
    Document::parse(&text.replace(':', "一").replace(FIFTH, "×")).is_ok()
}

/// What roxmltree does not check.
fn is_beyond_roxmltree(text: &str, refusal: &XmlError) -> bool {
    let XmlError::Malformed(Malformed { at, flaw }) = refusal else { return false };
    match flaw {
        // It reads past the target of a processing instruction, whatever follows and whatever it
        // is named, and takes a declaration with another blank than a space for one.
        Flaw::BadNameCharacter { kind: Kind::Instruction, .. } | Flaw::ReservedTarget { .. } => {
            true
        }
        Flaw::LateDeclaration | Flaw::SecondDeclaration => !text[*at..].starts_with("<?xml "),
        // It puts U+FFFD in the place of a character that must not be referred to.
        Flaw::ForbiddenReference { .. } => true,
        // It reads the declaration, but does not look at its values, nor at the end of its names.
        _ => text.starts_with("<?xml") && text.find("?>").is_some_and(|end| *at < end),
    }
}

#[test]
fn roxmltree_agrees_on_thousands_of_mutants() {
    let (mut good, mut bad) = (0, 0);
    let mut differences = Vec::new();
    for text in mutants(50_000) {
        match (walk(&text, |_| Ok(())), accepted_by_roxmltree(&text)) {
            (Ok(()), true) => good += 1,
            (Err(_), false) => bad += 1,
            (Err(refusal), true) if is_beyond_roxmltree(&text, &refusal) => {}
            (ours, theirs) => differences.push((ours, theirs, text)),
        }
    }
    assert_eq!(differences, []);
    assert!(
        good > 3_000 && bad > 20_000,
        "the mutants prove little: {good} well-formed, {bad} not"
    );
}

#[test]
fn the_attributes_of_a_tag_do_not_depend_on_the_tags_before_it() {
    let (mut tags, mut again) = (0, Vec::new());
    for text in mutants(20_000) {
        // A refused text is read up to its flaw.
        let _ = walk::<XmlError>(&text, |token| {
            if let Token::Open { at, attributes, .. } = token {
                tags += 1;
                metafix::xml::attributes(&text, at, &mut again);
                assert_eq!(attributes, again, "{text:?}");
            }
            Ok(())
        });
    }
    assert!(tags > 20_000, "{tags}");
}

/// Each character of the first plane, and one beyond it, where a name begins and where it goes on.
fn short_names() -> impl Iterator<Item = String> {
    let characters = ('\u{80}'..='\u{10000}').chain('-'..='Z');
    characters.flat_map(|character| [format!("<{character}/>"), format!("<a{character}/>")])
}

#[test]
fn mutants_for_other_judges() {
    let Ok(path) = std::env::var("METAFIX_MUTANTS") else { return };
    let count = std::env::var("METAFIX_MUTANT_COUNT").ok();
    let count = count.and_then(|count| count.parse().ok()).unwrap_or(100_000);
    let file = std::fs::File::create(path).expect("a file to write");
    let mut file = std::io::BufWriter::new(file);
    for text in mutants(count).chain(short_names()) {
        let verdict = if accepted(&text) { b"+" } else { b"-" };
        let length = u32::try_from(text.len()).expect("mutants are small").to_le_bytes();
        for part in [verdict.as_slice(), &length, text.as_bytes()] {
            file.write_all(part).expect("space for the mutants");
        }
    }
    file.flush().expect("space for the mutants");
}
