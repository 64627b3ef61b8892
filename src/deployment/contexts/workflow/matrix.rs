//! The combinations of a job's matrix.
//!
//! Source: GitHub Docs, "Running variations of jobs in a workflow": every combination of the lists; `exclude` takes out; an object
//! of `include` is added to each combination whose own values it does not change, and is one by itself where there is none.

use std::collections::BTreeMap;

use super::super::partial::Partial;
use super::super::{Kind, Node};
use super::scope::flat;

/// How many combinations are told apart; of more, no value is known.
const MOST: usize = 64;

/// One combination: what tells it from the others, and its values by their paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Combination {
    /// `eu-west-1, prod`.
    pub(super) label: String,
    /// The values.
    pub(super) values: BTreeMap<String, Partial>,
}

/// One value of each list, with its name.
type Chosen<'n> = Vec<(&'n str, &'n Node)>;

/// The combinations of a job: one without values where it has no matrix, or one that nobody can know here.
pub(super) fn combinations(job: &Node) -> Vec<Combination> {
    let Some(matrix) = job.at(&["strategy", "matrix"]) else { return vec![Combination::default()] };
    let objects = |key: &str| matrix.get(key).map_or(&[][..], Node::items);
    let is_list = |(_, value): &(Node, Node)| matches!(value.kind, Kind::List(_));
    // A list that an expression makes may have any members.
    if !matches!(matrix.kind, Kind::Map(_)) || !matrix.entries().iter().all(is_list) {
        return vec![Combination::default()];
    }
    let Some(mut chosen) = products(matrix) else { return vec![Combination::default()] };
    chosen.retain(|one| !objects("exclude").iter().any(|object| agrees(one, object, true)));
    let mut out: Vec<(Chosen<'_>, Combination)> = chosen.into_iter().map(|one| (one.clone(), of(&one))).collect();
    for object in objects("include") {
        let own: Chosen<'_> = object.entries().iter().filter_map(|(key, value)| Some((key.text()?, value))).collect();
        let mut added = false;
        for (chosen, combination) in out.iter_mut().filter(|(chosen, _)| !chosen.is_empty()) {
            if agrees(chosen, object, false) {
                combination.values.extend(of(&own).values);
                added = true;
            }
        }
        if !added {
            out.push((Vec::new(), of(&own)));
        }
        if out.len() > MOST {
            return vec![Combination::default()];
        }
    }
    out.into_iter().map(|(_, combination)| combination).collect()
}

/// Every combination of the lists; none where there are no lists, nothing where there are too many.
fn products<'n>(matrix: &'n Node) -> Option<Vec<Chosen<'n>>> {
    let lists = matrix.entries().iter().filter_map(|(key, value)| {
        let key = key.text().filter(|key| !["include", "exclude"].contains(key))?;
        Some((key, value.items()))
    });
    let mut out: Option<Vec<Chosen<'n>>> = None;
    for (key, values) in lists {
        let before = out.take().unwrap_or_else(|| vec![Vec::new()]);
        if before.len().saturating_mul(values.len()) > MOST {
            return None;
        }
        let longer = |one: Chosen<'n>| {
            values.iter().map(move |value| one.iter().copied().chain([(key, value)]).collect::<Chosen<'n>>())
        };
        out = Some(before.into_iter().flat_map(longer).collect());
    }
    Some(out.unwrap_or_default())
}

/// Whether an object has the values of a combination, as far as it has them; `all`: and no key that the combination lacks.
fn agrees(chosen: &Chosen<'_>, object: &Node, all: bool) -> bool {
    object.entries().iter().all(|(key, value)| match chosen.iter().find(|(name, _)| key.text() == Some(name)) {
        Some((_, own)) => is_same(own, value),
        None => !all,
    })
}

fn is_same(one: &Node, other: &Node) -> bool {
    match (&one.kind, &other.kind) {
        (Kind::Map(left), Kind::Map(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| {
                    right.iter().any(|(name, other)| name.text() == key.text() && is_same(value, other))
                })
        }
        _ => one.text() == other.text(),
    }
}

fn of(chosen: &[(&str, &Node)]) -> Combination {
    let mut values = BTreeMap::new();
    chosen.iter().for_each(|(name, node)| flat(name, node, &mut values));
    let label = |(_, node): &(&str, &Node)| match &node.kind {
        Kind::Map(entries) => entries.iter().find_map(|(_, value)| value.text()).map(str::to_owned),
        _ => node.text().map(str::to_owned),
    };
    Combination { label: chosen.iter().filter_map(label).collect::<Vec<_>>().join(", "), values }
}

#[cfg(test)]
mod tests {
    use super::super::super::File;
    use super::*;

    /// The combinations of `strategy: {matrix: …}` with their values.
    fn all(matrix: &str) -> Vec<String> {
        let text = format!("strategy: {{ matrix: {matrix} }}");
        let file = File::parse("w.yml", text.into_bytes()).expect("a file");
        let line = |one: Combination| {
            let values = one.values.iter().map(|(name, value)| format!("{name}={}", value.pattern()));
            format!("{}: {}", one.label, values.collect::<Vec<_>>().join(" "))
        };
        combinations(&file.root).into_iter().map(line).collect()
    }

    #[test]
    fn combinations_are_those_of_github() {
        for (matrix, expected) in [
            ("{ a: [1, 2], b: [x] }", vec!["1, x: a=1 b=x", "2, x: a=2 b=x"]),
            ("{ a: [1, 2], exclude: [{ a: 2 }] }", vec!["1: a=1"]),
            ("{ a: [1, 2], include: [{ a: 2, r: y }] }", vec!["1: a=1", "2: a=2 r=y"]),
            ("{ a: [1], include: [{ r: y }] }", vec!["1: a=1 r=y"]),
            ("{ a: [1], include: [{ a: 3, r: y }] }", vec!["1: a=1", "3, y: a=3 r=y"]),
            ("{ include: [{ a: 1, r: x }, { a: 2, r: y }] }", vec!["1, x: a=1 r=x", "2, y: a=2 r=y"]),
            ("{ t: [{ id: 1, r: x }] }", vec!["1: t.id=1 t.r=x"]),
            ("{ a: ['${{ vars.A }}'] }", vec!["${{ vars.A }}: a=*"]),
            ("'${{ fromJSON(inputs.m) }}'", vec![": "]),
            ("{ a: '${{ fromJSON(inputs.m) }}', b: [1] }", vec![": "]),
        ] {
            assert_eq!(all(matrix), expected, "{matrix}");
        }
        let many: Vec<String> = (0..65).map(|n| n.to_string()).collect();
        assert_eq!(all(&format!("{{ a: [{}] }}", many.join(", "))), [": "], "bounded");
    }
}
