//! Laws of address lines.

use chat_proto::{AddressLine, BadAddressLine, Secret, ServerKey};
use proptest::prelude::*;

fn keys() -> impl Strategy<Value = ServerKey> {
    any::<[u8; 32]>().prop_map(ServerKey::from_sha256)
}

fn hosts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9][a-z0-9.-]{0,40}",
        any::<[u8; 4]>().prop_map(|ip| std::net::Ipv4Addr::from(ip).to_string()),
        any::<[u8; 16]>().prop_map(|ip| std::net::Ipv6Addr::from(ip).to_string()),
        Just("fe80::1%eth0".to_owned()),
    ]
}

proptest! {
    #[test]
    fn a_line_is_read_as_it_was_written(
        host in hosts(), port in 1_u16.., key in keys(), secret in proptest::option::of("[il][A-Za-z0-9_-]{22}")
    ) {
        let mut line = AddressLine::new(&host, port, key).unwrap();
        let length = if secret.is_some() { 43 + 1 + 23 } else { 43 };
        if let Some(secret) = secret {
            line = line.with_secret(Secret::new(secret)).unwrap();
        }
        let written = line.to_string();
        let read = written.parse::<AddressLine>().unwrap();
        prop_assert_eq!(read.secret(), line.secret());
        prop_assert_eq!(read, line);
        // No character means something to a shell, whatever the host; no quotes are needed.
        let tail = written.split_once("/#").unwrap().1;
        prop_assert_eq!(tail.len(), length);
        prop_assert!(tail.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)));
    }

    #[test]
    fn no_debug_output_of_a_line_has_its_secret(key in keys(), digits in "[A-Za-z0-9_-]{22}") {
        let line = AddressLine::new("localhost", 1, key).unwrap();
        let line = line.with_secret(Secret::new(format!("i{digits}"))).unwrap();
        let shown = format!("{line:?}");
        prop_assert!(!shown.contains(&digits), "{}", shown);
    }

    #[test]
    fn whatever_can_be_read_is_written_the_same(written in "chat://[a-z0-9:.\\[\\]%-]{0,12}(:[0-9]{0,5})?/?#?[A-Za-z0-9_.-]{0,67}") {
        if let Ok(line) = written.parse::<AddressLine>() {
            prop_assert_eq!(line.to_string().parse::<AddressLine>().unwrap(), line);
        }
    }

    #[test]
    fn no_key_is_written_in_two_ways(key in keys(), at in 0_usize..43, digit in "[A-Za-z0-9_-]") {
        let written = key.to_string();
        let mut other = written.clone();
        other.replace_range(at..=at, &digit);
        match other.parse::<ServerKey>() {
            Ok(same) if same == key => prop_assert_eq!(other, written),
            Ok(another) => prop_assert_eq!(another.to_string(), other),
            Err(_) => prop_assert_eq!(at, 42, "only the last digit has unused bits"),
        }
    }
}

#[test]
fn a_text_that_is_not_a_line_is_refused_with_the_reason() {
    let key = ServerKey::from_sha256([0xff; 32]);
    for (written, why) in [
        (String::new(), BadAddressLine::Form),
        ("chat.example.org:12345".to_owned(), BadAddressLine::Form),
        (format!("http://a:1/#{key}"), BadAddressLine::Form),
        (format!("chat://a/#{key}"), BadAddressLine::Form),
        (format!("chat://a:0/#{key}"), BadAddressLine::Form),
        (format!("chat://a:+1/#{key}"), BadAddressLine::Form),
        (format!("chat://::1:1/#{key}"), BadAddressLine::Form),
        (format!("chat://[a]:1/#{key}"), BadAddressLine::Form),
        (format!("chat://a b:1/#{key}"), BadAddressLine::Form),
        (format!("chat://a:1/#{key}."), BadAddressLine::Secret),
        (format!("chat://a:1/#{key}.i{}", "A".repeat(21)), BadAddressLine::Secret),
        (format!("chat://a:1/#{key}.i{}", "A".repeat(23)), BadAddressLine::Secret),
        (format!("chat://a:1/#{key}.x{}", "A".repeat(22)), BadAddressLine::Secret),
        (format!("chat://a:1/#{key}.i{}.", "A".repeat(21)), BadAddressLine::Secret),
    ] {
        assert_eq!(written.parse::<AddressLine>(), Err(why), "{written}");
    }
    for key in ["", "x", &key.to_string()[1..], &format!("{key}x")] {
        let error = format!("chat://a:1/#{key}").parse::<AddressLine>().unwrap_err();
        assert!(matches!(error, BadAddressLine::Key(_)), "{key}");
    }
}
