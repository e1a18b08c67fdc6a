use chat_server::Domain;
use chat_server::config::LETS_ENCRYPT;
use clap::CommandFactory;

use super::*;

#[test]
fn the_arguments_are_well_formed() {
    Args::command().debug_assert();
}

#[test]
fn the_defaults_are_the_settings_defaults() {
    let args = Args::parse_from(["chat-server"]);
    assert_eq!(format!("{:?}", args.config()), format!("{:?}", Config::default()));
    assert_eq!(args.listen, [Address::default()]);
    assert_eq!(args.listen[0].to_string(), "127.0.0.1:12345");
}

#[test]
fn messages_are_stored_for_days_or_without_end() {
    assert_eq!(keep("forever"), Ok(None));
    assert_eq!(keep("90d"), Ok(Some(Duration::from_secs(90 * 86_400))));
    assert_eq!(keep("12h"), Ok(Some(Duration::from_secs(12 * 3_600))));
    assert!(keep("a while").is_err());
}

#[test]
fn a_room_is_named_with_or_without_its_sign() {
    assert_eq!(room("lobby"), room("#lobby"));
    assert_eq!(room("@7-12").unwrap().as_str(), "@7-12");
    assert!(room("@ana").is_err() && room("a b").is_err());
}

#[test]
fn the_data_is_where_the_arguments_say() {
    let place = |args: &[&str]| Args::parse_from(args).location();
    assert_eq!(place(&["chat-server", "--data", ":memory:"]), Some(Location::Memory));
    let there = Some(Location::Directory("there".into()));
    assert_eq!(place(&["chat-server", "--data", "there"]), there);
    assert_eq!(place(&["chat-server", "backup", "to", "--data", "there"]), there);
}

#[test]
fn a_time_is_a_number_with_a_unit() {
    assert_eq!(duration("300ms"), Ok(Duration::from_millis(300)));
    assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
    assert!(duration("-1s").is_err());
    assert!(duration("soon").is_err());
}

#[test]
fn a_domain_is_certified_by_lets_encrypt_or_another_authority() {
    let args = |more: &[&str]| Args::try_parse_from(["chat-server"].iter().chain(more));
    let none = args(&[]).unwrap();
    assert!(none.config().acme.is_none() && none.public_address().is_none());
    let two = args(&["--domain", "Chat.example.org", "--domain", "b.example.org"]).unwrap();
    let acme = two.config().acme.unwrap();
    assert_eq!(
        acme.domains.iter().map(Domain::as_str).collect::<Vec<_>>(),
        ["chat.example.org", "b.example.org"]
    );
    assert_eq!(acme.directory_url, LETS_ENCRYPT);
    assert_eq!(two.public_address().unwrap().to_string(), "chat.example.org");
    assert_eq!(two.join(false), Join::Invite);
    let other = args(&["--domain", "a.example", "--acme", "https://localhost:14000/dir"]).unwrap();
    assert_eq!(other.config().acme.unwrap().directory_url, "https://localhost:14000/dir");
    let public = args(&["--domain", "a.example", "--public-address", "b.example:443"]).unwrap();
    assert_eq!(public.public_address().unwrap().to_string(), "b.example:443");
    for wrong in [
        &["--domain", "192.0.2.1"][..],
        &["--acme", "https://localhost:14000/dir"],
        &["--domain", "a.example", "--tls-cert", "a", "--tls-key", "b"],
    ] {
        assert!(args(wrong).is_err(), "{wrong:?}");
    }
}
