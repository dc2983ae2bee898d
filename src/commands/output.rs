//! Files in the output folder: all of them in full, or none.

use std::path::{Path, PathBuf};

use super::Failure;
use super::load::{Scenario, explain};

/// A folder that results go to.
pub(super) struct Folder {
    path: PathBuf,
    staging: PathBuf,
    /// Names of all files that may be written there: those that are not belong to earlier runs.
    names: &'static [&'static str],
}

impl Folder {
    /// Makes sure, before any work is done, that files can be written, and that none of `names`
    /// takes the place of a file that the scenario reads.
    pub(super) fn prepare(
        out: Option<&Path>,
        scenario: &Scenario,
        names: &'static [&'static str],
    ) -> Result<Self, Failure> {
        let stem = &scenario.stem;
        let path = out.map_or_else(|| Path::new("results").join(stem), Path::to_path_buf);
        let fail = |error: &std::io::Error| {
            Failure::new(format!(
                "error: cannot write to the folder `{}`: {}\n  hint: choose another with `--out DIR`",
                path.display(),
                explain(error)
            ))
        };
        std::fs::create_dir_all(&path).map_err(|error| fail(&error))?;
        let read: Vec<PathBuf> = scenario.paths().iter().filter_map(canonical).collect();
        for name in names {
            let place = path.join(name);
            if canonical(&place).is_some_and(|place| read.contains(&place)) {
                return Err(Failure::new(format!(
                    "error: `{}` would be overwritten, and the scenario reads it\n  hint: choose \
                     another folder with `--out DIR`",
                    place.display()
                )));
            }
        }
        // Beside the files to come, so that a rename moves no bytes. It is made again when there
        // is something to put into it, so that a run that is cut short leaves nothing.
        let staging = path.join(format!(".unfinished-{}", std::process::id()));
        std::fs::create_dir_all(&staging).map_err(|error| fail(&error))?;
        std::fs::remove_dir(&staging).map_err(|error| fail(&error))?;
        Ok(Self { path, staging, names })
    }

    /// Writes all files: first in full beside their places, then each into its place. Files of
    /// earlier runs that this one does not have are removed, so that a folder never mixes two
    /// runs; files that are none of ours stay.
    pub(super) fn write(&self, files: &[(String, Vec<u8>)]) -> Result<(), Failure> {
        let fail = |name: &str, error: &std::io::Error| {
            let at = self.path.join(name);
            Failure::new(format!("error: cannot write `{}`: {}", at.display(), explain(error)))
        };
        std::fs::create_dir_all(&self.staging).map_err(|error| fail("", &error))?;
        for (name, bytes) in files {
            std::fs::write(self.staging.join(name), bytes).map_err(|error| fail(name, &error))?;
        }
        // What would stop halfway through is looked for before anything takes its place.
        if let Some((name, _)) = files.iter().find(|(name, _)| self.path.join(name).is_dir()) {
            return Err(fail(name, &std::io::ErrorKind::IsADirectory.into()));
        }
        for (name, _) in files {
            std::fs::rename(self.staging.join(name), self.path.join(name))
                .map_err(|error| fail(name, &error))?;
        }
        for name in self.names {
            let place = self.path.join(name);
            let written = files.iter().any(|(file, _)| file == name);
            if !written && place.is_file() {
                std::fs::remove_file(place).map_err(|error| fail(name, &error))?;
            }
        }
        Ok(())
    }

    /// The folder as it is shown.
    pub(super) fn shown(&self) -> String {
        self.path.display().to_string()
    }
}

/// The one path of a file that there is.
fn canonical(path: impl AsRef<Path>) -> Option<PathBuf> {
    path.as_ref().canonicalize().ok()
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left of an unfinished run is in nobody's way, and there is nobody to tell.
        let _ = std::fs::remove_dir_all(&self.staging);
    }
}
