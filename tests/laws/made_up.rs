//! Metabases that proptest makes up for the commands that change keys and lists, and what a strict
//! parser finds in one.

use std::collections::BTreeMap;

use metafix::text::source::Source;
use proptest::prelude::*;

/// A metabase: how it is laid out, and what it says.
#[derive(Debug, Clone)]
pub struct MadeUp {
    newline: &'static str,
    indent: &'static str,
    quote: char,
    mark: usize,
    /// Each key with its class and its properties: their number in [`PROPERTIES`] and their value.
    keys: Vec<(usize, &'static str, BTreeMap<usize, String>)>,
}

/// The paths that keys can have, and their classes; the first three are always there.
const PATHS: [(&str, &[&str]); 10] = [
    ("/LM", &["IIsComputer"]),
    ("/LM/SmtpSvc", &["IIsSmtpService"]),
    ("/LM/Test", &["IIsConfigObject"]),
    ("/LM/SmtpSvc/1", &["IIsSmtpServer", "IIsConfigObject"]),
    ("/LM/SmtpSvc/1/Domain", &["IIsSmtpDomain"]),
    ("/LM/SmtpSvc/1/Domain/a.example", &["IIsSmtpDomain", "IIsConfigObject"]),
    ("/LM/SmtpSvc/2", &["IIsSmtpServer"]),
    ("/LM/Test/a", &["IIsConfigObject"]),
    ("/LM/Test/a/b & <c", &["IIsConfigObject"]),
    ("/LM/Test/\u{e4}\u{f6}", &["IIsConfigObject"]),
];

/// Properties, and what their values are made of. Those that the table knows for the SMTP service
/// are attributes there.
const PROPERTIES: [(&str, u32, &str); 9] = [
    ("SmartHost", 36906, "STRING"),
    ("MaxRecipients", 36895, "DWORD"),
    ("P50001", 50001, "STRING"),
    ("P50002", 50002, "MULTISZ"),
    ("P50003", 50003, "DWORD"),
    ("P50004", 50004, "EXPANDSZ"),
    ("P50005", 50005, "MULTISZ"),
    ("P50006", 50006, "BOOL"),
    ("P50007", 50007, "BINARY"),
];

/// The properties that are lists.
pub const LISTS: [&str; 2] = ["P50002", "P50005"];

const ENTRIES: [&str; 7] =
    [r"D:\web\x", r"d:\WEB", r"D:\website2", "a&b", "<\u{e4}", "it's", "\"q\""];

fn value(kind: &'static str) -> BoxedStrategy<String> {
    let entry = prop::sample::select(ENTRIES.to_vec());
    match kind {
        "DWORD" => any::<u32>().prop_map(|number| number.to_string()).boxed(),
        "BOOL" => prop::sample::select(vec!["TRUE".to_owned(), "FALSE".to_owned()]).boxed(),
        "BINARY" => prop::collection::vec(any::<u8>(), 1..4)
            .prop_map(|bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect())
            .boxed(),
        "MULTISZ" => prop::collection::btree_set(entry, 1..5)
            .prop_map(|entries| entries.into_iter().collect::<Vec<_>>().join("\n"))
            .boxed(),
        _ => entry.prop_map(str::to_owned).boxed(),
    }
}

fn property() -> impl Strategy<Value = (usize, String)> {
    (0..PROPERTIES.len()).prop_flat_map(|place| (Just(place), value(PROPERTIES[place].2)))
}

prop_compose! {
    pub fn made_up()(
        newline in prop::sample::select(vec!["\r\n", "\n"]),
        indent in prop::sample::select(vec!["\t", "  "]),
        quote in prop::sample::select(vec!['"', '\'']),
        mark in 0..3_usize,
        there in prop::collection::vec(any::<bool>(), PATHS.len()),
        other in prop::collection::vec(any::<bool>(), PATHS.len()),
        properties in
            prop::collection::vec(prop::collection::vec(property(), 0..5), PATHS.len()),
    ) -> MadeUp {
        let mut keys: Vec<(usize, &'static str, BTreeMap<usize, String>)> = Vec::new();
        for (place, (path, classes)) in PATHS.iter().enumerate() {
            let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
            let has_parent = keys.iter().any(|(place, ..)| PATHS[*place].0 == parent);
            if place >= 3 && !(there[place] && has_parent) {
                continue;
            }
            let class = classes[usize::from(other[place]) % classes.len()];
            // The computer's own key says nothing that is asked about.
            let own = properties[place].iter().filter(|_| place > 0).cloned().collect();
            keys.push((place, class, own));
        }
        MadeUp { newline, indent, quote, mark, keys }
    }
}

impl MadeUp {
    fn escaped(&self, value: &str) -> String {
        let value = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let value = match self.quote {
            '"' => value.replace('"', "&quot;"),
            _ => value.replace('\'', "&apos;"),
        };
        value.replace('\n', &format!("{}{}", self.newline, self.indent.repeat(3)))
    }

    fn pair(&self, depth: usize, name: &str, value: &str) -> String {
        let (q, value) = (self.quote, self.escaped(value));
        format!("{}{}{name}={q}{value}{q}", self.newline, self.indent.repeat(depth))
    }

    fn key(&self, place: usize, class: &str, properties: &BTreeMap<usize, String>) -> String {
        let (q, newline, indent) = (self.quote, self.newline, self.indent);
        let is_listed = |id: u32| id < 50_000 && class.starts_with("IIsSmtpSer");
        let own = |(place, value): (&usize, &String)| {
            let (name, id, kind) = PROPERTIES[*place];
            (name, id, kind, value.clone())
        };
        let (mut attributes, customs): (Vec<_>, Vec<_>) =
            properties.iter().map(own).partition(|(_, id, ..)| is_listed(*id));
        attributes.sort();
        let location = self.escaped(PATHS[place].0);
        let mut text = format!("<{class}{indent}Location ={q}{location}{q}");
        for (name, _, _, value) in &attributes {
            text += &self.pair(2, name, value);
        }
        text += &format!("{newline}{indent}>{newline}");
        let mut customs = customs;
        customs.sort_by_key(|(_, id, ..)| *id);
        for (name, id, kind, value) in &customs {
            let pairs = [
                ("Name", *name),
                ("ID", &id.to_string()),
                ("Value", value),
                ("Type", kind),
                ("UserType", "IIS_MD_UT_SERVER"),
                ("Attributes", "INHERIT"),
            ];
            let pairs = pairs.map(|(name, value)| self.pair(2, name, value)).concat();
            text += &format!("{indent}<Custom{pairs}{newline}{indent}/>{newline}");
        }
        text + &format!("</{class}>{newline}")
    }

    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        let (q, newline) = (self.quote, self.newline);
        let keys = self.keys.iter().map(|(place, class, own)| self.key(*place, class, own));
        let text = format!(
            "<?xml version ={q}1.0{q}?>{newline}<configuration \
             xmlns={q}urn:microsoft-catalog:XML_Metabase_V64_0{q}>{newline}<MBProperty>{newline}{}\
             </MBProperty>{newline}</configuration>{newline}",
            keys.collect::<String>()
        );
        match self.mark {
            0 => text.into_bytes(),
            1 => format!("\u{FEFF}{text}").into_bytes(),
            _ => format!("\u{FEFF}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
        }
    }
}

/// What a key says: its class, and its properties by name with what else is said of each.
pub type Said = BTreeMap<String, (String, BTreeMap<String, BTreeMap<String, String>>)>;

/// What a strict parser finds in a file, by path.
pub fn said(bytes: &[u8]) -> Said {
    let source = Source::decode(bytes.to_vec()).expect("it can be decoded");
    let document = roxmltree::Document::parse(source.text()).expect("a strict parser takes it");
    let is_key = |node: &roxmltree::Node<'_, '_>| {
        node.parent_element().is_some_and(|parent| parent.tag_name().name() == "MBProperty")
    };
    let mut keys = Said::new();
    for key in document.descendants().filter(roxmltree::Node::is_element).filter(is_key) {
        let mut properties = BTreeMap::new();
        for attribute in key.attributes().filter(|one| one.name() != "Location") {
            let value = [("Value".to_owned(), attribute.value().to_owned())];
            properties.insert(attribute.name().to_owned(), value.into());
        }
        for custom in key.children().filter(roxmltree::Node::is_element) {
            let is_list = custom.attribute("Type") == Some("MULTISZ");
            // A parser makes blanks of the line ends in a value.
            let said = custom.attributes().map(|one| match one.name() {
                "Value" if is_list => ("Value".to_owned(), spaced(one.value())),
                name => (name.to_owned(), one.value().to_owned()),
            });
            let name = custom.attribute("Name").unwrap_or_default().to_owned();
            properties.insert(name, said.collect());
        }
        let path = key.attribute("Location").unwrap_or_default().to_lowercase();
        let class = key.tag_name().name().to_owned();
        assert!(keys.insert(path, (class, properties)).is_none(), "a key twice");
    }
    keys
}

fn spaced(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The values that are said, whatever form they have.
pub fn values(said: &Said) -> BTreeMap<(String, String), String> {
    let mut all = BTreeMap::new();
    for (path, (_, properties)) in said {
        for (name, pairs) in properties {
            all.insert((path.clone(), name.clone()), pairs["Value"].clone());
        }
    }
    all
}
