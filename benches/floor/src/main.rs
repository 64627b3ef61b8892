//! The floors that the benchmarks compare with: programs that do only what nothing can do without.
//!
//! `floor version` prints a version; `floor read PATH…` reads every file below the paths; `floor events PATH…` also runs the bare
//! event parser over each, which is the least that reading a template costs. All of them use one thread.

use std::fs;
use std::path::{Path, PathBuf};

use granit_parser::{Options, Parser};

fn main() {
    let mut args = std::env::args().skip(1);
    let what = args.next().unwrap_or_default();
    let paths: Vec<PathBuf> = args.map(PathBuf::from).collect();
    let (mut bytes, mut events) = (0, 0);
    match what.as_str() {
        "read" => files(&paths, &mut |text| bytes += text.len()),
        "events" => files(&paths, &mut |text| {
            bytes += text.len();
            events += parsed(&String::from_utf8_lossy(text));
        }),
        _ => println!("floor {}", env!("CARGO_PKG_VERSION")),
    }
    if bytes > 0 {
        println!("{bytes} bytes, {events} events");
    }
}

/// Every file below the paths, in any order.
fn files(paths: &[PathBuf], each: &mut dyn FnMut(&[u8])) {
    for path in paths {
        if path.is_dir() {
            let entries = fs::read_dir(path).into_iter().flatten().flatten();
            files(&entries.map(|entry| entry.path()).collect::<Vec<_>>(), each);
        } else if let Ok(text) = fs::read(path as &Path) {
            each(&text);
        }
    }
}

/// How many events there are before the end or the first error.
fn parsed(text: &str) -> usize {
    Parser::new_from_str_with_options(text, Options::default()).take_while(Result::is_ok).count()
}
