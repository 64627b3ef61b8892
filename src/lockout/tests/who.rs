//! Who can deploy, by hand: the rules of AWS that decide whom a row names.
