//! What each kind of file says, and what is said of one that cannot be read.
