//! The house: eleven rooms, each of which imports only from those below it, and no two files that
//! import each other.
//!
//! Reads the sources themselves. A file names another by a `use` or by a path in its code; a name
//! that a module hands on (`pub use child::Name`) is its child's. Tests inside of the files are
//! left out.

#![allow(clippy::disallowed_methods, reason = "a test writes its own files")]
#![allow(clippy::unwrap_used, reason = "what cannot be read fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, Token, UseTree, Visibility};

/// The rooms from the ground up, as `src/lib.rs` lists them.
const ROOMS: [&str; 11] = [
    "os", "text", "xml", "metabase", "change", "inspect", "store", "server", "terminal", "cli",
    "command",
];

/// A module, by its names from the root of the crate.
type Module = Vec<String>;

/// What one file says.
#[derive(Default)]
struct Said {
    /// The paths in it, as they are written.
    paths: Vec<Vec<String>>,
    /// The names that it hands on, and what they are in it.
    handed: BTreeMap<String, Vec<String>>,
}

impl Said {
    fn tree(&mut self, before: &[String], tree: &UseTree, hands_on: bool) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        let (path, name) = match tree {
            UseTree::Path(path) => return self.tree(&with(&path.ident), &path.tree, hands_on),
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.tree(before, tree, hands_on));
            }
            UseTree::Name(name) => (with(&name.ident), name.ident.to_string()),
            UseTree::Rename(rename) => (with(&rename.ident), rename.rename.to_string()),
            UseTree::Glob(_) => (before.to_vec(), String::new()),
        };
        self.handed.insert(name, path.clone());
        if !hands_on {
            self.paths.push(path);
        }
    }
}

fn is_of_tests(attributes: &[Attribute]) -> bool {
    let test = |attribute: &Attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    };
    attributes.iter().any(test)
}

impl<'ast> Visit<'ast> for Said {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_of_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if !is_of_tests(&item.attrs) {
            self.tree(&[], &item.tree, !matches!(item.vis, Visibility::Inherited));
        }
    }

    /// Who may see a thing is no use of it.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.paths.push(path.segments.iter().map(|part| part.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        visit::visit_macro(self, call);
        let arguments = call.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
        // What is no list of expressions names no file here.
        for argument in arguments.into_iter().flatten() {
            let mut said = Said::default();
            said.visit_expr(&argument);
            self.paths.append(&mut said.paths);
        }
    }
}

/// The files of a crate, and which names which.
struct House {
    said: BTreeMap<Module, Said>,
}

impl House {
    fn read(src: &Path) -> Self {
        let mut said = BTreeMap::new();
        for file in sources(src) {
            let below = file.strip_prefix(src).unwrap().with_extension("");
            let mut module: Module =
                below.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
            if module.last().is_some_and(|last| last == "main" || last == "tests") {
                continue;
            }
            module.pop_if(|last| last == "mod" || last == "lib");
            let parsed = syn::parse_file(&fs::read_to_string(&file).unwrap()).unwrap();
            let mut here = Said::default();
            here.visit_file(&parsed);
            said.insert(module, here);
        }
        Self { said }
    }

    /// A path as it is written in a module, from the root of the crate; `None` where it is another
    /// crate's or a local name.
    fn absolute(&self, module: &Module, path: &[String]) -> Option<Vec<String>> {
        let ups = path.iter().take_while(|part| *part == "super").count();
        match path.first()?.as_str() {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some([module, &path[1..]].concat()),
            "super" => Some([&module[..module.len().checked_sub(ups)?], &path[ups..]].concat()),
            first => {
                let child = [&module[..], &[first.to_owned()]].concat();
                (path.len() > 1 && self.said.contains_key(&child)).then(|| [module, path].concat())
            }
        }
    }

    /// The file that defines what a path names.
    fn owner(&self, path: &[String]) -> Option<Module> {
        let module = (0..=path.len()).rev().map(|end| &path[..end]);
        let module = module.into_iter().find(|module| self.said.contains_key(*module))?.to_vec();
        let handed = path.get(module.len()).and_then(|name| self.said[&module].handed.get(name));
        let elsewhere = handed.and_then(|handed| self.absolute(&module, handed));
        match elsewhere {
            Some(elsewhere) if elsewhere != path[..=module.len()] => {
                self.owner(&[&elsewhere, &path[module.len() + 1..]].concat())
            }
            _ => Some(module),
        }
    }

    /// Which file names which others.
    fn arrows(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let arrows = |(module, said): (&Module, &Said)| {
            let named = said.paths.iter().filter_map(|path| self.absolute(module, path));
            let named = named.filter_map(|path| self.owner(&path));
            let named = named.filter(|owner| owner != module && !owner.is_empty());
            (module.clone(), named.collect())
        };
        self.said.iter().filter(|(module, _)| !module.is_empty()).map(arrows).collect()
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files
}

/// The arrows that are left when each file that names none of the others, or that none of them
/// names, is taken away again and again.
fn circles(mut arrows: BTreeMap<Module, BTreeSet<Module>>) -> Vec<String> {
    loop {
        let before = arrows.values().map(BTreeSet::len).sum::<usize>();
        let named: BTreeSet<Module> = arrows.values().flatten().cloned().collect();
        arrows.retain(|module, names| named.contains(module) && !names.is_empty());
        let left: BTreeSet<Module> = arrows.keys().cloned().collect();
        arrows.values_mut().for_each(|names| names.retain(|name| left.contains(name)));
        if arrows.values().map(BTreeSet::len).sum::<usize>() == before {
            break;
        }
    }
    let all = arrows.iter().flat_map(|(from, names)| names.iter().map(move |to| (from, to)));
    all.map(|(from, to)| format!("{} -> {}", from.join("::"), to.join("::"))).collect()
}

fn arrows_up(arrows: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<(Module, Module)> {
    let floor = |module: &Module| ROOMS.iter().position(|room| *room == module[0]);
    let all = arrows.iter().flat_map(|(from, named)| named.iter().map(move |to| (from, to)));
    let up = all.filter(|(from, to)| floor(to) > floor(from));
    up.map(|(from, to)| (from.clone(), to.clone())).collect()
}

#[test]
fn no_file_of_src_names_a_room_above_it_and_there_is_no_circle() {
    let house = House::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let top: BTreeSet<&str> = house.said.keys().filter_map(|m| m.first()).map(|m| &**m).collect();
    assert_eq!(top, ROOMS.into_iter().collect());
    let arrows = house.arrows();
    let count: usize = arrows.values().map(BTreeSet::len).sum();
    assert!(count > 2 * arrows.len(), "the reader of the sources sees little: {count} arrows");
    assert_eq!(arrows_up(&arrows), [], "a room imports from one above it");
    assert_eq!(circles(arrows), Vec::<String>::new(), "these files import each other");
}

/// The reader sees what it is to see: each kind of arrow, in a small crate of its own.
#[test]
fn the_reader_of_the_sources_sees_each_way_to_name_a_file() {
    let room = tempfile::tempdir().unwrap();
    let house = |files: &[(&str, &str)]| {
        let src = tempfile::tempdir_in(room.path()).unwrap();
        for (name, text) in files {
            let path = src.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        House::read(src.path()).arrows()
    };
    let to_xml = [(vec!["text".to_owned()], vec!["xml".to_owned()])];
    for up in [
        "use crate::xml::Reader;",
        "use crate::{os::Os, xml::{self, Reader}};",
        "use super::xml;",
        "fn read() { crate::xml::read() }",
        "fn read() -> crate::xml::Reader { todo!() }",
        "fn read() { println!(\"{}\", crate::xml::read()) }",
        "mod inner { fn read() { crate::xml::read() } }",
    ] {
        let arrows = house(&[("text.rs", up), ("xml.rs", ""), ("os.rs", ""), ("lib.rs", "")]);
        assert_eq!(arrows_up(&arrows), to_xml, "{up}");
    }
    for none in [
        "use quick_xml::Reader;",
        "#[cfg(test)] mod tests { use crate::xml::Reader; }",
        "/// As [`crate::xml`] has it.\nfn read() {}",
        "use crate::os::Os;",
    ] {
        let arrows = house(&[("text.rs", none), ("xml.rs", ""), ("os.rs", ""), ("lib.rs", "")]);
        assert_eq!(arrows_up(&arrows), [], "{none}");
    }
    let handed_on = house(&[
        ("xml.rs", "pub use child::Name; mod child; mod other;"),
        ("xml/child.rs", "pub struct Name;"),
        ("xml/other.rs", "use super::Name;"),
    ]);
    assert!(circles(handed_on).is_empty(), "a name handed on is its child's");
    let circle = house(&[
        ("xml.rs", "pub struct Name; fn read() { child::read() } mod child;"),
        ("xml/child.rs", "use super::Name; pub fn read() {}"),
    ]);
    assert_eq!(circles(circle).len(), 2);
}
