//! Each rule of XML 1.0, by example: the place where it is broken is marked with `→`.

use metafix::xml::{Malformed, XmlError, walk};

/// A text and the sentence that says what is wrong at its mark.
const ILL_FORMED: &[(&str, &str)] = &[
    // No element, two of them, and what may not stand around one.
    ("→", "there is no element"),
    (" \t\r\n→", "there is no element"),
    ("<?xml version=\"1.0\"?>\n→", "there is no element"),
    ("<!-- a --><?b c?>→", "there is no element"),
    ("<a/>→<b/>", "the element b follows the end of the outermost element"),
    ("<a></a>\n→<a></a>", "the element a follows the end of the outermost element"),
    ("<a></a>→<a", "the element a follows the end of the outermost element"),
    ("→x<a/>", "there is text outside the outermost element: `x`"),
    ("<a/>\n→é", "there is text outside the outermost element: `é`"),
    ("<a/>→\u{A0}", "there is text outside the outermost element: the character U+00A0"),
    ("→\u{FEFF}<a/>", "there is text outside the outermost element: the character U+FEFF"),
    ("<a/>→\u{FEFF}", "there is text outside the outermost element: the character U+FEFF"),
    ("→&#32;<a/>", "there is text outside the outermost element: `&`"),
    ("<a/>→&amp;", "there is text outside the outermost element: `&`"),
    ("<a/>→&", "there is text outside the outermost element: `&`"),
    ("→]]><a/>", "there is text outside the outermost element: `]`"),
    ("→<![CDATA[]]><a/>", "there is a CDATA section outside the outermost element"),
    ("<a/>→<![CDATA[ ]]>", "there is a CDATA section outside the outermost element"),
    ("<a/>→<![CDATA[", "there is a CDATA section outside the outermost element"),
    ("<a/>→</a>", "the end tag of a closes no open element"),
    ("→</a>", "the end tag of a closes no open element"),
    // Start and end tags.
    ("<a>→", "the element a is never closed"),
    ("<a><b/><c>→", "the element c is never closed"),
    ("<a><b></b>→", "the element a is never closed"),
    ("<a><b>→</a></b>", "b must be closed before the end tag of a"),
    ("<a>→</A>", "a must be closed before the end tag of A"),
    ("<a>→</aa>", "a must be closed before the end tag of aa"),
    ("<aa>→</a>", "aa must be closed before the end tag of a"),
    ("<é>→</e>", "é must be closed before the end tag of e"),
    ("<a>→</>", "an end tag has no name"),
    ("<a>→</ a>", "an end tag has no name"),
    ("<a>→</\na>", "an end tag has no name"),
    ("<a>→</1>", "an end tag has no name"),
    ("<a>→</", "an end tag has no name"),
    ("<a>→</a", "an end tag begins here and never ends"),
    ("<a>→</a ", "an end tag begins here and never ends"),
    ("<a></a →b>", "`b` follows the name in the end tag of a"),
    ("<a></a →b='>'>", "`b` follows the name in the end tag of a"),
    ("<a></a→/>", "`/` follows the name in the end tag of a"),
    ("<a></a →\">", "`\"` follows the name in the end tag of a"),
    ("<a></a→$>", "`$` cannot follow a in the name of an end tag"),
    ("<a></a→'>", "`'` cannot follow a in the name of an end tag"),
    ("<a></a→<b>", "the end tag of a is not closed before the next `<`"),
    ("<a></a →<!-- b -->", "the end tag of a is not closed before the next `<`"),
    ("→<", "a `<` begins no tag"),
    ("→<>", "a `<` begins no tag"),
    ("→< a/>", "a `<` begins no tag"),
    ("→<1/>", "a `<` begins no tag"),
    ("→<-a/>", "a `<` begins no tag"),
    ("→<.a/>", "a `<` begins no tag"),
    ("→<'a'/>", "a `<` begins no tag"),
    ("→<\u{300}a/>", "a `<` begins no tag"),
    ("→<×/>", "a `<` begins no tag"),
    ("→<÷/>", "a `<` begins no tag"),
    ("→<\u{37E}/>", "a `<` begins no tag"),
    ("→<\u{2000}/>", "a `<` begins no tag"),
    ("→<\u{3000}/>", "a `<` begins no tag"),
    ("→<\u{F0000}/>", "a `<` begins no tag"),
    ("<a>1 →< 2</a>", "a `<` begins no tag"),
    ("<a→×/>", "the character U+00D7 cannot follow a in the name of an element"),
    ("<a→$b/>", "`$` cannot follow a in the name of an element"),
    ("<a→&amp;/>", "`&` cannot follow a in the name of an element"),
    ("<a→=\"b\"/>", "`=` cannot follow a in the name of an element"),
    ("<a→\"\">", "`\"` cannot follow a in the name of an element"),
    ("<a→\u{A0}b='c'/>", "the character U+00A0 cannot follow a in the name of an element"),
    ("<a→<b/></a>", "the start tag of a is not closed before the next `<`"),
    ("<a b='c'→<b/></a>", "the start tag of a is not closed before the next `<`"),
    ("<a\n\t→</a>", "the start tag of a is not closed before the next `<`"),
    ("<a →/ >", "a stray `/` in the start tag of a"),
    ("<a→//>", "a stray `/` in the start tag of a"),
    ("<a→/b='c'/>", "a stray `/` in the start tag of a"),
    ("<a b='c'→/ d='e'>", "a stray `/` in the start tag of a"),
    ("→<a", "a start tag begins here and never ends"),
    ("→<a b='c'", "a start tag begins here and never ends"),
    ("→<a b='c' ", "a start tag begins here and never ends"),
    ("<a →/", "a stray `/` in the start tag of a"),
    // Attributes.
    ("<a →b/>", "the attribute b has no value"),
    ("<a →b c='d'/>", "the attribute b has no value"),
    ("<a →b=/>", "the attribute b has no value"),
    ("<a →b=>", "the attribute b has no value"),
    ("<a →b\"c\"/>", "the attribute b has no value"),
    ("<a →b", "the attribute b has no value"),
    ("<a →b=", "the attribute b has no value"),
    ("<a b=→c/>", "the value of b does not begin with a quote"),
    ("<a b = →1 c='2'/>", "the value of b does not begin with a quote"),
    ("<a b=→=\"c\"/>", "the value of b does not begin with a quote"),
    ("<a b=→”c”/>", "the value of b does not begin with a quote"),
    ("<a b=→<c/>", "the value of b does not begin with a quote"),
    ("<a →='b'/>", "an attribute of a has no name"),
    ("<a →'b'/>", "an attribute of a has no name"),
    ("<a →\"", "an attribute of a has no name"),
    ("<a →1b='c'/>", "no attribute of a can begin with `1`"),
    ("<a →-b='c'/>", "no attribute of a can begin with `-`"),
    ("<a →&amp;='c'/>", "no attribute of a can begin with `&`"),
    ("<a →\u{B7}b='c'/>", "no attribute of a can begin with the character U+00B7"),
    ("<a b→$='c'/>", "`$` cannot follow b in the name of an attribute"),
    ("<a b→×='c'/>", "the character U+00D7 cannot follow b in the name of an attribute"),
    ("<a b→&='c'/>", "`&` cannot follow b in the name of an attribute"),
    ("<a b='c'→d='e'/>", "there is no blank before an attribute of a"),
    ("<a b='c'→'d'/>", "there is no blank before an attribute of a"),
    ("<a b=\"c\"→\"/>", "there is no blank before an attribute of a"),
    ("<a b='c'→\u{3000}d='e'/>", "there is no blank before an attribute of a"),
    ("<a b='c' →b='d'/>", "the attribute b is duplicated"),
    ("<a b='c' B='c' →b='c'></a>", "the attribute b is duplicated"),
    ("<a é='c' e='d' →é='e'/>", "the attribute é is duplicated"),
    ("<a b='c→<d'/>", "there is a `<` in the value of b"),
    ("<a b='c>\n→<d e='f'/></a>", "there is a `<` in the value of b"),
    ("<a b=\"1 &lt; 2 →< 3\"/>", "there is a `<` in the value of b"),
    ("<a b=→'c/>", "the value of b has no closing quote"),
    ("<a b=→\"c'/>", "the value of b has no closing quote"),
    ("<a b=→\"c &amp; d/>", "the value of b has no closing quote"),
    ("<a b=→'", "the value of b has no closing quote"),
    // References.
    ("<a b='→&'/>", "a `&` begins no reference"),
    ("<a b='c →& d'/>", "a `&` begins no reference"),
    ("<a b='→&amp'/>", "a `&` begins no reference"),
    ("<a b='→&;'/>", "a `&` begins no reference"),
    ("<a b='→& amp;'/>", "a `&` begins no reference"),
    ("<a b='→&amp ;'/>", "a `&` begins no reference"),
    ("<a b='→&1;'/>", "a `&` begins no reference"),
    ("<a b='&amp;→&' c=';'/>", "a `&` begins no reference"),
    ("<a>→&</a>", "a `&` begins no reference"),
    ("<a>→& b;</a>", "a `&` begins no reference"),
    ("<a>→&amp</a>", "a `&` begins no reference"),
    ("<a>→&&amp;</a>", "a `&` begins no reference"),
    ("<a>AT→&T is big; very.</a>", "a `&` begins no reference"),
    ("<a>→&", "a `&` begins no reference"),
    ("<a>→&amp", "a `&` begins no reference"),
    ("<a b='→&nbsp;'/>", "there is no entity &nbsp;"),
    ("<a>→&nbsp;</a>", "there is no entity &nbsp;"),
    ("<a>→&AMP;</a>", "there is no entity &AMP;"),
    ("<a>→&é;</a>", "there is no entity &é;"),
    ("<a>→&xml:amp;</a>", "there is no entity &xml:amp;"),
    ("<a>→&#;</a>", "&# is not a reference to a character"),
    ("<a>→&#x;</a>", "&#x is not a reference to a character"),
    ("<a>→&#X41;</a>", "&# is not a reference to a character"),
    ("<a>→&#41a;</a>", "&#41 is not a reference to a character"),
    ("<a>→&#xG;</a>", "&#x is not a reference to a character"),
    ("<a>→&#+65;</a>", "&# is not a reference to a character"),
    ("<a>→&#-65;</a>", "&# is not a reference to a character"),
    ("<a>→&#65 ;</a>", "&#65 is not a reference to a character"),
    ("<a>→&#65</a>", "&#65 is not a reference to a character"),
    ("<a b='→&#65'/>", "&#65 is not a reference to a character"),
    ("<a>→&#٣;</a>", "&# is not a reference to a character"),
    ("<a>→&#0;</a>", "&#0; stands for a character that XML does not allow"),
    ("<a b='→&#1;'/>", "&#1; stands for a character that XML does not allow"),
    ("<a>→&#x1F;</a>", "&#x1F; stands for a character that XML does not allow"),
    ("<a>→&#xD800;</a>", "&#xD800; stands for a character that XML does not allow"),
    ("<a>→&#xDfff;</a>", "&#xDfff; stands for a character that XML does not allow"),
    ("<a>→&#xFFFE;</a>", "&#xFFFE; stands for a character that XML does not allow"),
    ("<a b='→&#65535;'/>", "&#65535; stands for a character that XML does not allow"),
    ("<a>→&#x110000;</a>", "&#x110000; stands for a character that XML does not allow"),
    ("<a>→&#4294967361;</a>", "&#4294967361; stands for a character that XML does not allow"),
    (
        "<a>→&#x10000000000000000000000000041;</a>",
        "&#x100000000000000000000… stands for a character that XML does not allow",
    ),
    // Characters.
    ("<a>→\0</a>", "XML does not allow the character U+0000"),
    ("<a b='→\u{1}'/>", "XML does not allow the character U+0001"),
    ("<a b='→\u{1F}'/>", "XML does not allow the character U+001F"),
    ("<a><!-- →\u{B} --></a>", "XML does not allow the character U+000B"),
    ("<a><![CDATA[→\u{C}]]></a>", "XML does not allow the character U+000C"),
    ("<a><?b →\u{8}?></a>", "XML does not allow the character U+0008"),
    ("<a>→\u{FFFE}</a>", "XML does not allow the character U+FFFE"),
    ("<a b='é→\u{FFFF}'/>", "XML does not allow the character U+FFFF"),
    ("<a/>→\0", "XML does not allow the character U+0000"),
    ("<a→\u{1}/>", "XML does not allow the character U+0001"),
    ("<a b='→<'>\u{1}</a>", "there is a `<` in the value of b"),
    // Text, comments, CDATA sections, processing instructions.
    ("<a>→]]></a>", "`]]>` is not allowed in text"),
    ("<a>b]→]]>c</a>", "`]]>` is not allowed in text"),
    ("<a>> ]> →]]>", "`]]>` is not allowed in text"),
    ("<a><![CDATA[b]]>→]]></a>", "`]]>` is not allowed in text"),
    ("<a><!-- b →-- c --></a>", "`--` is not allowed in a comment"),
    ("<a><!-- b →---></a>", "`--` is not allowed in a comment"),
    ("<!--→---><a/>", "`--` is not allowed in a comment"),
    ("<!--→----><a/>", "`--` is not allowed in a comment"),
    ("→<!--", "a comment begins here and never ends"),
    ("<a>→<!-- b ", "a comment begins here and never ends"),
    ("→<!--><a/>", "a comment begins here and never ends"),
    ("→<!---><a/>", "a comment begins here and never ends"),
    ("→<!- a --><a/>", "`<!` begins neither a comment nor a CDATA section"),
    ("<a>→<!></a>", "`<!` begins neither a comment nor a CDATA section"),
    ("<a>→<!", "`<!` begins neither a comment nor a CDATA section"),
    ("<a>→<!ELEMENT a></a>", "`<!` begins neither a comment nor a CDATA section"),
    ("→<!doctype a><a/>", "`<!` begins neither a comment nor a CDATA section"),
    ("<a>→<![cdata[]]></a>", "`<!` begins neither a comment nor a CDATA section"),
    ("<a>→<![CDATA b]]></a>", "`<!` begins neither a comment nor a CDATA section"),
    ("<a>→<! [CDATA[]]></a>", "`<!` begins neither a comment nor a CDATA section"),
    ("<a>→<![CDATA[", "a CDATA section begins here and never ends"),
    ("<a>→<![CDATA[b]]</a>", "a CDATA section begins here and never ends"),
    ("→<??><a/>", "a processing instruction has no name"),
    ("→<?><a/>", "a processing instruction has no name"),
    ("→<? b?><a/>", "a processing instruction has no name"),
    ("→<?1?><a/>", "a processing instruction has no name"),
    ("<a>→<?", "a processing instruction has no name"),
    ("<a>→<?b", "a processing instruction begins here and never ends"),
    ("<a>→<?b ></a>", "a processing instruction begins here and never ends"),
    ("→<?xml version='1.0'", "a processing instruction begins here and never ends"),
    ("<?b→+c?><a/>", "`+` cannot follow b in the name of a processing instruction"),
    ("<?b→?c?><a/>", "`?` cannot follow b in the name of a processing instruction"),
    ("<?xml→+?><a/>", "`+` cannot follow xml in the name of a processing instruction"),
    ("<?→XML version='1.0'?><a/>", "a processing instruction is named XML"),
    ("<a><?→Xml?></a>", "a processing instruction is named Xml"),
    // The declaration.
    (" →<?xml version='1.0'?><a/>", "the XML declaration is not the first thing in the file"),
    ("<a>→<?xml version='1.0'?></a>", "the XML declaration is not the first thing in the file"),
    ("<a/>→<?xml?>", "the XML declaration is not the first thing in the file"),
    ("<?xml version='1.0'?>→<?xml version='1.0'?><a/>", "there is a second XML declaration"),
    ("→<?xml?><a/>", "the XML declaration does not begin with the version"),
    ("→<?xml ?><a/>", "the XML declaration does not begin with the version"),
    ("→<?xml encoding='UTF-8'?><a/>", "the XML declaration does not begin with the version"),
    (
        "→<?xml encoding='UTF-8' version='1.0'?><a/>",
        "the XML declaration does not begin with the version",
    ),
    ("→<?xml Version='1.0'?><a/>", "the XML declaration does not begin with the version"),
    ("<?xml version='→1.1'?><a/>", "this is XML 1.1, not 1.0"),
    ("<?xml version='→2.0'?><a/>", "this is XML 2.0, not 1.0"),
    ("<?xml version='→'?><a/>", "this is XML , not 1.0"),
    ("<?xml version='→ 1.0'?><a/>", "this is XML  1.0, not 1.0"),
    ("<?xml version=→1.0?><a/>", "the value of version does not begin with a quote"),
    ("<?xml →version?><a/>", "the attribute version has no value"),
    ("<?xml version=→'1.0\"?><a/>", "the value of version has no closing quote"),
    ("<?xml version='1.0'→encoding='UTF-8'?><a/>", "there is no blank before an attribute of xml"),
    (
        "<?xml version='1.0' encoding='UTF-8'→standalone='no'?><a/>",
        "there is no blank before an attribute of xml",
    ),
    (
        "<?xml version='1.0' standalone='no' →encoding='UTF-8'?><a/>",
        "encoding does not belong in the XML declaration at this place",
    ),
    ("<?xml version='1.0' →version='1.0'?><a/>", "the attribute version is duplicated"),
    ("<?xml version='1.0' →b='c'?><a/>", "b does not belong in the XML declaration at this place"),
    ("<?xml version='1.0' encoding='→'?><a/>", "\"\" is not the name of an encoding"),
    ("<?xml version='1.0' encoding='→8-UTF'?><a/>", "\"8-UTF\" is not the name of an encoding"),
    ("<?xml version='1.0' encoding='→UTF 8'?><a/>", "\"UTF 8\" is not the name of an encoding"),
    ("<?xml version='1.0' standalone='→maybe'?><a/>", "standalone is \"maybe\", not yes or no"),
    ("<?xml version='1.0' standalone='→YES'?><a/>", "standalone is \"YES\", not yes or no"),
    ("<?xml version='1.0' →/?><a/>", "a stray `/` in the start tag of xml"),
];

const WELL_FORMED: &[&str] = &[
    "<a/>",
    "<a />",
    "<a\n/>",
    "<a></a>",
    "<a></a >",
    "<a></a\r\n\t>",
    "<a ></a>",
    "\n<a/>\n",
    "<?xml version =\"1.0\"?>\r\n<a/>\r\n",
    "<?xml version='1.0'?><a/>",
    "<?xml\tversion\n=\r'1.0'\n?><a/>",
    "<?xml version=\"1.0\" encoding='UTF-8' standalone = 'yes' ?><a/>",
    "<?xml version=\"1.0\" standalone='no'?><a/>",
    "<?xml version=\"1.0\" encoding=\"x-._1\"?><a/>",
    "<!-- b --><?c d?><a/><!-- e --><?f?>",
    "<!----><a/>",
    "<!-->--><a/>",
    "<!--->--><a/>",
    "<!-- - -><& ]]> --><a/>",
    "<a><!----></a><!---->",
    "<?b?><?c ?><?d ? > ??><?xml-stylesheet e?><?é?><a/>",
    "<?b <&--]]> ?><a/>",
    "<a><![CDATA[]]><![CDATA[<&]] ]>]]]></a>",
    "<a>]] > ]>]</a>",
    "<a>></a>",
    "<a>&amp;&lt;&gt;&quot;&apos;&#65;&#x41;&#x9;&#10;&#xd;&#x10FFFF;&#xFFFD;&#xE000;</a>",
    "<a b='&amp;&lt;&gt;&quot;&apos;&#65;&#x00000000000000000000000041;' c=\"'\" d='\"'/>",
    "<a b=''/>",
    "<a b = \"c\"\td\n=\r'e' />",
    "<a\tLocation =\".\"\n\t\tb=\"1\n\t\t\t2\r\n\"\n\t>\n</a>",
    "<a b='>' c=\"/>\" d=']]>' e='--' f='='/>",
    "<a b='c' B='c' bb='c' _b='c' b.='c' b-='c' :b='c'/>",
    "<:/>",
    "<_-.1:é\u{B7}\u{300}\u{30FC}/>",
    "<\u{C0}\u{D6}\u{D8}\u{F6}\u{F8}\u{131}\u{134}\u{386}\u{1FFC}\u{20D0}\u{2126}/>",
    "<\u{2180}\u{2182}\u{3007}\u{3005}\u{3021}\u{3029}\u{312C}\u{4E00}\u{9FA5}\u{AC00}\u{D7A3}/>",
    "<龥각 語='é'></龥각>",
    "<a:b c:d='e'/>",
    "<a>\t\r\n\u{7F}\u{85}\u{FEFF}\u{FFFD}\u{E000}\u{D7FF}\u{1FFFF}\u{10FFFF}</a>",
    "<a b='\u{7F}\u{FEFF}\u{FDD0}\u{1FFFE}'/>",
    "<a><b><c/></b><b></b>d<b>e</b></a>",
];

fn flaw(text: &str) -> Option<Malformed> {
    match walk(text, |_| Ok(())) {
        Ok(()) => None,
        Err(XmlError::Malformed(malformed)) => Some(malformed),
        Err(other) => panic!("{text:?}: {other}"),
    }
}

#[test]
fn what_is_ill_formed_is_refused_at_its_place() {
    let mut wrong = String::new();
    for (sample, sentence) in ILL_FORMED {
        let place = sample.find('→').expect("a mark");
        let text = sample.replacen('→', "", 1);
        match flaw(&text) {
            Some(Malformed { at, flaw }) => {
                if at != place || flaw.to_string() != *sentence {
                    wrong += &format!("{sample:?}: {flaw:?} at {at}, not {place}: {flaw}\n");
                }
                assert!(flaw.related().is_none_or(|other| other <= at));
            }
            None => wrong += &format!("{sample:?} is accepted\n"),
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn what_is_well_formed_is_accepted() {
    for text in WELL_FORMED {
        assert_eq!(flaw(text), None, "{text:?}");
    }
}

/// By the tables of Appendix B; `tests/oracle/expat.py` asks expat about each character.
#[test]
fn names_are_those_of_the_fourth_edition() {
    let begins = |character: char| flaw(&format!("<{character}/>")).is_none();
    let goes_on = |character: char| flaw(&format!("<a{character}/>")).is_none();
    for letter in ['À', 'ÿ', 'ı', 'Ω', 'ж', 'א', 'ع', 'ก', '々', '〇', 'ア', '一', '龥', '가', '힣']
    {
        assert_eq!((begins(letter), goes_on(letter)), (letter != '々', true), "{letter:?}");
    }
    for further in ['·', '\u{300}', '\u{345}', '٣', '९', 'ー', '〵'] {
        assert_eq!((begins(further), goes_on(further)), (false, true), "{further:?}");
    }
    // Most of these are allowed by the fifth edition alone.
    for other in [
        'Ͱ',
        'Ⱡ',
        '‿',
        '\u{10000}',
        '×',
        '÷',
        'ĳ',
        'ŀ',
        'ŉ',
        'ſ',
        '龦',
        '\u{F900}',
        'Ａ',
        '\u{E000}',
    ] {
        assert_eq!((begins(other), goes_on(other)), (false, false), "{other:?}");
    }
}

#[test]
fn a_document_type_is_refused_wherever_it_stands() {
    for sample in ["→<!DOCTYPE a><a/>", "<a>→<!DOCTYPE", "<a/>\n→<!DOCTYPE a [<!ENTITY b 'c'>]>"]
    {
        let at = sample.find('→').expect("a mark");
        let text = sample.replacen('→', "", 1);
        assert_eq!(walk(&text, |_| Ok(())), Err(XmlError::Doctype { at }), "{sample:?}");
    }
}

#[test]
fn every_truncation_of_what_is_well_formed_is_refused_or_complete() {
    for text in WELL_FORMED {
        for (end, _) in text.char_indices() {
            if let Some(malformed) = flaw(&text[..end]) {
                assert!(malformed.at <= end, "{text:?} up to {end}");
            }
        }
    }
}
