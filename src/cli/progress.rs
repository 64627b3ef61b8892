//! How far a long run has come, on stderr, where somebody watches.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// A run that takes no longer than this says nothing.
const QUIET: Duration = Duration::from_secs(1);

/// How often the line changes.
const STEP: Duration = Duration::from_millis(100);

/// The line that says how many files are done.
pub(crate) struct Progress<W: Write> {
    out: W,
    is_watched: bool,
    total: usize,
    next: Instant,
    shown: bool,
}

impl Progress<io::Stderr> {
    /// For a run over so many files that begins now.
    pub(crate) fn over(total: usize) -> Progress<io::Stderr> {
        let stderr = io::stderr();
        let is_watched = stderr.is_terminal();
        Progress::new(stderr, is_watched, total, Instant::now())
    }
}

impl<W: Write> Progress<W> {
    fn new(out: W, is_watched: bool, total: usize, now: Instant) -> Progress<W> {
        Progress { out, is_watched, total, next: now + QUIET, shown: false }
    }

    /// So many files are done.
    pub(crate) fn at(&mut self, done: usize) {
        if self.is_watched {
            self.at_time(done, Instant::now());
        }
    }

    fn at_time(&mut self, done: usize, now: Instant) {
        if self.is_watched && now >= self.next {
            self.next = now + STEP;
            self.shown = true;
            // Nobody is the worse for a line that cannot be written.
            let _ = write!(self.out, "\r{done} of {} files", self.total).and_then(|()| self.out.flush());
        }
    }
}

impl<W: Write> Drop for Progress<W> {
    /// The report begins on an empty line.
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(self.out, "\r\x1b[K").and_then(|()| self.out.flush());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(is_watched: bool, after: &[u64]) -> String {
        let (mut out, now) = (Vec::new(), Instant::now());
        let mut progress = Progress::new(&mut out, is_watched, 9, now);
        for (done, millis) in after.iter().enumerate() {
            progress.at_time(done, now + Duration::from_millis(*millis));
        }
        drop(progress);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn only_long_runs_that_somebody_watches_say_how_far_they_are() {
        assert_eq!(written(true, &[10, 900]), "");
        assert_eq!(written(true, &[10, 1100, 1150, 1300]), "\r1 of 9 files\r3 of 9 files\r\x1b[K");
        assert_eq!(written(false, &[1100, 5000]), "");
    }
}
