//! The house in order: who may import whom, and who may touch files, threads and clocks.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module, and those that it may import.
const IMPORTS: [(&str, &[&str]); 17] = [
    ("engine", &[]),
    ("language", &["engine"]),
    ("dist", &["engine", "language"]),
    ("traffic", &["engine", "language", "dist"]),
    ("service", &["engine", "language"]),
    ("policy", &["engine", "language"]),
    ("chatter", &["engine", "language"]),
    ("carrier", &["engine", "language", "dist", "service", "policy"]),
    (
        "model",
        &["engine", "language", "dist", "traffic", "service", "chatter", "policy", "carrier"],
    ),
    (
        "scenario",
        &[
            "engine", "language", "dist", "traffic", "service", "chatter", "policy", "carrier",
            "model",
        ],
    ),
    ("measure", &["engine"]),
    (
        "sim",
        &[
            "engine", "dist", "traffic", "service", "chatter", "policy", "carrier", "model",
            "measure",
        ],
    ),
    ("stats", &["engine", "measure"]),
    ("verdict", &["engine", "model", "measure", "stats", "sim"]),
    ("sweep", &["engine", "model", "measure", "stats", "sim", "verdict"]),
    (
        "report",
        &[
            "engine", "language", "dist", "traffic", "service", "policy", "carrier", "model",
            "measure", "stats", "sim", "verdict", "sweep",
        ],
    ),
    ("cli", &[]),
];

/// Words that mean files, clocks, threads or output, and the modules that may use them.
const TOUCHES: [(&str, &[&str]); 8] = [
    ("std::fs", &["commands"]),
    ("std::io", &["commands"]),
    ("std::env", &["commands"]),
    ("std::time::", &["commands"]),
    ("std::thread", &["commands"]),
    ("println!", &[]),
    ("rayon", &["sweep", "report"]),
    ("HashMap", &[]),
];

#[test]
fn imports_point_down_only() {
    let mut wrong = Vec::new();
    for (module, file, text) in sources() {
        let Some((_, allowed)) = IMPORTS.iter().find(|(name, _)| *name == module) else {
            assert_eq!(module, "commands", "{} is not in the table", file.display());
            continue;
        };
        for imported in imports_of(&text) {
            if imported != module && !allowed.contains(&imported.as_str()) {
                wrong.push(format!("{}: `{module}` imports `{imported}`", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_commands_touch_the_world() {
    let mut wrong = Vec::new();
    for (module, file, text) in sources() {
        for (word, allowed) in TOUCHES {
            let used = text.lines().any(|line| !is_comment(line) && line.contains(word));
            if used && !allowed.contains(&module.as_str()) {
                wrong.push(format!("{}: {word}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_says_its_job_and_has_one() {
    for (_, file, text) in sources() {
        assert!(text.starts_with("//! "), "{} does not say its job", file.display());
        let lines = text.lines().count();
        assert!(lines <= 600, "{} has {lines} lines", file.display());
    }
}

#[test]
fn the_map_lists_every_module() {
    let map = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let declared: BTreeSet<&str> =
        map.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let known: BTreeSet<&str> = IMPORTS.iter().map(|(name, _)| *name).chain(["commands"]).collect();
    assert_eq!(declared, known);
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below `src` but the roots: its module, its path, its text without the tests.
fn sources() -> Vec<(String, PathBuf, String)> {
    let src = root().join("src");
    let mut files = Vec::new();
    collect(&src, &mut files);
    let mut sources = Vec::new();
    for file in files {
        let path = file.strip_prefix(&src).unwrap().to_path_buf();
        let first = path.components().next().unwrap().as_os_str().to_string_lossy();
        let module = first.trim_end_matches(".rs").to_owned();
        let is_test = path.components().any(|part| {
            let part = part.as_os_str().to_string_lossy();
            ["tests", "tests.rs", "previews", "previews.rs", "hostile.rs"].contains(&part.as_ref())
        });
        if ["main", "lib"].contains(&module.as_str()) || is_test {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
        sources.push((module, path, code));
    }
    assert!(sources.len() > 100, "only {} files were found", sources.len());
    sources
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            collect(&entry, files);
        } else if entry.extension().is_some_and(|ending| ending == "rs") {
            files.push(entry);
        }
    }
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// The modules of ours that a text names by `crate::`.
fn imports_of(text: &str) -> BTreeSet<String> {
    let code: String = text.lines().filter(|line| !is_comment(line)).collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        let names: Vec<&str> = match after.strip_prefix('{') {
            // `use crate::{a, b::c}`: each name up to its first colon, brace or comma.
            Some(group) => group
                .split(';')
                .next()
                .unwrap_or_default()
                .split(',')
                .map(|name| name.trim().trim_end_matches('}'))
                .collect(),
            None => vec![after],
        };
        for name in names {
            let name: String =
                name.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            if IMPORTS.iter().any(|(module, _)| *module == name) || name == "commands" {
                found.insert(name);
            }
        }
    }
    found
}
