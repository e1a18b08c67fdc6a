//! Laws of address lines.

use chat_proto::{AddressLine, BadAddressLine, ServerKey};
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
    fn a_line_is_read_as_it_was_written(host in hosts(), port in 1_u16.., key in keys()) {
        let line = AddressLine::new(&host, port, key).unwrap();
        let written = line.to_string();
        prop_assert_eq!(written.parse::<AddressLine>().unwrap(), line);
        // No character means something to a shell, whatever the host; no quotes are needed.
        let tail = written.split_once("/#").unwrap().1;
        prop_assert!(tail.len() == 43 && tail.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
    }

    #[test]
    fn whatever_can_be_read_is_written_the_same(written in "chat://[a-z0-9:.\\[\\]%-]{0,12}(:[0-9]{0,5})?/?#?[A-Za-z0-9_.-]{0,44}") {
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
fn what_is_no_line_is_refused_with_the_reason() {
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
        (format!("chat://a:1/#{key}.iAAAAAAAAAAAAAAAAAAAAAA"), BadAddressLine::Secret),
    ] {
        assert_eq!(written.parse::<AddressLine>(), Err(why), "{written}");
    }
    for key in ["", "x", &key.to_string()[1..], &format!("{key}x")] {
        let error = format!("chat://a:1/#{key}").parse::<AddressLine>().unwrap_err();
        assert!(matches!(error, BadAddressLine::Key(_)), "{key}");
    }
}
