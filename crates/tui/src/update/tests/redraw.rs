use super::*;

/// Takes a key on a screen that is drawn. Returns whether the input box has changed, and whether the rest may have.
fn press(harness: &mut Harness, code: KeyCode) -> (bool, bool) {
    harness.state.redraw.drew_all();
    harness.press(code);
    (harness.state.redraw.input_box, harness.state.redraw.rest)
}

#[test]
fn a_key_that_edits_changes_the_input_box_alone() {
    let mut harness = Harness::connected(80, 20);
    let keys = ['h', 'i', 'é'].map(KeyCode::Char);
    for code in keys.into_iter().chain([KeyCode::Left, KeyCode::Backspace, KeyCode::Delete]) {
        assert_eq!(press(&mut harness, code), (true, false), "{code:?}");
    }
}

#[test]
fn a_key_that_does_more_may_change_the_whole_screen() {
    let mut harness = Harness::connected(80, 20);
    harness.type_text("hello");
    for code in [KeyCode::PageUp, KeyCode::Tab, KeyCode::F(1), KeyCode::Char('x'), KeyCode::Esc] {
        assert_eq!(press(&mut harness, code), (false, true), "{code:?}");
    }
    // The list of commands, and the rows of a text that fills its row.
    for code in [KeyCode::Enter, KeyCode::Char('/')] {
        assert_eq!(press(&mut harness, code), (false, true), "{code:?}");
    }
    press(&mut harness, KeyCode::Backspace);
    harness.input(Input::Paste("x".repeat(80 - "#lobby › ".chars().count() - 2)));
    assert_eq!(press(&mut harness, KeyCode::Char('y')), (true, false));
    assert_eq!(press(&mut harness, KeyCode::Char('z')), (false, true));
}

#[test]
fn a_box_that_is_full_says_so_outside_of_it() {
    let mut harness = Harness::connected(80, 20);
    harness.input(Input::Paste("x".repeat(crate::prompt::PROMPT_BYTES_MAX - 1)));
    assert_eq!(press(&mut harness, KeyCode::Char('y')), (false, true));
    assert!(harness.screen().contains("too long"), "{}", harness.screen());
}

#[test]
fn the_first_key_changes_the_hint_to_the_newest_message() {
    let mut harness = Harness::connected(80, 10);
    for _ in 0..30 {
        harness.message(3, "ana", "hello");
    }
    assert_eq!(press(&mut harness, KeyCode::Char('x')), (true, false));
    press(&mut harness, KeyCode::Backspace);
    harness.press(KeyCode::PageUp);
    assert_eq!(press(&mut harness, KeyCode::Char('x')), (false, true));
    assert_eq!(press(&mut harness, KeyCode::Char('y')), (true, false));
}
