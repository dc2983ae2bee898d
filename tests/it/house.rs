//! The house in order: which module may use which, who may touch what, and how files look. The
//! table is the one in the map of `src/lib.rs`; a new arrow in it is a decision.

use std::path::{Path, PathBuf};

/// What each module may use of the others.
const MAY_USE: [(&str, &[&str]); 18] = [
    ("engine", &[]),
    ("language", &["engine"]),
    ("dist", &["engine", "language"]),
    ("traffic", &["engine", "language", "dist"]),
    ("service", &["engine", "language", "dist"]),
    // A carrier's queue on our side is bounded as a service's is.
    ("carrier", &["engine", "language", "dist", "service"]),
    ("policy", &["engine", "language", "dist"]),
    ("measure", &["engine"]),
    // Of the language, the run's clock alone.
    ("model", &["engine", "language", "dist", "traffic", "service", "carrier", "policy"]),
    (
        "scenario",
        &["engine", "language", "dist", "traffic", "service", "carrier", "policy", "model"],
    ),
    ("sim", &["engine", "dist", "traffic", "service", "carrier", "policy", "model", "measure"]),
    ("stats", &["engine", "measure"]),
    ("verdict", &["engine", "measure", "model", "stats", "sim"]),
    ("sweep", &["engine", "measure", "model", "scenario", "sim", "stats", "verdict"]),
    (
        "report",
        &["engine", "language", "service", "measure", "model", "sim", "stats", "verdict", "sweep"],
    ),
    ("cli", &[]),
    (
        "commands",
        &[
            "cli", "engine", "language", "scenario", "measure", "model", "sim", "stats", "verdict",
            "sweep", "report",
        ],
    ),
    ("main", &["cli", "commands"]),
];

/// What only these modules may mention.
const ONLY_IN: [(&str, &[&str]); 14] = [
    ("std::fs", &["commands"]),
    ("std::io", &["commands"]),
    ("std::env", &["commands"]),
    ("std::process", &["commands", "main"]),
    ("std::time", &["commands"]),
    ("std::thread", &["commands"]),
    ("std::net", &[]),
    ("println!", &["commands"]),
    ("print!(", &["commands"]),
    ("dbg!", &[]),
    ("rayon", &["sweep", "report"]),
    ("HashMap", &[]),
    ("HashSet", &[]),
    ("unsafe ", &[]),
];

/// A source file without its comments and tests.
struct Source {
    path: String,
    /// The module of the top level that it belongs to.
    module: String,
    whole: String,
    code: String,
}

#[test]
fn imports_point_down_only() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some((_, allowed)) = MAY_USE.iter().find(|(module, _)| *module == source.module) else {
            assert_eq!(source.path, "lib.rs", "a module that the table does not know");
            continue;
        };
        let is_main = source.module == "main";
        for used in used_modules(&source.code, if is_main { "surgeplan::" } else { "crate::" }) {
            if used != source.module && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{} uses `{used}`", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The model knows the language only for the clock that times of day refer to.
#[test]
fn the_model_holds_no_text() {
    for source in sources().iter().filter(|source| source.module == "model") {
        let all = source.code.matches("crate::language").count();
        let clock = source.code.matches("crate::language::RunClock;").count();
        assert_eq!(all, clock, "{}", source.path);
    }
}

#[test]
fn only_commands_touch_the_world_and_only_sweeps_know_threads() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (what, modules) in ONLY_IN {
            if source.code.contains(what) && !modules.contains(&source.module.as_str()) {
                wrong.push(format!("{} mentions `{what}`", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_say_what_they_are_for_and_stay_short() {
    for source in sources() {
        assert!(source.whole.starts_with("//! "), "{}: its job comes first", source.path);
        let lines = source.whole.lines().count();
        assert!(lines <= 600, "{} has {lines} lines: split it by job", source.path);
    }
}

/// The map shows every module, each once.
#[test]
fn the_map_is_complete() {
    let map = std::fs::read_to_string(root().join("lib.rs")).expect("the map is there");
    for (module, _) in MAY_USE {
        let declared = map.contains(&format!("pub mod {module};"));
        assert_eq!(declared, module != "main", "{module}");
    }
    assert_eq!(map.matches("pub mod ").count(), MAY_USE.len() - 1);
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources() -> Vec<Source> {
    let mut files = Vec::new();
    collect(&root(), &mut files);
    files.sort();
    assert!(files.len() > 100, "{} files found", files.len());
    files.iter().map(|path| source(path)).collect()
}

/// All files of a folder, but for the modules that are declared for tests alone.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the house") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if !is_for_tests(&path) {
                collect(&path, files);
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") && !is_for_tests(&path) {
            files.push(path);
        }
    }
}

/// Whether a module is declared as `#[cfg(test)] mod NAME;` where its folder says what is in it.
fn is_for_tests(path: &Path) -> bool {
    let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
    let folder = path.parent().expect("a folder");
    let beside = folder.with_extension("rs");
    let parents = [folder.join("mod.rs"), folder.join("lib.rs"), beside];
    parents.iter().filter_map(|parent| std::fs::read_to_string(parent).ok()).any(|text| {
        text.contains(&format!("#[cfg(test)]\nmod {name};"))
            || text.contains(&format!("#[cfg(test)]\npub(crate) mod {name};"))
    })
}

fn source(path: &Path) -> Source {
    let whole = std::fs::read_to_string(path).expect("a file of the house");
    let path = path.strip_prefix(root()).expect("within it").to_string_lossy().replace('\\', "/");
    let top = path.split('/').next().expect("a first part");
    let module = top.strip_suffix(".rs").unwrap_or(top).to_owned();
    let before_tests = whole.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let code_of = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    let code = before_tests.lines().map(code_of).collect::<Vec<_>>().join("\n");
    Source { path, module, whole, code }
}

/// The modules named behind `prefix`, in paths and in groups of imports.
fn used_modules(code: &str, prefix: &str) -> Vec<String> {
    let mut used = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            None => used.push(name_at(rest)),
            Some(group) => used.extend(names_of_group(group)),
        }
    }
    used
}

/// The identifier that a text begins with.
fn name_at(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The names that a group of imports has at its own level, up to its closing brace.
fn names_of_group(text: &str) -> Vec<String> {
    let (mut names, mut depth, mut start) = (Vec::new(), 0, true);
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            c if start && !c.is_whitespace() => {
                names.push(name_at(&text[at..]));
                start = false;
            }
            _ => {}
        }
    }
    names
}

#[test]
fn imports_are_found_however_they_are_written() {
    let code = "use crate::a::X;\nuse crate::{b::{Y, Z}, c, d as e};\nfn f() { crate::g::h() }";
    assert_eq!(used_modules(code, "crate::"), ["a", "b", "c", "d", "g"]);
}
