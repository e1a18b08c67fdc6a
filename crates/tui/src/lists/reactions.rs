//! Emoji to react with.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chat_client::State as ClientState;
use chat_client::entry::Body;
use chat_proto::{Emoji, Seq};

use super::{Offer, OfferAction, emoji};

/// Emoji that are offered if few were used yet, the most common first.
const COMMON: [&str; 8] = ["👍", "❤️", "😄", "🎉", "👀", "✅", "🙏", "🚀"];

/// Emoji that are offered at first: those that fit a screen.
const FIRST_MAX: usize = 12;

/// The offers for a message and a typed text: at first the emoji that are used most in the room, then those of
/// that name.
pub(super) fn offers(client: &ClientState, seq: Seq, typed: &str) -> Vec<Offer> {
    let own = own(client, seq);
    let offer = |emoji: Emoji, label: String| {
        let detail = if own.contains(&emoji) { "takes yours back" } else { "" };
        Offer::new(label, OfferAction::React(emoji)).detail(detail)
    };
    let typed = typed.trim().trim_start_matches(':').to_lowercase();
    if let Ok(written) = Emoji::new(typed.as_str())
        && !typed.is_ascii()
    {
        return vec![offer(written, typed)];
    }
    if typed.chars().count() < emoji::LETTERS_MIN {
        let first = own.iter().cloned().chain(used(client)).chain(common());
        let mut all: Vec<Emoji> = Vec::new();
        for emoji in first {
            if !all.contains(&emoji) && all.len() < FIRST_MAX {
                all.push(emoji);
            }
        }
        let named = all.into_iter().map(|emoji| {
            let label = emoji::name(emoji.as_str())
                .map_or_else(|| emoji.to_string(), |name| format!("{emoji} :{name}:"));
            offer(emoji, label)
        });
        return named.filter(|offer| offer.label.contains(&typed)).collect();
    }
    let found = emoji::offers(&typed).into_iter().filter_map(|found| {
        let (written, _) = found.label.split_once(' ')?;
        Some(offer(Emoji::new(written).ok()?, found.label.clone()))
    });
    found.collect()
}

fn common() -> impl Iterator<Item = Emoji> {
    COMMON.into_iter().filter_map(|emoji| Emoji::new(emoji).ok())
}

/// The reactions of the user to a message.
fn own(client: &ClientState, seq: Seq) -> Vec<Emoji> {
    let extras = client.message(seq).and_then(|entry| entry.body.extras());
    let reactions = extras.into_iter().flat_map(|extras| &extras.details.reactions);
    reactions.filter(|reaction| reaction.own).map(|reaction| reaction.emoji.clone()).collect()
}

/// The emoji with which users have reacted to the messages that are loaded, the most used first.
fn used(client: &ClientState) -> Vec<Emoji> {
    let mut counts: BTreeMap<&Emoji, u64> = BTreeMap::new();
    for (_, body) in client.room().log().messages() {
        let Body::Message { extras: Some(extras), .. } = body else { continue };
        for reaction in &extras.details.reactions {
            *counts.entry(&reaction.emoji).or_default() += reaction.count;
        }
    }
    let mut counts: Vec<(&Emoji, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    counts.into_iter().map(|(emoji, _)| emoji.clone()).collect()
}
