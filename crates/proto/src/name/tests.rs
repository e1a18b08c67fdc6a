use super::*;
use crate::id::UserId;

#[test]
fn the_same_name_in_other_letters_is_the_same_name() {
    for (a, b) in [("Bob", "bob"), ("Bob", "ｂｏｂ"), ("Straße", "STRASSE"), ("é", "e\u{301}")]
    {
        assert_eq!(UserName::new(a).unwrap(), UserName::new(b).unwrap(), "{a} and {b}");
    }
    assert_ne!(UserName::new("bob").unwrap(), UserName::new("b0b").unwrap());
}

#[test]
fn a_space_and_an_underscore_are_the_same_in_a_users_name() {
    for other in ["Ana_María", "ANA_MARÍA", "ana＿maría"] {
        assert_eq!(UserName::new("Ana María").unwrap(), UserName::new(other).unwrap(), "{other}");
        let direct = RoomName::new(&format!("@{other}")).unwrap();
        assert_eq!(direct, RoomName::new("@Ana María").unwrap(), "{other}");
    }
    for other in ["Ana-María", "AnaMaría", "Ana__María"] {
        assert_ne!(UserName::new("Ana María").unwrap(), UserName::new(other).unwrap(), "{other}");
    }
    let name = UserName::new("Ana María").unwrap();
    assert_eq!(name.key(), "ana_mari\u{301}a");
    assert_eq!(name.key_with_spaces(), "ana mari\u{301}a");
    assert_eq!(RoomName::new("#A_b").unwrap().key(), "#a_b");
}

#[test]
fn the_fast_key_of_ascii_is_the_key() {
    for c in (0..128).map(char::from) {
        let long: String = caseless::default_case_fold_str(&c.to_string()).nfkd().collect();
        assert_eq!(compare_key(&c.to_string()), long);
        assert_eq!(composed(&c.to_string()), c.nfc().collect::<String>());
    }
}

#[test]
fn each_broken_rule_is_named() {
    let long = "x".repeat(33);
    let cases = [
        ("", NameError::Empty),
        (long.as_str(), NameError::TooLong(33)),
        (" bob", NameError::SpaceAtEnd),
        ("bob\u{3000}", NameError::SpaceAtEnd),
        ("b\nb", NameError::Unprintable('\n')),
        ("b\u{202E}b", NameError::Unprintable('\u{202E}')),
        ("b\u{200B}b", NameError::Unprintable('\u{200B}')),
        ("b\u{2028}b", NameError::Unprintable('\u{2028}')),
        ("b\u{85}b", NameError::Unprintable('\u{85}')),
        ("a|b", NameError::Reserved('|')),
        ("a&b", NameError::Reserved('&')),
        ("@bob", NameError::Reserved('@')),
        ("#bob", NameError::Reserved('#')),
        ("7-12", NameError::LooksLikeAddress("7-12".to_owned())),
        ("７-１２", NameError::LooksLikeAddress("７-１２".to_owned())),
        ("bob: I resign", NameError::Reserved(':')),
        ("bob： I resign", NameError::Reserved('：')),
        ("14:02 bob", NameError::Reserved(':')),
        ("ana (you)", NameError::Reserved('(')),
        ("ana, bob", NameError::Reserved(',')),
        ("* ana", NameError::Reserved('*')),
        ("→ bob is here", NameError::BadStart('→')),
        ("› ana", NameError::BadStart('›')),
        ("── today ──", NameError::BadStart('─')),
        ("! ana", NameError::BadStart('!')),
        ("- ana", NameError::BadStart('-')),
        ("[afk]", NameError::BadStart('[')),
        ("\u{301}ana", NameError::BadStart('\u{301}')),
        ("ana · 2 users", NameError::Symbol('·')),
        ("ana…", NameError::Symbol('…')),
        ("bob∶ hi", NameError::Symbol('∶')),
        ("ana  bob", NameError::Spaces),
        ("ana\u{a0}bob", NameError::Spaces),
        ("b\u{200D}ob", NameError::Unprintable('\u{200D}')),
        ("می\u{200C}\u{200C}نا", NameError::Unprintable('\u{200C}')),
        ("مینا\u{200C}", NameError::Unprintable('\u{200C}')),
    ];
    for (name, error) in cases {
        assert_eq!(UserName::new(name).unwrap_err(), error, "{name:?}");
    }
}

#[test]
fn the_names_of_people_are_names() {
    for name in [
        "Ana María",
        "O'Brien",
        "D’Arcy",
        "Jean-Luc",
        "J. R. R.",
        "bob_2",
        "gal·la",
        "ジョン・スミス",
        "山田 太郎",
        "नमस्ते",
        "मीना",
        "محمد",
        "می\u{200C}نا",
        "ක්\u{200D}ෂ",
        "র\u{200D}্য",
        "ᠮᠣᠩᠭᠣᠯ",
        "שלום־עליכם",
        "🦀",
        "ana 🦀",
        "⭐ana",
        "❤",
        "２００",
        "x=1",
        "C++",
    ] {
        assert!(UserName::new(name).is_ok(), "{name}: {:?}", UserName::new(name));
    }
}

#[test]
fn joiners_make_no_other_name() {
    let name = |written: &str| UserName::new(written).unwrap();
    assert_eq!(name("می\u{200C}نا"), name("مینا"));
    assert_eq!(UserName::from_lossy("می\u{200C}نا").as_str(), "می\u{200C}نا");
}

#[test]
fn a_name_under_other_rules_has_its_invalid_characters_replaced() {
    let user: crate::User = serde_json::from_str(r#"{"id":7,"name":"bob: I resign"}"#).unwrap();
    assert_eq!(user.name.as_str(), "bob_ I resign");
}

#[test]
fn characters_are_counted_after_composition() {
    assert!(UserName::new(&"e\u{301}".repeat(32)).is_ok());
    assert!(UserName::new(&"😀".repeat(32)).is_ok());
    assert!(UserName::new(&"é".repeat(33)).is_err());
}

#[test]
fn a_room_has_a_sigil_and_no_white_space() {
    assert_eq!(RoomName::new("#Lobby").unwrap(), RoomName::lobby());
    assert!(RoomName::new("@ana maria").is_ok());
    assert_eq!(RoomName::new("lobby").unwrap_err(), NameError::NoSigil);
    assert_eq!(RoomName::new("#").unwrap_err(), NameError::Empty);
    assert_eq!(RoomName::new("##a").unwrap_err(), NameError::Reserved('#'));
    assert_eq!(RoomName::new("#a b").unwrap_err(), NameError::SpaceWithin);
    assert_ne!(RoomName::new("#ana").unwrap(), RoomName::new("@ana").unwrap());
}

#[test]
fn a_direct_message_has_an_address_and_a_name() {
    let address = RoomName::new("@12-7").unwrap();
    assert_eq!(address.as_str(), "@7-12");
    assert_eq!(address, RoomName::direct(UserId::new(12), UserId::new(7)));
    assert_eq!((address.pair(), address.other()), (Some([7, 12].map(UserId::new)), None));
    let name = RoomName::new("@Ana-3").unwrap();
    assert_eq!((name.pair(), name.other()), (None, Some(UserName::new("ana-3").unwrap())));
    assert!(address.is_private() && name.is_private() && !RoomName::lobby().is_private());
    assert_eq!(RoomName::new("#7-12").unwrap_err(), NameError::LooksLikeAddress("7-12".into()));
    for bad in ["7-7", "0-7", "7-99999999999999999999"] {
        let error = NameError::BadAddress(bad.to_owned());
        assert_eq!(RoomName::new(&format!("@{bad}")).unwrap_err(), error);
    }
}

#[test]
fn invalid_characters_are_replaced() {
    let long = "x".repeat(40);
    let cut = "x".repeat(32);
    for (written, lossy) in [
        ("ana", "ana"),
        ("a||b", "a_b"),
        ("a&&b", "a_b"),
        (" ana\r\n", "ana"),
        ("@ana", "_ana"),
        ("7-12", "7_12"),
        ("７-１２", "７_１２"),
        ("bob: I resign", "bob_ I resign"),
        ("ana (you)", "ana _you_"),
        ("→ bob is here", "_ bob is here"),
        ("***", "_"),
        ("ana \t\u{3000} bob", "ana bob"),
        ("b\u{200D}ob", "bob"),
        ("a\u{202E}na", "ana"),
        (long.as_str(), cut.as_str()),
        ("", "guest"),
        ("\u{200B} ", "guest"),
    ] {
        assert_eq!(UserName::from_lossy(written).as_str(), lossy, "{written:?}");
    }
}

#[test]
fn a_numbered_name_fits() {
    assert_eq!(UserName::new("bob").unwrap().numbered(2).as_str(), "bob_2");
    let long = UserName::new(&"x".repeat(32)).unwrap().numbered(10);
    assert_eq!(long.as_str(), format!("{}_10", "x".repeat(29)));
}
