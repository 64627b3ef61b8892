//! Where in a repository the files are that a file names.
//!
//! Comes in: a path or a URL as written. Goes out: a path relative to the folder of the file that names it.

use super::Beside;

/// How many folders above a file are looked at where nobody knows the root of its repository.
const ABOVE: usize = 8;

/// The folders that a path may start from: the root of the repository, then the folder of the file.
fn bases(beside: &mut dyn Beside) -> Vec<String> {
    match beside.root() {
        Some(root) => vec![root, ".".to_owned()],
        None => (0..=ABOVE).map(|n| [".", &"/..".repeat(n)].concat()).collect(),
    }
}

/// The file that `path` names, seen from the root of the repository; where it would be if it is nowhere.
pub(super) fn from_root(path: &str, beside: &mut dyn Beside) -> String {
    let path = path.trim_start_matches("./").trim_start_matches('/');
    let places: Vec<String> = bases(beside).iter().map(|base| format!("{base}/{path}")).collect();
    let found = places.iter().find(|place| beside.has(place)).or(places.first());
    found.cloned().unwrap_or_else(|| path.to_owned())
}

/// The file of the repository that was uploaded to a URL: the longest end of the URL's path that is one.
pub(super) fn of_url(url: &str, beside: &mut dyn Beside) -> Option<String> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    let bases = bases(beside);
    let mut end = path;
    // The first part is the host, or something that is not told.
    while let Some((_, shorter)) = end.split_once('/') {
        end = shorter;
        let mut places = bases.iter().map(|base| format!("{base}/{end}"));
        if let Some(found) = places.find(|place| !end.is_empty() && beside.has(place)) {
            return Some(found);
        }
    }
    None
}
