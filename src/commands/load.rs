//! From a path and overrides to a document and its models.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::Failure;
use crate::language::{Document, Problems};
use crate::model::Model;
use crate::scenario;

/// Largest scenario or series that is read.
const MOST_BYTES: u64 = 1 << 30;

/// A key that an option of the command line sets.
pub(super) struct Override {
    /// The option, as typed: `--set`.
    pub(super) option: &'static str,
    /// What it sets: `run.seed=7`.
    pub(super) assignment: String,
}

impl Override {
    /// The keys that `--set` sets.
    pub(super) fn all_set(assignments: &[String]) -> Vec<Self> {
        let set = |assignment: &String| Self { option: "--set", assignment: assignment.clone() };
        assignments.iter().map(set).collect()
    }
}

/// A scenario file as read, with the files that it names.
pub(super) struct Scenario {
    pub(super) document: Document,
    /// The file's name without its ending.
    pub(super) stem: String,
    path: PathBuf,
    folder: PathBuf,
    /// Digests of the files that the scenario names, by name as written.
    digests: RefCell<BTreeMap<String, String>>,
}

impl Scenario {
    /// Reads the scenario at `path` and sets keys.
    pub(super) fn load(path: &Path, overrides: &[Override]) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let text = read(path)
            .map_err(|reason| Failure::new(format!("error: cannot read `{name}`: {reason}")))?;
        let (mut document, problems) = Document::recover(&name, &text);
        fail_on(&document, &problems)?;
        for Override { option, assignment } in overrides {
            if let Err(problems) = document.set_known(option, assignment, &scenario::NAMED) {
                fail_on(&document, &problems)?;
            }
        }
        let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into());
        let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        let path = path.to_path_buf();
        Ok(Self { document, stem, path, folder, digests: RefCell::default() })
    }

    /// The model of the scenario as it stands.
    pub(super) fn model(&self) -> Result<Model, Failure> {
        self.model_of(&self.document)
    }

    /// The model of a variant of the scenario.
    pub(super) fn model_of(&self, document: &Document) -> Result<Model, Failure> {
        let files = |name: &str| self.file(name);
        scenario::model_of(document, &files).map_err(|problems| refusal(document, &problems))
    }

    /// What of the scenario is probably not meant so.
    pub(super) fn remarks(&self, model: &Model) -> Vec<String> {
        scenario::remarks(&self.document, model)
    }

    /// The text of a file that the scenario names, relative to the scenario's folder.
    fn file(&self, name: &str) -> Result<String, String> {
        let text = read(&self.folder.join(name))?;
        self.digests.borrow_mut().insert(name.to_owned(), hex(&Sha256::digest(&text)));
        Ok(text)
    }

    /// Where the scenario and the files that it names, read so far, are.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        let named = self.digests.borrow().keys().map(|name| self.folder.join(name)).collect();
        std::iter::once(self.path.clone()).chain::<Vec<PathBuf>>(named).collect()
    }

    /// Name and digest of each file that the scenario names, read so far.
    pub(super) fn files(&self) -> Vec<(String, String)> {
        self.digests.borrow().clone().into_iter().collect()
    }
}

fn fail_on(document: &Document, problems: &Problems) -> Result<(), Failure> {
    if problems.is_empty() { Ok(()) } else { Err(refusal(document, problems)) }
}

/// The problems of a document as they are shown.
pub(super) fn refusal(document: &Document, problems: &Problems) -> Failure {
    Failure::new(document.render(problems, use_colour()))
}

fn read(path: &Path) -> Result<String, String> {
    let size = std::fs::metadata(path).map_err(|error| explain(&error))?;
    if size.is_dir() {
        return Err("it is a folder".to_owned());
    }
    let mut bytes = Vec::with_capacity(size.len().min(MOST_BYTES) as usize);
    // Pipes and devices do not tell how much there is to come.
    let file = std::fs::File::open(path).map_err(|error| explain(&error))?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| explain(&error))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err("it is larger than 1 GiB".to_owned());
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
}

/// The system's reason in words.
pub(super) fn explain(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether problems are drawn in colour: on a terminal, unless `NO_COLOR` says otherwise
/// (<https://no-color.org>).
fn use_colour() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    std::io::stderr().is_terminal() && !refused
}
