use super::*;

fn names() -> Vec<UserName> {
    ["ana", "Anton", "bob"].into_iter().map(|name| UserName::new(name).unwrap()).collect()
}

fn rooms() -> Vec<RoomName> {
    let rooms = ["#lobby", "#Rust", "#rust-beginners", "@Ana Maria", "@zoe"];
    rooms.into_iter().map(|name| RoomName::new(name).unwrap()).collect()
}

fn typed(text: &str) -> Prompt {
    Prompt { editor: Editor::new(text), ..Prompt::default() }
}

fn tabs(prompt: &mut Prompt, count: usize) -> Vec<String> {
    let (names, rooms) = (names(), rooms());
    let mut seen = Vec::new();
    for _ in 0..count {
        prompt.complete(names.iter(), rooms.iter(), false);
        seen.push(prompt.editor.text());
    }
    seen
}

#[test]
fn tab_offers_each_name_that_fits_in_turn() {
    assert_eq!(tabs(&mut typed("AN"), 3), ["ana: ", "Anton: ", "ana: "]);
    assert_eq!(tabs(&mut typed("hi bo"), 1), ["hi bob "]);
    assert_eq!(tabs(&mut typed("hi x"), 1), ["hi x"]);
    assert_eq!(tabs(&mut typed(""), 1), [""]);
}

#[test]
fn tab_backwards_offers_the_last_first() {
    let (mut prompt, names) = (typed("an"), names());
    prompt.complete(names.iter(), [].iter(), true);
    assert_eq!(prompt.editor.text(), "Anton: ");
}

#[test]
fn tab_completes_commands_only_at_the_start() {
    assert_eq!(tabs(&mut typed("/re"), 1), ["/reconnect "]);
    assert_eq!(tabs(&mut typed("say /re"), 1), ["say /re"]);
}

#[test]
fn tab_completes_rooms_and_private_conversations_by_their_sigil() {
    assert_eq!(tabs(&mut typed("/join #ru"), 2), ["/join #Rust ", "/join #rust-beginners "]);
    assert_eq!(tabs(&mut typed("#lo"), 1), ["#lobby "]);
    assert_eq!(tabs(&mut typed("#"), 1), ["#lobby "]);
    assert_eq!(tabs(&mut typed("#x"), 1), ["#x"]);
    let all = ["/leave @ana ", "/leave @Ana Maria ", "/leave @Anton ", "/leave @ana "];
    assert_eq!(tabs(&mut typed("/leave @aN"), 4), all);
    assert_eq!(tabs(&mut typed("@bo"), 1), ["@bob "]);
}

#[test]
fn tab_offers_each_conversation_once() {
    let (mut prompt, rooms) = (typed("@an"), [RoomName::new("@ana").unwrap()]);
    let mut tab = || {
        prompt.complete(names().iter(), rooms.iter(), false);
        prompt.editor.text()
    };
    assert_eq!([tab(), tab(), tab()], ["@ana ", "@Anton ", "@ana "]);
}

#[test]
fn tab_completes_before_the_cursor() {
    let mut prompt = typed("bo!");
    prompt.editor.go(Motion::Left);
    assert_eq!(tabs(&mut prompt, 1), ["bob: !"]);
}

#[test]
fn a_new_round_begins_after_another_key() {
    let mut prompt = typed("an");
    tabs(&mut prompt, 1);
    prompt.end_completion();
    prompt.editor.insert("bo").unwrap();
    assert_eq!(tabs(&mut prompt, 1), ["ana: bob "]);
}

#[test]
fn up_and_down_move_within_a_text_of_many_lines_first() {
    let mut prompt = typed("sent");
    prompt.submit();
    prompt.editor = Editor::new("one\ntwo");
    prompt.up();
    assert_eq!(prompt.editor.text(), "one\ntwo");
    prompt.up();
    assert_eq!(prompt.editor.text(), "sent");
    prompt.down();
    assert_eq!(prompt.editor.text(), "one\ntwo");
}

#[test]
fn what_is_cut_in_one_go_comes_back_as_one_text() {
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
