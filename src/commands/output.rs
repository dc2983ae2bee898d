//! Files in the output folder: all of them in full, or none.

use std::path::{Path, PathBuf};

use super::Failure;
use super::load::explain;

/// Endings of the files that earlier runs may have left, and that a new run replaces.
const OURS: [&str; 4] = ["csv", "json", "png", "txt"];

/// A folder that results go to.
pub(super) struct Folder {
    path: PathBuf,
    staging: PathBuf,
}

impl Folder {
    /// Makes sure that files can be written before any work is done.
    pub(super) fn prepare(out: Option<&Path>, stem: &str) -> Result<Self, Failure> {
        let path = out.map_or_else(|| Path::new("results").join(stem), Path::to_path_buf);
        let fail = |error: &std::io::Error| {
            Failure::new(format!(
                "error: cannot write to the folder `{}`: {}\n  hint: choose another with `--out DIR`",
                path.display(),
                explain(error)
            ))
        };
        std::fs::create_dir_all(&path).map_err(|error| fail(&error))?;
        // Beside the files to come, so that a rename moves no bytes.
        let staging = path.join(format!(".unfinished-{}", std::process::id()));
        std::fs::create_dir_all(&staging).map_err(|error| fail(&error))?;
        Ok(Self { path, staging })
    }

    /// Writes all files: first in full beside their places, then each into its place. Files of
    /// earlier runs that start with `prefix` and that this one does not have are removed, so that
    /// a folder never mixes two runs.
    pub(super) fn write(
        &self,
        files: &[(String, Vec<u8>)],
        is_stale: impl Fn(&str) -> bool,
    ) -> Result<(), Failure> {
        let fail = |name: &str, error: &std::io::Error| {
            let at = self.path.join(name);
            Failure::new(format!("error: cannot write `{}`: {}", at.display(), explain(error)))
        };
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
        let entries = std::fs::read_dir(&self.path).map_err(|error| fail("", &error))?;
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let ours = Path::new(&name)
                .extension()
                .is_some_and(|ending| OURS.iter().any(|ours| ending == *ours));
            let written = files.iter().any(|(file, _)| *file == name);
            if ours && !written && is_stale(&name) {
                std::fs::remove_file(entry.path()).map_err(|error| fail(&name, &error))?;
            }
        }
        Ok(())
    }

    /// The folder as it is shown.
    pub(super) fn shown(&self) -> String {
        self.path.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left of an unfinished run is in nobody's way, and there is nobody to tell.
        let _ = std::fs::remove_dir_all(&self.staging);
    }
}
