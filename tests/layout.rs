//! The source is laid out as the architecture says: imports flow one way, and every file says what it is.

use std::path::{Path, PathBuf};

/// Which top-level module may use which.
const ARROWS: &[(&str, &[&str])] = &[
    ("main", &["cli"]),
    ("cli", &["server", "registry", "answers", "store", "api", "demo", "record", "import", "mirror"]),
    ("server", &["api", "web", "registry", "answers", "record", "metrics"]),
    ("api", &["overview", "registry", "answers", "record", "method", "import", "metrics"]),
    ("web", &["api", "chart", "overview", "registry", "answers", "method", "record", "import"]),
    ("overview", &["registry", "answers", "method", "record"]),
    ("registry", &["answers", "store", "method", "record", "metrics"]),
    ("answers", &["method", "record"]),
    ("import", &["record"]),
    ("mirror", &["record"]),
    ("store", &["record"]),
    ("method", &["record"]),
    ("demo", &["record"]),
    ("metrics", &[]),
    ("chart", &[]),
    ("record", &[]),
];

/// Every source file with its text.
fn sources() -> Vec<(PathBuf, String)> {
    fn gather(directory: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                gather(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 40, "the sources are found");
    found
}

/// The top-level module that a file belongs to.
fn module(path: &Path) -> String {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let first = inside.iter().next().unwrap().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The text without comments on lines of their own.
fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The top-level modules of this crate that a text names, by `crate::` or, in the program, by the crate's name.
fn uses(text: &str) -> Vec<String> {
    ["crate::", "use pledgewatch::"].into_iter().flat_map(|root| names_after(root, text)).collect()
}

/// The words that follow `root`, one or a group in braces, wherever it stands by itself.
fn names_after(root: &str, text: &str) -> Vec<String> {
    let text = code(text);
    let mut found = Vec::new();
    for (at, _) in text.match_indices(root).filter(|(at, _)| !text[..*at].ends_with(is_word)) {
        let rest = text[at + root.len()..].trim_start();
        match rest.strip_prefix('{') {
            Some(group) => found.extend(group_members(group)),
            None => found.extend(first_word(rest)),
        }
    }
    found
}

fn first_word(text: &str) -> Option<String> {
    let word = text.trim_start().split(|character| !is_word(character)).next()?;
    (!word.is_empty()).then(|| word.to_owned())
}

/// The first words of the members of a group whose opening brace was taken already.
fn group_members(text: &str) -> Vec<String> {
    let (mut depth, mut member, mut members) = (0, String::new(), Vec::new());
    for character in text.chars() {
        match character {
            '}' if depth == 0 => break,
            ',' if depth == 0 => members.push(std::mem::take(&mut member)),
            _ => {
                depth += i32::from(character == '{') - i32::from(character == '}');
                member.push(character);
            }
        }
    }
    members.push(member);
    members.iter().filter_map(|member| first_word(member)).collect()
}

/// The arrows of a module's text that are not allowed.
fn bad_arrows(module: &str, text: &str) -> Vec<String> {
    let row = ARROWS.iter().find(|(from, _)| *from == module);
    let Some((_, allowed)) = row else { return vec![format!("{module} is not in the table")] };
    let wrong = |to: &String| to != module && !allowed.contains(&to.as_str());
    uses(text).into_iter().filter(wrong).map(|to| format!("{module} -> {to}")).collect()
}

#[test]
fn the_finder_finds_bad_arrows() {
    assert_eq!(bad_arrows("store", "use crate::method::judge;"), ["store -> method"]);
    assert_eq!(bad_arrows("record", "fn f() -> crate::store::Head {"), ["record -> store"]);
    assert_eq!(bad_arrows("method", "use crate::{\n  record::{City, Slug},\n  api::problem,\n};"), ["method -> api"]);
    assert_eq!(bad_arrows("main", "use pledgewatch::store;"), ["main -> store"]);
    assert_eq!(bad_arrows("web", "let x = crate :: store;").len(), 0, "rustfmt leaves no such spaces");
    assert_eq!(bad_arrows("elsewhere", ""), ["elsewhere is not in the table"]);
    assert!(
        bad_arrows("store", "use crate::record::City;\n// crate::api\npub(crate) use x;\nmycrate::api()").is_empty()
    );
}

#[test]
fn imports_flow_one_way() {
    let files = sources().into_iter().filter(|(path, _)| module(path) != "lib");
    let bad: Vec<String> = files
        .flat_map(|(path, text)| {
            // A way round the finder: the path to another top-level module is to begin with `crate`.
            assert!(!text.contains("super::super::"), "{} climbs more than one step", path.display());
            bad_arrows(&module(&path), &text).into_iter().map(move |arrow| format!("{}: {arrow}", path.display()))
        })
        .collect();
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn api_and_web_take_only_types_and_constants_from_the_method() {
    for (path, text) in sources().iter().filter(|(path, _)| ["api", "web"].contains(&module(path).as_str())) {
        for name in names_after("method::", text) {
            assert!(name.starts_with(char::is_uppercase), "{} uses {name} of the method", path.display());
        }
    }
}

#[test]
fn every_file_begins_with_a_sentence_about_itself() {
    for (path, text) in sources() {
        let first = text.lines().next().unwrap_or_default();
        assert!(first.starts_with("//! "), "{} begins with {first:?}", path.display());
        let paragraph = text.lines().map_while(|line| line.strip_prefix("//! ")).collect::<Vec<_>>().join(" ");
        assert!(paragraph.ends_with('.'), "{}: {paragraph}", path.display());
    }
}

#[test]
fn no_file_is_a_drawer_for_odds_and_ends() {
    for (path, _) in sources() {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let drawers = ["util", "utils", "common", "helper", "helpers", "manager", "misc"];
        assert!(!drawers.contains(&name) && !drawers.contains(&module(&path).as_str()), "{}", path.display());
    }
}

#[test]
fn nothing_is_unwrapped_and_nothing_is_unsafe() {
    for (path, text) in sources() {
        let code = code(&text);
        assert!(!code.contains(".unwrap()"), "{} unwraps", path.display());
        let mut words = code.split(|character| !is_word(character));
        assert!(!words.any(|word| word == "unsafe"), "{} is unsafe", path.display());
    }
}

#[test]
fn what_the_map_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for map in ["src/lib.rs", "README.md"] {
        let text = std::fs::read_to_string(root.join(map)).unwrap();
        let named: Vec<&str> = text
            .split('`')
            .filter(|word| ["src/", "tests/", "openapi/", ".ci/"].iter().any(|begin| word.starts_with(begin)))
            .collect();
        assert!(named.len() > 10, "{map} names {named:?}");
        for path in named {
            assert!(root.join(path).exists(), "{map} names {path}");
        }
    }
}
