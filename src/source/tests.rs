//! The reader, on YAML and JSON as people write them. Source: CloudFormation User Guide, template-formats.html.

use super::{Document, FileId, Limits, NodeId, NodeKind, Span};

fn document(text: &str) -> Document {
    Document::from_text(FileId(0), text).expect("it reads")
}

fn error(text: &str) -> (String, usize, usize) {
    let error = Document::from_text(FileId(0), text).expect_err("it does not read");
    (error.message, error.line, error.column)
}

fn at<'d>(document: &'d Document, path: &[&str]) -> (NodeId, &'d str) {
    let mut node = document.root();
    for key in path {
        node = match &document.node(node).kind {
            NodeKind::Sequence(items) => items[key.parse::<usize>().expect("an index")],
            _ => document.get(node, key).unwrap_or_else(|| panic!("no {key}")).value,
        };
    }
    (node, document.scalar(node).unwrap_or(""))
}

fn slice(document: &Document, span: Span) -> &str {
    document.text().get(span.start as usize..span.end as usize).expect("the place is in the text")
}

#[test]
fn every_key_and_value_has_its_place() {
    let text = "a: one\nb:\n  - two\n  - { c: \"three\" }\nd: |\n  four\n  five\n";
    let found = document(text);
    for (path, written) in [(&["a"][..], "one"), (&["b", "0"], "two"), (&["b", "1", "c"], "\"three\"")] {
        assert_eq!(slice(&found, found.span(at(&found, path).0)), written);
    }
    assert_eq!(slice(&found, found.span(at(&found, &["b", "1"]).0)), "{ c: \"three\" }");
    assert_eq!(slice(&found, found.span(at(&found, &["b"]).0)), "two\n  - { c: \"three\" }");
    assert_eq!(at(&found, &["d"]).1, "four\nfive\n");
    let NodeKind::Mapping(entries) = &found.node(found.root()).kind else { panic!("a map") };
    let keys: Vec<&str> = entries.iter().map(|entry| slice(&found, found.span(entry.key))).collect();
    assert_eq!(keys, ["a", "b", "d"]);
}

#[test]
fn short_tags_stand_on_every_kind_of_node() {
    let found = document(
        "a: !Ref X\nb: !Join ['', [x]]\nc: !Transform { Name: n }\nd: !Sub \"${X}\"\ne: !GetAtt\n  - A\n  - B\nf: !Ref 012\n",
    );
    for (key, tag) in [("a", "Ref"), ("b", "Join"), ("c", "Transform"), ("d", "Sub"), ("e", "GetAtt"), ("f", "Ref")] {
        let (node, _) = at(&found, &[key]);
        let own = found.node(node).tag.as_ref().expect("a tag");
        assert_eq!((&*own.name, slice(&found, own.span)), (tag, format!("!{tag}").as_str()));
        assert!(slice(&found, found.full_span(node)).starts_with(&format!("!{tag}")), "{key}");
    }
    assert_eq!(at(&found, &["f"]).1, "012", "under a short tag a scalar is text");
}

#[test]
fn yamls_own_tags_are_no_short_tags() {
    let found = document("a: !!str 012\nb: ! text\n");
    assert_eq!(at(&found, &["a"]).1, "012");
    assert!(found.node(at(&found, &["a"]).0).tag.is_none() && found.node(at(&found, &["b"]).0).tag.is_none());
}

#[test]
fn aliases_and_merge_keys_are_expanded() {
    let text = "base: &b { x: 1, y: 2 }\nlist: &l [*b]\nuse: *b\nmerged: { <<: *b, y: 3 }\nboth:\n  <<: [{ x: 8 }, { x: 9, z: 1 }]\n";
    let found = document(text);
    assert_eq!(at(&found, &["use", "x"]).1, "1");
    assert_eq!(at(&found, &["list", "0", "y"]).1, "2");
    assert_eq!((at(&found, &["merged", "x"]).1, at(&found, &["merged", "y"]).1), ("1", "3"), "its own keys win");
    assert_eq!((at(&found, &["both", "x"]).1, at(&found, &["both", "z"]).1), ("8", "1"), "the first one wins");
    assert_eq!(error("a: { <<: text }\n").0, "`<<` merges a mapping, or a list of them");
}

#[test]
fn of_equal_keys_the_last_counts_and_both_are_reported() {
    let found = document("a: 1\nb: { c: 1, c: 2 }\na: 3\n");
    assert_eq!((at(&found, &["a"]).1, at(&found, &["b", "c"]).1), ("3", "2"));
    let twice: Vec<(&str, u32, u32)> =
        found.duplicates().iter().map(|one| (one.key.as_str(), one.first.start, one.second.start)).collect();
    assert_eq!(twice, [("c", 10, 16), ("a", 0, 23)]);
}

#[test]
fn line_ends_marks_and_tabs() {
    let found = document("a: 1\r\nb:\r\n  - x\r\n");
    assert_eq!(at(&found, &["b", "0"]).1, "x");
    assert_eq!(found.line_col(found.span(at(&found, &["b", "0"]).0).start).line, 3);
    let marked = Document::parse(FileId(0), b"\xef\xbb\xbfa: 1\n".to_vec(), &Limits::default()).expect("it reads");
    assert_eq!(at(&marked, &["a"]).1, "1");
    assert_eq!(at(&document("{\n\t\"a\":\t\"b\"\n}"), &["a"]).1, "b", "tabs between the tokens of JSON");
    assert_eq!(error("a:\n\tb: 1\n").1, 2, "but not as indentation");
}

#[test]
fn json_and_flow_yaml_become_the_same_nodes() {
    for text in [
        r#"{"a": {"b": ["x", 1, true, null]}}"#,
        "{a: {b: [x, 1, true, ~]}}",
        "a:\n  b: [x, 1, yes, null]",
        "{'a': {\"b\": ['x', 1, on,]}, }",
    ] {
        let found = document(text);
        let values: Vec<&str> = ["0", "1", "2"].iter().map(|index| at(&found, &["a", "b", index]).1).collect();
        assert_eq!(values, ["x", "1", "true"], "{text}");
    }
    assert_eq!(at(&document(r#"{"a": "A\/\u00e9\n"}"#), &["a"]).1, "A/é\n");
}

/// All nodes of a text, in full. A comment at its end is none of JSON's, so that the YAML parser reads it.
fn nodes(text: &str) -> Option<Vec<String>> {
    fn walk(document: &Document, id: NodeId, out: &mut Vec<String>) {
        let node = document.node(id);
        match &node.kind {
            NodeKind::Scalar(scalar) => out.push(format!("{:?} {:?} {scalar:?}", node.span, node.tag)),
            NodeKind::Sequence(items) => {
                out.push(format!("{:?} {:?} {}", node.span, node.tag, items.len()));
                items.iter().for_each(|&item| walk(document, item, out));
            }
            NodeKind::Mapping(entries) => {
                out.push(format!("{:?} {:?} {}", node.span, node.tag, entries.len()));
                entries.iter().flat_map(|one| [one.key, one.value]).for_each(|child| walk(document, child, out));
            }
        }
    }
    let found = Document::from_text(FileId(0), text).ok()?;
    let mut out: Vec<String> = found.duplicates().iter().map(|one| format!("{one:?}")).collect();
    walk(&found, found.root(), &mut out);
    Some(out)
}

#[test]
fn json_is_read_as_the_yaml_parser_reads_it() {
    for text in [
        r#"{"a": {"b": ["x", 1, -0.5e+3, true, false, null, "", {}, []]}}"#,
        " \t\r\n[ [ ] , { } ]\r\n\t ",
        r#"{"a":"\"\\\/\b\f\n\r\t\u0041\ud83d\ude00 'x'","é":"ü😀"}"#,
        r#"{"a": 1, "b": 2, "a": 3}"#,
        r#"{"<<": {"a": 1}, "b": 2}"#,
        r#"{"<<": [{"a": 1}, {"a": 2, "c": 3}], "b": 2}"#,
        r#"{"Fn::Sub": "${A}", "Ref": "0123", "n": 012, "m": 0123456789012, "k": "0x1F"}"#,
        r#"["0123", "yes", 12, 1e400, 12345678901234567890123]"#,
        "{\"a\"\n:\n1}",
        "[\"a\u{85}b\u{2028}c\u{a0}d\"]",
    ] {
        let yaml = format!("{text}\n# YAML");
        assert_eq!(nodes(text), nodes(&yaml), "{text}");
        assert!(nodes(text).is_some() || text.contains("012,"), "{text}");
    }
}

#[test]
fn every_character_of_a_json_text_is_read_as_the_yaml_parser_reads_it() {
    for character in ('\u{1}'..='\u{ffff}').chain(['\u{10000}', '\u{10ffff}']) {
        for text in [format!("{{\"a\": \"x{character}y\"}}"), format!("[\"x\\n\"{character}]")] {
            assert_eq!(nodes(&text), nodes(&format!("{text}\n# YAML")), "{:x}", u32::from(character));
        }
    }
}

#[test]
fn what_is_no_json_is_left_to_the_yaml_parser() {
    for text in [
        "{}{}",
        "[1 2]",
        "[1,,2]",
        "[,1]",
        "{\"a\" 1}",
        "{\"a\":}",
        "{\"a\":1,}",
        "[1,]",
        "{a: 1}",
        "{'a': 1}",
        "[0x1F, +1, .5]",
        "[1, // x\n2]",
        "[1 /* x */]",
        "[1\u{b}]",
        "[\"a\nb\"]",
        "[\"\\ud800\"]",
        "[\"\\x41\"]",
        "{\"a\": 1]",
        "[",
        "{",
        "[\"a",
        "]",
        "[true false]",
        "[truex]",
        "{\"a\":1:2}",
        "{1: 2}",
        "{{}: 1}",
        "[:]",
        "{\"a\", \"b\"}",
        "[1] # x",
        "---\n[1]",
    ] {
        assert_eq!(nodes(text), nodes(&format!("{text}\n# YAML")), "{text}");
    }
}

#[test]
fn broken_json_is_explained_by_a_json_reader() {
    assert_eq!(error("{\n  \"a\": 1\n  \"b\": 2\n}"), ("expected `,` or `}`".to_owned(), 3, 3));
    assert_eq!(error("{\"a\": 1").0, "EOF while parsing an object");
}

#[test]
fn one_document_and_no_more() {
    assert_eq!(error("a: 1\n---\nb: 2\n").0, "the file holds more than one YAML document");
    assert_eq!(at(&document("---\na: 1\n...\n"), &["a"]).1, "1");
    assert_eq!(error("# nothing\n").0, "the file holds no value");
}

#[test]
fn limits_cost_an_error() {
    let small = Limits { bytes: 100, depth: 4, nodes: 8, expanded: 4 };
    let refused = |text: &str| Document::parse(FileId(0), text.as_bytes().to_vec(), &small).expect_err("over").message;
    assert_eq!(refused(&"x".repeat(101)), "the file has 101 bytes; at most 100 are read");
    assert_eq!(refused("[[[[[1]]]]]"), "the file nests deeper than 4 levels");
    assert_eq!(refused("[1, 2, 3, 4, 5, 6, 7, 8, 9]"), "the file has more than 8 values");
    assert_eq!(refused("a: &a [1, 2]\nb: [*a, *a]"), "the aliases stand for more than 4 values");
}

#[test]
fn a_comment_that_touches_a_value_is_one() {
    // SnakeYAML's scanToNextToken takes `#` for a comment wherever a token may begin.
    let text = "a: 'x'#ä 'b\nc: [\"y\"#, z\n  , w]\nd: v#w\n";
    let document = Document::from_text(FileId(0), text).expect("it reads");
    let get = |key| document.get(document.root(), key).expect("the key").value;
    assert_eq!((document.scalar(get("a")), document.scalar(get("d"))), (Some("x"), Some("v#w")));
    assert!(matches!(&document.node(get("c")).kind, NodeKind::Sequence(items) if items.len() == 2));
    assert_eq!(document.text(), text, "nothing of the text is lost");
    assert_eq!(document.line_col(document.span(get("d")).start).line, 4);
    let many = "- 'x'#y\n".repeat(1000);
    assert!(Document::from_text(FileId(0), &many).is_err(), "a hostile file costs an error, not a machine");
}
