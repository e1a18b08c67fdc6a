use super::*;
use crate::lists::{Offer, OfferAction};

fn typed(text: &str) -> Prompt {
    Prompt { editor: Editor::new(text), ..Prompt::default() }
}

/// The same, with the list of `offers` for the last word.
fn with_list(text: &str, offers: &[&str]) -> Prompt {
    let mut prompt = typed(text);
    let word = text.rsplit(' ').next().unwrap();
    prompt.open_completion(word, list(offers));
    prompt
}

fn list(offers: &[&str]) -> Vec<Offer> {
    offers
        .iter()
        .map(|offer| Offer::new(*offer, OfferAction::Insert(format!("{offer} "))))
        .collect()
}

fn tabs(prompt: &mut Prompt, backwards: &[bool]) -> Vec<String> {
    let mut seen = Vec::new();
    for backwards in backwards {
        prompt.complete(*backwards);
        seen.push(prompt.editor.text());
    }
    seen
}

#[test]
fn each_step_shows_the_next_offer_and_a_single_one_closes_the_list() {
    let mut prompt = with_list("hi an", &["ana", "Anton"]);
    assert_eq!(tabs(&mut prompt, &[false, false, false]), ["hi ana ", "hi Anton ", "hi ana "]);
    assert!(prompt.completions().is_some());
    assert_eq!(tabs(&mut with_list("an", &["ana", "Anton"]), &[true]), ["Anton "]);
    let mut one = with_list("bo", &["bob"]);
    assert_eq!(tabs(&mut one, &[false]), ["bob "]);
    assert!(one.completions().is_none());
    assert_eq!(tabs(&mut with_list("x", &[]), &[false]), ["x"]);
}

#[test]
fn a_list_that_was_closed_gives_the_word_back_and_stays_closed_for_it() {
    let mut prompt = with_list("hi an", &["ana", "Anton"]);
    prompt.complete(false);
    prompt.dismiss_completion();
    assert_eq!(prompt.editor.text(), "hi an");
    prompt.editor.insert("t").unwrap();
    prompt.suggest("ant", list(&["Anton"]));
    assert!(prompt.completions().is_none(), "it is the same word");
    prompt.editor.insert(" b").unwrap();
    prompt.suggest("b", list(&["bob"]));
    assert!(prompt.completions().is_some(), "it is another word");
    prompt.dismiss_completion();
    prompt.open_completion("b", list(&["bob"]));
    assert!(prompt.completions().is_some(), "it was asked for");
}

#[test]
fn a_word_that_is_complete_opens_no_list() {
    let mut prompt = typed("/set theme dark");
    prompt.suggest("dark", vec![Offer::new("dark", OfferAction::Insert("dark".into()))]);
    assert!(prompt.completions().is_none());
}

#[test]
fn an_offer_replaces_the_word_before_the_cursor() {
    let mut prompt = typed("bo!");
    prompt.editor.go(Motion::Left);
    prompt.open_completion("bo", list(&["bob"]));
    prompt.complete_with(0);
    assert_eq!(prompt.editor.text(), "bob !");
}

#[test]
fn up_and_down_move_within_a_text_of_many_lines_first() {
    let mut prompt = typed("sent");
    prompt.submit(true);
    prompt.editor = Editor::new("one\ntwo");
    prompt.up();
    assert_eq!(prompt.editor.text(), "one\ntwo");
    prompt.up();
    assert_eq!(prompt.editor.text(), "sent");
    prompt.down();
    assert_eq!(prompt.editor.text(), "one\ntwo");
}

#[test]
fn successive_cuts_are_one_text() {
    let mut prompt = typed("one two three");
    prompt.cut(Motion::WordLeft);
    prompt.cut(Motion::WordLeft);
    assert_eq!(prompt.editor.text(), "one ");
    prompt.yank().unwrap();
    assert_eq!(prompt.editor.text(), "one two three");
    prompt.end_cut();
    prompt.editor.go(Motion::LineStart);
    prompt.cut(Motion::WordRight);
    prompt.cut(Motion::WordRight);
    assert_eq!(prompt.editor.text(), " three");
    prompt.yank().unwrap();
    assert_eq!(prompt.editor.text(), "one two three");
}

#[test]
fn what_was_cut_before_replaces_what_was_inserted() {
    let mut prompt = typed("a b c");
    for _ in 0..3 {
        prompt.cut(Motion::SpaceLeft);
        prompt.end_cut();
    }
    let mut seen = Vec::new();
    prompt.yank().unwrap();
    for _ in 0..4 {
        seen.push(prompt.editor.text());
        prompt.yank_older().unwrap();
    }
    assert_eq!(seen, ["a ", "b ", "c", "a "]);
    prompt.end_cut();
    prompt.yank_older().unwrap();
    assert_eq!(prompt.editor.text(), "b ", "nothing was inserted just before");
}

#[test]
fn the_texts_that_were_cut_are_bounded() {
    let mut prompt = typed("");
    for number in 0..50 {
        prompt.editor = Editor::new(&number.to_string());
        prompt.cut(Motion::LineStart);
        prompt.end_cut();
    }
    prompt.yank().unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..50 {
        seen.insert(prompt.editor.text());
        prompt.yank_older().unwrap();
    }
    assert_eq!(seen.len(), 10);
}
