use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Insert(String),
    Go(Motion),
    Delete(Motion),
    Undo,
    Redo,
    Replace(String),
    Upper,
}

fn step() -> impl Strategy<Value = Step> {
    let motions = [
        Motion::Left,
        Motion::Right,
        Motion::WordLeft,
        Motion::WordRight,
        Motion::SpaceLeft,
        Motion::LineStart,
        Motion::LineEnd,
        Motion::Up,
        Motion::Down,
    ];
    let motion = || prop::sample::select(motions.to_vec());
    prop_oneof![
        "[ab e\u{301}👩🏽\u{200D}💻漢\\n]{0,6}".prop_map(Step::Insert),
        motion().prop_map(Step::Go),
        motion().prop_map(Step::Delete),
        "[ab\\n]{0,3}".prop_map(Step::Replace),
        Just(Step::Upper),
        Just(Step::Undo),
        Just(Step::Redo),
    ]
}

proptest! {
    #[test]
    fn whatever_is_done_the_cursor_is_between_clusters(steps in prop::collection::vec(step(), 0..40)) {
        let mut editor = Editor::default();
        for step in steps {
            match step {
                Step::Insert(text) => editor.insert(&text).unwrap(),
                Step::Go(motion) => editor.go(motion),
                Step::Delete(motion) => drop(editor.delete(motion)),
                Step::Replace(text) => editor.set(&text).unwrap(),
                Step::Upper => editor.change_case(Case::Upper).unwrap(),
                Step::Undo => editor.undo(),
                Step::Redo => editor.redo(),
            }
            let (row, column) = editor.cursor();
            prop_assert!(editor.borders(row).any(|border| border == column));
        }
    }
}

proptest! {
    #[test]
    fn each_change_is_undone_and_redone_at_once(steps in prop::collection::vec(step(), 0..20)) {
        let mut editor = Editor::default();
        let mut texts = vec![String::new()];
        for step in steps {
            match step {
                Step::Insert(text) => editor.insert(&text).unwrap(),
                Step::Go(motion) => editor.go(motion),
                Step::Delete(motion) => drop(editor.delete(motion)),
                Step::Replace(text) => editor.set(&text).unwrap(),
                Step::Upper => editor.change_case(Case::Upper).unwrap(),
                Step::Undo | Step::Redo => {}
            }
            texts.extend(Some(editor.text()).filter(|text| Some(text) != texts.last()));
        }
        // A replacement by the same text is a change that shows nothing.
        let steps = |editor: &mut Editor, does: fn(&mut Editor)| {
            let mut seen = vec![editor.text()];
            for _ in 0..40 {
                does(editor);
                seen.extend(Some(editor.text()).filter(|text| Some(text) != seen.last()));
            }
            seen
        };
        let undone = steps(&mut editor, Editor::undo);
        let redone = steps(&mut editor, Editor::redo);
        prop_assert_eq!(&redone, &texts);
        texts.reverse();
        prop_assert_eq!(undone, texts);
    }
}

#[test]
fn a_change_after_an_undo_ends_the_redo() {
    let mut editor = Editor::new("one");
    editor.set("two").unwrap();
    editor.undo();
    editor.insert("!").unwrap();
    editor.insert("?").unwrap();
    editor.undo();
    assert_eq!(editor.text(), "one!", "no half is left of the replacement");
}

const CLUSTERS: &str = "a👩🏽\u{200D}💻e\u{301}b";

fn right_of_cursor(editor: &Editor) -> String {
    let (row, column) = editor.cursor();
    editor.lines()[row].chars().skip(column).collect()
}

#[test]
fn moves_go_over_whole_clusters() {
    let mut editor = Editor::new(CLUSTERS);
    let mut seen = Vec::new();
    for _ in 0..5 {
        editor.go(Motion::Left);
        seen.push(right_of_cursor(&editor));
    }
    let expected = ["b", "e\u{301}b", "👩🏽\u{200D}💻e\u{301}b", CLUSTERS, CLUSTERS];
    assert_eq!(seen, expected);
    for border in ["👩🏽\u{200D}💻e\u{301}b", "e\u{301}b", "b", "", ""] {
        editor.go(Motion::Right);
        assert_eq!(right_of_cursor(&editor), border);
    }
}

#[test]
fn deletions_take_whole_clusters() {
    let mut editor = Editor::new(CLUSTERS);
    for left in ["a👩🏽\u{200D}💻e\u{301}", "a👩🏽\u{200D}💻", "a", "", ""] {
        editor.delete(Motion::Left);
        assert_eq!(editor.text(), left);
    }
    let mut editor = Editor::new(CLUSTERS);
    editor.go(Motion::LineStart);
    for left in ["👩🏽\u{200D}💻e\u{301}b", "e\u{301}b", "b", "", ""] {
        editor.delete(Motion::Right);
        assert_eq!(editor.text(), left);
    }
}

#[test]
fn words_and_lines_are_deleted_and_come_back() {
    let mut editor = Editor::new("one two\nthree fore\u{301}");
    editor.delete(Motion::WordLeft);
    assert_eq!(editor.text(), "one two\nthree ");
    editor.delete(Motion::LineStart);
    assert_eq!(editor.text(), "one two\n");
    editor.delete(Motion::Left);
    assert_eq!(editor.text(), "one two");
    for _ in 0..3 {
        editor.undo();
    }
    assert_eq!(editor.text(), "one two\nthree fore\u{301}");
    editor.redo();
    assert_eq!(editor.text(), "one two\nthree ");
    editor.go(Motion::Up);
    editor.go(Motion::LineStart);
    editor.go(Motion::WordRight);
    editor.delete(Motion::LineEnd);
    assert_eq!(editor.text(), "one\nthree ");
}

#[test]
fn a_word_ends_before_what_follows_it() {
    let mut editor = Editor::new("one, two (e\u{301}t) été\n\n  last");
    editor.go(Motion::Up);
    editor.go(Motion::Up);
    editor.go(Motion::LineStart);
    let mut seen = Vec::new();
    for _ in 0..6 {
        editor.go(Motion::WordRight);
        seen.push(right_of_cursor(&editor));
    }
    assert_eq!(seen, [", two (e\u{301}t) été", " (e\u{301}t) été", ") été", "", "", ""]);
    assert_eq!(editor.cursor(), (2, 6), "the last word is on another line");
}

#[test]
fn a_path_is_one_word_between_white_space() {
    let mut editor = Editor::new("cd\n see /usr/bin/e\u{301}  ");
    assert_eq!(editor.delete(Motion::SpaceLeft), "/usr/bin/e\u{301}  ");
    assert_eq!(editor.delete(Motion::SpaceLeft), "see ");
    assert_eq!(editor.delete(Motion::SpaceLeft), "cd\n ");
    assert_eq!(editor.delete(Motion::SpaceLeft), "");
}

#[test]
fn the_cursor_is_never_within_a_cluster() {
    let mut editor = Editor::new("abc\nxe\u{301}y");
    editor.go(Motion::Up);
    editor.go(Motion::LineStart);
    editor.go(Motion::Right);
    editor.go(Motion::Right);
    editor.go(Motion::Down);
    assert_eq!(right_of_cursor(&editor), "y");
}

#[test]
fn a_text_that_does_not_fit_is_refused_whole() {
    let mut editor = Editor::new("kept");
    assert!(editor.insert(&"x".repeat(PROMPT_BYTES_MAX)).is_err());
    assert_eq!(editor.text(), "kept");
    editor.insert(&"y".repeat(PROMPT_BYTES_MAX - 5)).unwrap();
    editor.go(Motion::Left);
    editor.delete(Motion::LineStart);
    assert_eq!(editor.text(), "y");
}

#[test]
fn every_line_end_is_one() {
    let mut editor = Editor::default();
    editor.insert("a\r\nb\rc\nd").unwrap();
    assert_eq!(editor.text(), "a\nb\nc\nd");
}
