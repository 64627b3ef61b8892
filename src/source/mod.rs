//! Bytes in, a tree of nodes with spans out.
