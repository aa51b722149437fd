//! The guide and the README: every page is served, every link and every address leads somewhere, and every flag and
//! every word is explained.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::support::{Service, printed, run};
use crate::web::pages::{assert_well_formed, attributes, between};

const GUIDE: &str = "src/web/guide";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The files of the guide, from the root of the repository.
fn guide() -> Vec<String> {
    let entries = std::fs::read_dir(root().join(GUIDE)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let files: Vec<String> = names.filter(|name| name.ends_with(".md")).map(|name| format!("{GUIDE}/{name}")).collect();
    assert!(files.len() > 10, "{files:?}");
    files
}

/// The guide and the README.
fn texts() -> Vec<String> {
    guide().into_iter().chain(["README.md".to_owned()]).collect()
}

/// Where a file of the guide is served.
fn address(file: &str) -> Option<String> {
    let word = file.strip_prefix(GUIDE)?.strip_prefix('/')?.strip_suffix(".md")?;
    Some(format!("/guide/{}", if word == "README" { "" } else { word }))
}

fn events(text: &str) -> Vec<Event<'_>> {
    Parser::new_ext(text, Options::ENABLE_TABLES).collect()
}

/// Where the links of a text lead.
fn links(text: &str) -> Vec<String> {
    let link = |event: Event<'_>| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url.to_string()),
        _ => None,
    };
    events(text).into_iter().filter_map(link).collect()
}

/// The words of a text that are marked as code, without blocks.
fn code_spans(text: &str) -> BTreeSet<String> {
    let code = |event: Event<'_>| if let Event::Code(code) = event { Some(code.to_string()) } else { None };
    events(text).into_iter().filter_map(code).collect()
}

/// The blocks of code of a text, each with its language.
fn code_blocks(text: &str) -> Vec<(String, String)> {
    let (mut blocks, mut is_inside) = (Vec::new(), false);
    for event in events(text) {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let language =
                    if let CodeBlockKind::Fenced(language) = kind { language.to_string() } else { String::new() };
                blocks.push((language, String::new()));
                is_inside = true;
            }
            Event::End(TagEnd::CodeBlock) => is_inside = false,
            Event::Text(line) if is_inside => blocks.last_mut().unwrap().1.push_str(&line),
            _ => {}
        }
    }
    blocks
}

/// The heading of a text.
fn title(text: &str) -> &str {
    text.lines().next().unwrap().strip_prefix("# ").unwrap()
}

#[test]
fn every_page_of_the_guide_is_served() {
    let service = Service::start();
    for file in guide() {
        let (text, address) = (read(&file), address(&file).unwrap());
        let page = service.get(&address);
        assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"), "{address}");
        assert_eq!(between(&page.text, "<title>", "</title>"), title(&text), "{address}");
        assert!(page.text.contains(&format!("<h1>{}</h1>", title(&text))), "{address}");
        assert_eq!(page.text.matches("<h1").count(), 1, "{address}");
        assert!(!page.text.contains("<p>|"), "{address}: tables are tables");
        assert_well_formed(&page.text);
    }
    let index = service.get("/guide/").text;
    assert_eq!(service.get("/guide").text, index);
    for address in guide().iter().filter_map(|file| address(file)) {
        assert!(
            address == "/guide/" || attributes(&index, "href").contains(&address.as_str()),
            "{address} is not listed"
        );
    }
    assert!(attributes(&service.get("/").text, "href").contains(&"/guide/"), "the front page leads to the guide");
    for unknown in ["/guide/nothing", "/guide/README", "/guide/README.md", "/guide/method.md"] {
        service.get(unknown).assert_problem(404, "not_found");
    }
    service.put("/guide/nothing", "", &serde_json::Value::Null).assert_problem(405, "method_not_allowed");
    service.put("/guide/", "", &serde_json::Value::Null).assert_problem(405, "method_not_allowed");
}

#[test]
fn every_link_of_the_guide_and_the_readme_leads_somewhere() {
    let service = Service::start();
    let mut pages: BTreeMap<String, String> = BTreeMap::new();
    let mut page = |address: &str| {
        let answer = || {
            let answer = service.get(address);
            assert_eq!(answer.status, 200, "{address}");
            answer.text
        };
        pages.entry(address.to_owned()).or_insert_with(answer).clone()
    };
    let has_part = |page: &str, part: &str| part.is_empty() || attributes(page, "id").contains(&part);
    for file in texts() {
        for link in links(&read(&file)).into_iter().filter(|link| !link.starts_with("http")) {
            let (path, part) = link.split_once('#').unwrap_or((&link, ""));
            let named =
                if path.is_empty() { PathBuf::from(&file) } else { Path::new(&file).with_file_name("").join(path) };
            assert!(root().join(&named).is_file(), "{file}: {link}");
            if let Some(address) = address(named.to_str().unwrap()) {
                assert!(has_part(&page(&address), part), "{file}: {link}");
            } else {
                assert!(part.is_empty(), "{file}: {link}");
            }
        }
        let Some(own) = address(&file) else { continue };
        let text = page(&own);
        for link in attributes(&text, "href").into_iter().filter(|link| link.contains("/guide") || link.contains('#')) {
            let (path, part) = link.split_once('#').unwrap_or((link, ""));
            let text = page(if path.is_empty() { &own } else { path });
            assert!(has_part(&text, part), "{own}: {link}");
        }
        assert!(!text.contains(".md\"") && !text.contains(".md#"), "{own} leads to a file");
    }
}

/// The addresses that a text names, but for those with a part to be filled in.
fn addresses(text: &str) -> BTreeSet<String> {
    let spans = code_spans(text).into_iter();
    let blocks = code_blocks(text);
    let commands = blocks.iter().flat_map(|(_, block)| block.split("localhost:8080").skip(1));
    let commands = commands.map(|rest| rest.split([' ', '\'', '"', '\n', '`']).next().unwrap().to_owned());
    // `xx-test` is the city that the reader records, and `/v1` the beginning of addresses.
    let is_whole = |path: &String| {
        let has_gap =
            path.contains(['{', '…', '$', ' ']) || ["=DAY", "=ID", "xx-test"].iter().any(|gap| path.contains(gap));
        path.starts_with('/') && path != "/v1" && !has_gap
    };
    spans.chain(commands).filter(is_whole).collect()
}

#[test]
fn every_address_that_is_named_answers() {
    let service = Service::with(&["--demo"]);
    let named: BTreeSet<String> = texts().iter().flat_map(|file| addresses(&read(file))).collect();
    assert!(named.iter().filter(|path| path.starts_with("/v1/")).count() > 30, "{named:?}");
    for path in named.iter().filter(|path| *path != "/metrics") {
        // Not read to its end: a stream has none.
        let answer = service.request("GET", path).send().unwrap();
        assert!(answer.status().as_u16() == 401 || answer.status().is_success(), "{path}: {}", answer.status());
    }
}

#[test]
fn the_readme_is_short_and_begins_with_the_two_commands() {
    let text = read("README.md");
    let words = text.split_whitespace().count();
    assert!(words <= 1_200, "{words} words");
    let commands = code_blocks(&text).into_iter().filter(|(language, _)| language == "sh").map(|(_, block)| block);
    assert_eq!(commands.take(2).collect::<Vec<_>>(), ["cargo run -- serve --demo\n", "cargo test\n"]);
}

/// A flag as the help of a command shows it.
#[derive(Debug)]
struct Flag {
    name: String,
    variable: Option<String>,
    default: Option<String>,
}

/// The flags of a command, and the commands below it.
fn help(command: &[&str]) -> (Vec<Flag>, Vec<String>) {
    let text = printed(&run(&[command, &["--help"]].concat()));
    let (above, options) = text.split_once("Options:").unwrap();
    let below = above.split_once("Commands:").map_or("", |(_, below)| below).lines();
    let below = below.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let below = below.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect();
    let mut flags: Vec<(String, String)> = Vec::new();
    for line in options.lines().map(str::trim) {
        let long = line.strip_prefix("-h, ").or_else(|| line.strip_prefix("-V, ")).unwrap_or(line);
        if long.starts_with("--") {
            let name = long.split([' ', '[', '=']).next().unwrap();
            flags.push((name.to_owned(), String::new()));
        }
        if let Some((_, told)) = flags.last_mut() {
            told.push_str(line);
            told.push(' ');
        }
    }
    let after = |told: &str, begin: &str| Some(told.split_once(begin)?.1.split([']', '=']).next()?.to_owned());
    let flag = |(name, told): (String, String)| Flag {
        name,
        variable: after(&told, "[env: "),
        default: after(&told, "[default: ").map(|default| default.trim_matches('"').to_owned()),
    };
    (flags.into_iter().map(flag).collect(), below)
}

/// Every command and its flags; a command of commands is not one itself.
fn commands() -> BTreeMap<String, Vec<Flag>> {
    let mut found = BTreeMap::new();
    for first in help(&[]).1 {
        let (flags, below) = help(&[&first]);
        for second in &below {
            found.insert(format!("{first} {second}"), help(&[&first, second]).0);
        }
        if below.is_empty() {
            found.insert(first, flags);
        }
    }
    assert!(found.len() > 12, "{found:?}");
    found
}

/// The rows of the tables of a part of a text: the flag in the first cell, and the row.
fn rows(part: &str) -> BTreeMap<String, String> {
    let row =
        |line: &str| Some((between(line.strip_prefix("| `--").map(|_| line)?, "`", "`").to_owned(), line.to_owned()));
    part.lines().filter_map(row).collect()
}

#[test]
fn the_guide_has_every_flag_of_every_command_and_no_other() {
    let text = read("src/web/guide/configuration.md");
    let mut parts: BTreeMap<&str, &str> =
        text.split("\n## ").skip(1).filter_map(|part| part.split_once('\n')).collect();
    let of_all = rows(parts.remove("Every command").unwrap());
    let commands = commands();
    assert_eq!(parts.keys().copied().collect::<Vec<_>>(), commands.keys().map(String::as_str).collect::<Vec<_>>());
    let mut used = BTreeSet::new();
    for (command, flags) in commands {
        let own = rows(parts[command.as_str()]);
        for Flag { name, variable, default } in &flags {
            let row =
                own.get(name).or_else(|| of_all.get(name)).unwrap_or_else(|| panic!("{command} {name} is missing"));
            let default = default.as_ref().map_or_else(String::new, |default| format!("| `{default}` |"));
            assert!(row.contains(&default), "{command} {name}: the default is {default}: {row}");
            let told = format!("PLEDGEWATCH_{}", name.trim_start_matches('-').replace('-', "_").to_uppercase());
            assert!(name == "--help" || variable.as_ref() == Some(&told), "{command} {name}: {variable:?}");
        }
        let names: BTreeSet<&String> = flags.iter().map(|flag| &flag.name).collect();
        assert!(own.keys().all(|flag| names.contains(flag)), "{command} has no such flag: {own:?}");
        used.extend(flags.into_iter().map(|flag| flag.name));
    }
    assert!(of_all.keys().all(|flag| used.contains(flag)), "{of_all:?}");
}

#[test]
fn the_guide_explains_every_word_of_a_judgement_and_names_every_resource() {
    let specification = Service::start().json("/openapi.json");
    let words = code_spans(&read("src/web/guide/method.md"));
    for schema in [
        "Verdict",
        "Course",
        "Reason",
        "LeftOutReason",
        "Confidence",
        "CautionCode",
        "WarningCode",
        "Level",
        "TargetKind",
        "MilestoneVerdict",
    ] {
        let all = specification["components"]["schemas"][schema]["enum"].as_array().unwrap();
        for word in all.iter().map(|word| word.as_str().unwrap()) {
            assert!(words.contains(word), "{schema} {word} is not explained");
        }
    }
    let named = code_spans(&read("src/web/guide/api.md"));
    for path in specification["paths"].as_object().unwrap().keys() {
        let list = path.trim_end_matches(".csv");
        let above = list.rsplit_once('/').unwrap().0;
        assert!([path.as_str(), list, above].iter().any(|path| named.contains(*path)), "{path} is not named");
    }
}
