//! Decides which elements of a list stay, change, go or are added to get other ids.

/// The changes of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alignment<'a> {
    /// The change of each existing element.
    pub(super) fates: Vec<Fate<'a>>,
    /// The added elements, and the elements after which they go; `None` for the front.
    pub(super) added: Vec<(Option<usize>, &'a [&'a str])>,
}

/// The change of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate<'a> {
    /// It is kept.
    Kept,
    /// It gets another id.
    Exchanged(&'a str),
    /// It is removed.
    Removed,
}

/// Aligns the ids of a list with the wanted ones.
///
/// As many elements as possible are kept; between those, elements are exchanged before any are removed or
/// added. So at least one is left if both lists have any, and added elements are next to it.
pub(super) fn align<'a>(before: &[&str], after: &'a [&'a str]) -> Alignment<'a> {
    let mut fates = vec![Fate::Kept; before.len()];
    let mut added = Vec::new();
    let mut done = (0, 0);
    for (old, new) in common(before, after).into_iter().chain([(before.len(), after.len())]) {
        let olds = done.0..old;
        let (exchanged, rest) = after[done.1..new].split_at(olds.len().min(new - done.1));
        for (index, place) in olds.clone().enumerate() {
            fates[place] = exchanged.get(index).map_or(Fate::Removed, |id| Fate::Exchanged(id));
        }
        if !rest.is_empty() {
            added.push(((olds.start + exchanged.len()).checked_sub(1), rest));
        }
        done = (old + 1, new + 1);
    }
    Alignment { fates, added }
}

/// Returns a longest common subsequence, as pairs of indices.
fn common(before: &[&str], after: &[&str]) -> Vec<(usize, usize)> {
    let mut lengths = vec![vec![0; after.len() + 1]; before.len() + 1];
    for old in (0..before.len()).rev() {
        for new in (0..after.len()).rev() {
            lengths[old][new] = if before[old] == after[new] {
                lengths[old + 1][new + 1] + 1
            } else {
                lengths[old + 1][new].max(lengths[old][new + 1])
            };
        }
    }
    let mut pairs = Vec::new();
    let (mut old, mut new) = (0, 0);
    while old < before.len() && new < after.len() {
        if before[old] == after[new] {
            pairs.push((old, new));
            (old, new) = (old + 1, new + 1);
        } else if lengths[old + 1][new] >= lengths[old][new + 1] {
            old += 1;
        } else {
            new += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes `-` for what goes, `a>b` for what is exchanged and `+b` for what comes.
    fn aligned(before: &str, after: &str) -> String {
        let (before, after): (Vec<&str>, Vec<&str>) =
            (before.split_whitespace().collect(), after.split_whitespace().collect());
        let alignment = align(&before, &after);
        let mut words: Vec<String> = vec![String::new(); before.len() + 1];
        for (place, (id, fate)) in before.iter().zip(&alignment.fates).enumerate() {
            words[place + 1] = match fate {
                Fate::Kept => (*id).to_owned(),
                Fate::Exchanged(new) => format!("{id}>{new}"),
                Fate::Removed => format!("-{id}"),
            };
        }
        for (place, ids) in alignment.added {
            let word = &mut words[place.map_or(0, |place| place + 1)];
            ids.iter().for_each(|id| *word += &format!(" +{id}"));
        }
        words.join(" ").trim().to_owned()
    }

    #[test]
    fn as_much_as_possible_stays() {
        for (before, after, expected) in [
            ("a b", "a b", "a b"),
            ("a b", "c b", "a>c b"),
            ("a b", "a", "a -b"),
            ("a b", "b", "-a b"),
            ("a b", "c", "a>c -b"),
            ("a", "b c d", "a>b +c +d"),
            ("a", "b a", "+b a"),
            ("a b", "a c b", "a +c b"),
            ("a b", "b a", "-a b +a"),
            ("", "a", "+a"),
            ("a b c", "d b", "a>d b -c"),
        ] {
            assert_eq!(aligned(before, after), expected, "{before} to {after}");
        }
    }
}
