use super::super::looks::Looks;
use super::*;

fn name(written: &str) -> UserName {
    UserName::new(written).unwrap_or_else(|error| panic!("{written}: {error}"))
}

fn look_alike(one: &str, other: &str) -> bool {
    let looks = Looks::<u64>::default();
    let [one, other] = [name(one), name(other)].map(|name| looks.of(name.as_str(), name.key()));
    one.iter().any(|look| other.contains(look))
}

/// Names of people, each with one that looks the same.
const ALIKE: [(&str, &str); 62] = [
    // Cyrillic, Greek, Armenian, Cherokee and other letters for Latin ones
    ("ana", "аnа"),
    ("ana", "аna"),
    ("ana", "anɑ"),
    ("ana", "αnα"),
    ("emily", "еmily"),
    ("oleg", "оlеg"),
    ("cap", "сар"),
    ("pope", "роре"),
    ("xox", "хох"),
    ("yes", "уеѕ"),
    ("jess", "ϳess"),
    ("sasha", "ѕasha"),
    ("igor", "іgor"),
    ("bob", "Ьob"),
    ("nova", "noνa"),
    ("omar", "οmar"),
    ("pia", "ρia"),
    ("uta", "υta"),
    ("gus", "ɡus"),
    ("dan", "ԁan"),
    ("hugo", "һugo"),
    ("quin", "ԛuin"),
    ("wanda", "ԝanda"),
    ("oskar", "օskar"),
    ("nina", "ոina"),
    ("DAVE", "ᎠAVE"),
    ("WILL", "ᎳILL"),
    ("HANS", "НANS"),
    ("TOM", "ΤOM"),
    ("KIM", "ΚIM"),
    ("MAX", "МAX"),
    // digits for letters
    ("bob", "b0b"),
    ("bob", "B0B"),
    ("ana1", "anal"),
    ("client_20", "client_2O"),
    ("client_20", "client_2o"),
    ("leo", "1eo"),
    ("otto", "0tt0"),
    ("lola", "1o1a"),
    // several letters for one
    ("modern", "modem"),
    ("emily", "ernily"),
    ("mom", "rnorn"),
    ("vera", "ѵera"),
    // capitals for small letters
    ("Ian", "lan"),
    ("Al", "AI"),
    ("Paul", "PauI"),
    ("PAUI", "PAUl"),
    // letters of another form
    ("ana", "ａｎａ"),
    ("ana", "𝐚𝐧𝐚"),
    ("ana", "𝓪𝓷𝓪"),
    ("ana", "𝛼na"),
    ("luke", "ⅼuke"),
    ("ivan", "ⅳan"),
    ("cid", "ⅽⅰⅾ"),
    ("otto", "ᴏttᴏ"),
    // marks that are drawn at the same place, and signs
    ("istanbul", "i\u{307}stanbul"),
    ("jan", "j\u{307}an"),
    ("zoé", "zoé\u{301}"),
    ("ıris", "iris"),
    ("O'Brien", "O’Brien"),
    ("d'arcy", "d`arcy"),
    // other scripts
    ("كريم", "ڪريم"),
];

#[test]
fn names_that_look_alike_are_found() {
    let told: Vec<_> = ALIKE.into_iter().filter(|(one, other)| !look_alike(one, other)).collect();
    assert_eq!(told, [], "these are told apart");
}

#[test]
fn names_that_look_different_are_different() {
    for (one, other) in [
        ("ana", "anna"),
        ("ana", "ána"),
        ("ana", "eva"),
        ("Ali", "all"),
        ("Neil", "Nell"),
        ("Lan", "Ian"),
        ("mia", "mla"),
        ("bob_2", "bob_3"),
        ("bob_10", "bob_1"),
        ("client_11", "client_12"),
        ("Jose", "José"),
        ("Müller", "Muller"),
        ("ана", "anna"),
        ("山田", "山本"),
        ("김", "강"),
        ("🦀", "🐙"),
        ("Ana María", "AnaMaría"),
    ] {
        assert!(!look_alike(one, other), "{one} {other}");
    }
    let looks = Looks::<u64>::default();
    let mut all = std::collections::BTreeSet::new();
    for number in 0..2_000 {
        let name = name(&format!("client_{number}"));
        all.insert(looks.of(name.as_str(), name.key())[0]);
    }
    assert_eq!(all.len(), 2_000, "no number looks like another");
}

#[test]
fn a_name_that_looks_like_a_reserved_one_is_reserved() {
    let reserved = ReservedNames::new(&[name("Boss")]);
    for written in [
        "admin",
        "ADMIN",
        "аdmin",
        "adm1n",
        "adrnin",
        "r00t",
        "0wner",
        "sуstem",
        "NickServ",
        "nickserv",
        "N1ckServ",
        "NickSеrv",
        "G1obal",
        "GIobal",
        "channeI",
        "aIl",
        "AIl",
        "a11",
        "chat-server",
        "Chat-Server",
        "boss",
        "b0ss",
        "everyone",
        "HERE",
        "admin.",
        "_admin_",
        "A.d.m.i.n",
        "chat server",
        "chatserver",
        "Nick Serv",
        "boss!",
        "Operator",
        "0perator",
        "The operator",
        "the_operator.",
    ] {
        assert!(reserved.contains(&name(written)), "{written}");
    }
    for written in
        ["Ali", "ALI", "ana", "adam", "Alina", "admin_2", "Sam", "channing", "client_11", "Cooper"]
    {
        assert!(!reserved.contains(&name(written)), "{written}");
    }
}

#[test]
fn a_name_is_of_one_script_or_of_scripts_that_are_written_together() {
    for written in [
        "ana",
        "Ana María 2",
        "Œuvre",
        "Анна Сергеевна",
        "Αθηνά",
        "محمد",
        "می\u{200C}نا",
        "नमस्ते",
        "दुःख",
        "山田 太郎",
        "山田 Taro",
        "ジョン・スミス",
        "ひらがなカタカナ漢字abc",
        "김철수 Kim",
        "ㄅㄆㄇ李Lee",
        "ana 🦀",
        "🦀",
        "２００",
        "Иван_2",
        "שלום־עליכם",
        "สมชาย",
        "C++",
        "ⵣⵉⵔⵉ",
        "ᏣᎳᎩ",
        "𝐚𝐧𝐚",
        "ꓫꓱꓽ",
    ] {
        assert_eq!(check_letters(&name(written)), Ok(()), "{written}");
    }
    for written in [
        "аna",
        "pауpal",
        "Ivan Иванов",
        "αna",
        "𝛼na",
        "ᎠAVE",
        "김Иван",
        "नmaste",
        "ana\u{16FE4}",
        "山田Иван",
    ] {
        let checked = check_letters(&name(written));
        assert!(matches!(checked, Err(NameTrouble::MixedScripts { .. })), "{written}: {checked:?}");
    }
    let names_both = check_letters(&name("аna")).unwrap_err().to_string();
    assert!(names_both.contains("Cyrillic") && names_both.contains("Latin"), "{names_both}");
}

#[test]
fn letters_that_look_like_signs_or_like_nothing_are_in_no_name() {
    for written in ["bobː I resign", "anaꝸbob", "⑴ana", "🄂ana"] {
        let checked = check_letters(&name(written));
        assert!(matches!(checked, Err(NameTrouble::LikeSign(..))), "{written}: {checked:?}");
    }
    for written in ["\u{13441}", "\u{13442}\u{13441}"] {
        let checked = check_letters(&name(written));
        assert!(matches!(checked, Err(NameTrouble::Blank(_))), "{written}: {checked:?}");
    }
    for invisible in [
        '\u{3164}',
        '\u{FFA0}',
        '\u{2800}',
        '\u{115F}',
        '\u{1D159}',
        '\u{E0041}',
        '\u{180E}',
        '\u{301}',
    ] {
        assert!(UserName::new(&invisible.to_string()).is_err(), "U+{:04X}", invisible as u32);
    }
}
