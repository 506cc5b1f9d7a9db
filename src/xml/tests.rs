//! The walk as a whole; each rule has its examples in `tests/laws/xml_rules.rs`.

use super::flaw::malformed;
use super::*;

#[test]
fn the_pieces_are_the_whole_text() {
    let text = "<?xml version =\"1.0\" encoding='UTF-8'?>\r\n<!-- a --><b c='d'\n\te=\"\">f&amp;g\
                <![CDATA[h]]><i/><?j?></b >\n";
    let mut pieces = Vec::new();
    let mut end = 0;
    let walked = walk::<XmlError>(text, |token| {
        let (kind, at) = match token {
            Token::Declaration { at, encoding } => {
                assert_eq!(encoding.map(|place| &text[place]), Some("UTF-8"));
                ('?', at)
            }
            Token::Open { at, name, attributes, empty } => {
                let names: Vec<_> = attributes.iter().map(|a| &text[a.name.clone()]).collect();
                assert_eq!(names.join(" "), if empty { "" } else { "c e" });
                assert_eq!(name, if empty { "i" } else { "b" });
                (if empty { '/' } else { '<' }, at)
            }
            Token::Close { at } => ('>', at),
            Token::Text { at } => ('t', at),
            Token::Reference { at } => ('&', at),
            Token::CData { at } => ('[', at),
            Token::Comment { at } => ('!', at),
            Token::Instruction { at } => ('p', at),
        };
        assert_eq!(at.start, end);
        end = at.end;
        pieces.push((kind, &text[at]));
        Ok(())
    });
    assert_eq!(walked, Ok(()));
    assert_eq!(end, text.len());
    let kinds: String = pieces.iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, "?t!<t&t[/p>t");
    assert_eq!(pieces[3].1, "<b c='d'\n\te=\"\">");
    assert_eq!(pieces[10].1, "</b >");
}

#[test]
fn a_refusal_of_the_visitor_ends_the_walk() {
    let mut seen = 0;
    let walked = walk("<a><b/><c></a>", |_| {
        seen += 1;
        if seen == 2 { Err(XmlError::Doctype { at: 3 }) } else { Ok(()) }
    });
    assert_eq!((walked, seen), (Err(XmlError::Doctype { at: 3 }), 2));
}

#[test]
fn a_forbidden_character_is_found_wherever_the_blocks_begin() {
    for length in (16_370..16_400).chain(32_750..32_780) {
        let text = format!("<a>{}\u{FFFE}é</a>", "é".repeat(length / 2));
        let at = 3 + length / 2 * 2;
        let flaw = Flaw::ForbiddenCharacter { found: '\u{FFFE}' };
        assert_eq!(walk(&text, |_| Ok(())), Err(malformed(at, flaw)));
    }
}

#[test]
fn depth_needs_no_stack() {
    const DEPTH: usize = 1_000_000;
    let text = "<a>".repeat(DEPTH) + &"</a>".repeat(DEPTH);
    assert_eq!(walk::<XmlError>(&text, |_| Ok(())), Ok(()));
    let flaw = Flaw::UnclosedElement { name: "a".into(), opened: 3 * (DEPTH - 1) };
    assert_eq!(walk(&text[..3 * DEPTH], |_| Ok(())), Err(malformed(3 * DEPTH, flaw)));
}

#[test]
fn many_attributes_are_compared_in_no_time() {
    const COUNT: usize = 200_000;
    let attributes: String = (0..COUNT).map(|number| format!(" a{number}=''")).collect();
    assert_eq!(walk::<XmlError>(&format!("<a{attributes}/>"), |_| Ok(())), Ok(()));
    let flaw = Flaw::DuplicateAttribute { name: "a7".into(), first: 2 + 7 * 6 + 1 };
    let twice = walk(&format!("<a{attributes} a7=''/>"), |_| Ok(()));
    assert_eq!(twice, Err(malformed(attributes.len() + 3, flaw)));
}
