//! Values of commands and events: names, texts, numbers.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// Whatever means something to JSON, to the classic protocol, to names, to terminals or to Unicode
/// normalization.
pub(crate) const BITS: &[&str] = &[
    "|",
    "||",
    "&",
    "&&",
    "@",
    "#",
    ":",
    "NAME:",
    "USERS:",
    "ID:",
    "5||",
    "7||ana||",
    "{",
    "}",
    "\"",
    "\\",
    ",",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\0",
    "\u{7f}",
    "\u{1b}[2J",
    "\u{85}",
    "\u{a0}",
    "\u{3000}",
    "\u{2028}",
    "\u{200b}",
    "\u{200d}",
    "\u{202e}",
    "\u{2066}",
    "\u{feff}",
    "\u{fe0f}",
    "\u{3164}",
    "\u{e0041}",
    "é",
    "e\u{301}",
    "\u{301}",
    "\u{323}",
    "ǖ\u{200b}\u{323}",
    "ß",
    "İ",
    "ſ",
    "ｂ",
    "｜",
    "＠",
    "ﷺ",
    "\u{345}",
    "Ω",
    "\u{958}",
    "한",
    "😀",
    "ñ",
];

/// Letters and digits, up to `bits` of them, with [`BITS`] and any character at all among them.
pub(crate) fn writing(bits: usize) -> impl Strategy<Value = String> {
    let bit = prop_oneof![
        6 => prop::char::range('a', 'z').prop_map(String::from),
        2 => prop::char::range('0', '9').prop_map(String::from),
        4 => select(BITS).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    vec(bit, 0..=bits).prop_map(|bits| bits.concat())
}

pub(crate) fn user_name() -> impl Strategy<Value = UserName> {
    writing(40).prop_map(|written| UserName::from_lossy(&written))
}

pub(crate) fn room_name() -> impl Strategy<Value = RoomName> {
    let typed = (prop::bool::ANY, user_name()).prop_filter_map(
        "it is not an address",
        |(private, name)| {
            let bare: String = name.as_str().split_whitespace().collect();
            RoomName::new(&if private { format!("@{name}") } else { format!("#{bare}") }).ok()
        },
    );
    let address = any::<[u64; 2]>().prop_filter_map("it has two users", |[one, other]| {
        RoomName::new(RoomName::direct(UserId::new(one), UserId::new(other)).as_str()).ok()
    });
    prop_oneof![3 => typed, 1 => address]
}

/// Mostly a few words, now and then as long as a text can be.
pub(crate) fn text() -> impl Strategy<Value = Text> {
    let times = prop_oneof![9 => 1_usize..3, 1 => 1_usize..2000];
    (writing(40), times)
        .prop_filter_map("it says something", |(said, times)| Text::from_lossy(&said.repeat(times)))
}

pub(crate) fn topic() -> impl Strategy<Value = Topic> {
    writing(20).prop_map(|written| Topic::from_lossy(&written))
}

pub(crate) fn seq() -> impl Strategy<Value = Seq> {
    any::<u64>().prop_map(Seq::new)
}

pub(crate) fn user() -> impl Strategy<Value = User> {
    (any::<u64>(), user_name()).prop_map(|(id, name)| User { id: UserId::new(id), name })
}

pub(crate) fn kind() -> impl Strategy<Value = Kind> {
    select(&[Kind::Text, Kind::Action][..])
}

pub(crate) fn device() -> impl Strategy<Value = DeviceId> {
    writing(12).prop_filter_map("it is short", |written| DeviceId::new(written).ok())
}

pub(crate) fn short_string() -> impl Strategy<Value = ShortString> {
    writing(12).prop_filter_map("it is short", |written| ShortString::new(written).ok())
}

pub(crate) fn features() -> impl Strategy<Value = Features> {
    let words = vec(select(&["addresses", "unread", "", "of_tomorrow"][..]), 0..6);
    words.prop_map(|words| serde_json::from_value(json!(words)).unwrap())
}

pub(crate) fn nonce() -> impl Strategy<Value = Nonce> {
    prop_oneof![any::<u64>().prop_map(Nonce::Number), short_string().prop_map(Nonce::Text)]
}

pub(crate) fn at() -> impl Strategy<Value = Timestamp> {
    prop_oneof![0..4_102_444_800_000_i64, any::<i64>()].prop_map(Timestamp::from_millis)
}

pub(crate) fn secret() -> impl Strategy<Value = Secret> {
    writing(20).prop_map(Secret::new)
}
