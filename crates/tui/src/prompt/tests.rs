use super::*;

fn names() -> Vec<UserName> {
    ["ana", "Anton", "bob"].into_iter().map(|name| UserName::new(name).unwrap()).collect()
}

fn typed(text: &str) -> Prompt {
    Prompt { editor: Editor::new(text), ..Prompt::default() }
}

fn tabs(prompt: &mut Prompt, count: usize) -> Vec<String> {
    let names = names();
    let mut seen = Vec::new();
    for _ in 0..count {
        prompt.complete(names.iter(), false);
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
    prompt.complete(names.iter(), true);
    assert_eq!(prompt.editor.text(), "Anton: ");
}

#[test]
fn tab_completes_commands_only_at_the_start() {
    assert_eq!(tabs(&mut typed("/re"), 1), ["/reconnect "]);
    assert_eq!(tabs(&mut typed("say /re"), 1), ["say /re"]);
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
