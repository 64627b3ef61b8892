//! `file:` URIs and paths.
//!
//! Source: RFC 8089; Language Server Protocol 3.17, "URI": clients differ in what they encode, so both forms are read.

use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stays as it is in a path.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The path that a URI names; nothing where it names no file of this machine.
pub(super) fn path(uri: &str) -> Option<PathBuf> {
    let (scheme, rest) = uri.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let rest = rest.split(['?', '#']).next()?;
    let path = match rest.strip_prefix("//") {
        Some(rest) => {
            let (host, _) = rest.split_once('/')?;
            rest.strip_prefix(host).filter(|_| host.is_empty() || host.eq_ignore_ascii_case("localhost"))?
        }
        None => rest,
    };
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    let is_drive = decoded.as_bytes().get(2) == Some(&b':') && decoded.as_bytes().get(1)?.is_ascii_alphabetic();
    let path = decoded.strip_prefix('/').filter(|_| is_drive).unwrap_or(&decoded);
    Some(PathBuf::from(path)).filter(|path| is_drive || path.is_absolute())
}

/// The URI of a path.
pub(super) fn of(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let slash = if text.starts_with('/') { "" } else { "/" };
    format!("file://{slash}{}", utf8_percent_encode(&text, KEPT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_uris_are_one_to_one() {
        for (uri, expected) in [
            ("file:///srv/a%20b/kms.yaml", "/srv/a b/kms.yaml"),
            ("file:///srv/%E9%8D%B5.yaml", "/srv/\u{9375}.yaml"),
            ("file:///srv/100%25.yaml", "/srv/100%.yaml"),
        ] {
            assert_eq!(path(uri).as_deref(), Some(Path::new(expected)), "{uri}");
            assert_eq!(of(Path::new(expected)), uri);
        }
        for (uri, expected) in [
            ("file://localhost/srv/kms.yaml", "/srv/kms.yaml"),
            ("FILE:/srv/kms.yaml", "/srv/kms.yaml"),
            ("file:///c%3A/kms.yaml", "c:/kms.yaml"),
            ("file:///C:/kms.yaml", "C:/kms.yaml"),
        ] {
            assert_eq!(path(uri).as_deref(), Some(Path::new(expected)), "{uri}");
        }
    }

    #[test]
    fn what_is_no_file_of_this_machine_has_no_path() {
        for uri in
            ["untitled:Untitled-1", "file://server/share/kms.yaml", "file:kms.yaml", "file://", "", "file:///%FF"]
        {
            assert_eq!(path(uri), None, "{uri}");
        }
    }
}
