//! The order of names in lists: numbers in them are compared by value, so `user2` is before `user10`.

use std::cmp::Ordering;

/// Compares two names. Names that differ in the zeros before a number alone are in the order of their texts.
#[must_use]
pub fn compare(one: &str, other: &str) -> Ordering {
    let (mut left, mut right) = (one.as_bytes(), other.as_bytes());
    loop {
        match (left, right) {
            ([a, ..], [b, ..]) if a.is_ascii_digit() && b.is_ascii_digit() => {
                let (a, after_a) = split_number(left);
                let (b, after_b) = split_number(right);
                match a.len().cmp(&b.len()).then_with(|| a.cmp(b)) {
                    Ordering::Equal => (left, right) = (after_a, after_b),
                    order => return order,
                }
            }
            ([a, after_a @ ..], [b, after_b @ ..]) if a == b => (left, right) = (after_a, after_b),
            // UTF-8 has the order of its characters.
            _ => return left.first().cmp(&right.first()).then_with(|| one.cmp(other)),
        }
    }
}

/// Splits the number off the front, without the zeros before it.
fn split_number(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let zeros = number.iter().position(|digit| *digit != b'0').unwrap_or(number.len());
    (&number[zeros..], rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_compared_by_value() {
        let sorted = [
            "", "0", "00", "1", "2", "10", "a", "a0", "a00b", "a1", "a01b", "a1b", "a2", "a10",
            "a10b2", "a10b10", "ab", "user2", "user10", "é2", "é10",
        ];
        for (index, one) in sorted.iter().enumerate() {
            for (place, other) in sorted.iter().enumerate() {
                assert_eq!(compare(one, other), index.cmp(&place), "{one} {other}");
            }
        }
    }

    proptest! {
        #[test]
        fn it_is_an_order(names in prop::collection::vec("[ab0-2]{0,6}", 3)) {
            let [a, b, c] = &names[..] else { unreachable!() };
            prop_assert_eq!(compare(a, b), compare(b, a).reverse());
            prop_assert_eq!(compare(a, b).is_eq(), a == b);
            if compare(a, b).is_le() && compare(b, c).is_le() {
                prop_assert!(compare(a, c).is_le());
            }
        }
    }
}
