mod authority;
mod client;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use chat_proto::{NATIVE_ALPN, Timestamp};
use serde_json::json;
use tempfile::TempDir;
use tokio::time::advance;

use self::authority::{Authority, DIRECTORY};
use self::client::{show, trusting, trusting_anybody};
use super::*;
use crate::journal::Location;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// 2026-11-28.
fn today() -> Timestamp {
    Timestamp::from_millis(1_795_824_000_000)
}

struct Rig {
    data: TempDir,
    tls: Arc<Tls>,
    authority: Authority,
}

impl Rig {
    fn new() -> Self {
        let data = TempDir::new().unwrap();
        let tls = open(&data);
        let authority = Authority::new(Arc::clone(&tls));
        Self { data, tls, authority }
    }

    /// The part of a new daemon that gets certificates for `domains`.
    fn certifier(&self, domains: &[&str]) -> Certifier {
        let domains = domains.iter().map(|domain| domain.parse().unwrap()).collect();
        let settings = Acme { domains, directory_url: DIRECTORY.to_owned() };
        let authority = self.authority.clone();
        let mut certifier =
            Certifier::open(settings, self.data.path(), Arc::clone(&self.tls), today);
        certifier.connect = Box::new(move || Ok(Box::new(authority.clone())));
        certifier
    }

    /// Whether a browser that asks for `domain` is shown a certificate that it accepts.
    async fn browser_accepts(&self, domain: &str) -> bool {
        show(&self.tls, trusting(self.authority.root()), domain).await.is_ok()
    }

    /// Whether a client is shown the daemon's own key.
    async fn is_shown_own_key(&self, alpn: &[&[u8]], domain: &str) -> bool {
        let shown = show(&self.tls, trusting_anybody(alpn), domain).await.unwrap();
        let own = show(&self.tls, trusting_anybody(&[NATIVE_ALPN]), "chat-server").await.unwrap();
        shown.chain == own.chain
    }
}

fn open(data: &TempDir) -> Arc<Tls> {
    let location = Location::Directory(data.path().to_path_buf());
    Arc::new(Tls::open(&location, None).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_certificate_is_shown_to_clients_that_name_a_domain_and_the_own_key_to_all_others() {
    let rig = Rig::new();
    let certifier = rig.certifier(&["chat.example.org", "talk.example.org"]);
    assert!(rig.is_shown_own_key(&[], "chat.example.org").await);
    assert!(!rig.tls.is_issued_for("chat.example.org"));
    certifier.step().await;
    assert!(!rig.tls.is_issued_for("example.org"));
    for domain in ["chat.example.org", "talk.example.org", "Chat.Example.Org"] {
        assert!(rig.tls.is_issued_for(domain), "{domain}");
        assert!(rig.browser_accepts(domain).await, "{domain}");
        assert!(rig.is_shown_own_key(&[NATIVE_ALPN], domain).await, "{domain}");
    }
    let shown = show(&rig.tls, trusting_anybody(&[b"h2", b"http/1.1"]), "chat.example.org").await;
    assert_eq!(shown.unwrap().alpn.as_deref(), Some(&b"http/1.1"[..]));
    assert!(!rig.is_shown_own_key(&[b"http/1.1"], "chat.example.org").await);
    assert!(!rig.browser_accepts("example.org").await);
    assert!(rig.is_shown_own_key(&[], "example.org").await);
    assert_eq!((rig.authority.count("/account"), rig.authority.count("/new")), (1, 1));
    // No proof is left.
    let alpn: &[&[u8]] = &[b"acme-tls/1"];
    let shown = show(&rig.tls, trusting_anybody(alpn), "chat.example.org").await.unwrap();
    assert_eq!(shown.alpn, None);
}

#[tokio::test(start_paused = true)]
async fn a_certificate_outlives_the_daemon_in_files_that_only_its_user_reads() {
    let mut rig = Rig::new();
    rig.certifier(&["chat.example.org"]).step().await;
    let directory = rig.data.path().join("acme");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory), 0o700);
    for file in ["account.json", "certificate.pem"] {
        assert_eq!(mode(&directory.join(file)), 0o600, "{file}");
    }
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 2);
    rig.tls = open(&rig.data);
    let certifier = rig.certifier(&["chat.example.org"]);
    assert!(rig.browser_accepts("chat.example.org").await);
    certifier.step().await;
    assert_eq!(rig.authority.count("/new"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stored_certificate_that_does_not_serve_is_replaced() {
    let mut rig = Rig::new();
    rig.certifier(&["chat.example.org"]).step().await;
    let file = rig.data.path().join("acme").join("certificate.pem");
    let whole = fs::read_to_string(&file).unwrap();
    let of_another = whole.replace(DIRECTORY, "https://other.example/dir");
    for (nth, (text, domain)) in [
        (whole.as_str(), "other.example.org"),
        (&of_another, "chat.example.org"),
        (&whole[..whole.len() / 2], "chat.example.org"),
        ("", "chat.example.org"),
    ]
    .into_iter()
    .enumerate()
    {
        fs::write(&file, text).unwrap();
        rig.tls = open(&rig.data);
        rig.authority.look_at(Arc::clone(&rig.tls));
        rig.certifier(&[domain]).step().await;
        assert!(rig.browser_accepts(domain).await, "{nth}");
        assert_eq!(rig.authority.count("/new"), nth + 2);
    }
    assert_eq!(rig.authority.count("/account"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_certificate_is_renewed_with_the_same_account() {
    let rig = Rig::new();
    // It is old by now.
    rig.authority.state().days = [(2026, 9, 20), (2026, 11, 29)];
    let certifier = rig.certifier(&["chat.example.org"]);
    certifier.step().await;
    rig.authority.state().days = [(2026, 11, 28), (2027, 2, 26)];
    certifier.step().await;
    assert_eq!(rig.authority.count("/new"), 1);
    advance(24 * DAY).await;
    certifier.step().await;
    assert_eq!((rig.authority.count("/account"), rig.authority.count("/new")), (1, 2));
    advance(365 * DAY).await;
    certifier.step().await;
    assert_eq!(rig.authority.count("/new"), 2);
}

#[tokio::test(start_paused = true)]
async fn an_authority_that_fails_changes_nothing_and_is_asked_again_later() {
    let rig = Rig::new();
    let certifier = rig.certifier(&["chat.example.org"]);
    let problem = json!({"type": "urn:ietf:params:acme:error:rateLimited", "detail": "too many"});
    rig.authority.state().problems.insert("/new", problem);
    let error = certifier.certify_or_fail().await.err().unwrap().to_string();
    assert_eq!(error, "too many (urn:ietf:params:acme:error:rateLimited)");
    certifier.step().await;
    assert_eq!(rig.authority.count("/new"), 2);
    assert!(rig.is_shown_own_key(&[], "chat.example.org").await);
    rig.authority.state().problems.clear();
    for (wait, orders) in [(DAY / 25, 2), (DAY / 24, 3)] {
        advance(wait).await;
        certifier.step().await;
        assert_eq!(rig.authority.count("/new"), orders);
    }
    assert!(rig.browser_accepts("chat.example.org").await);
}

#[tokio::test(start_paused = true)]
async fn the_words_of_an_authority_that_finds_no_proof_are_reported() {
    let rig = Rig::new();
    let certifier = rig.certifier(&["talk.example.org"]);
    rig.authority.look_at(open(&TempDir::new().unwrap()));
    let error = certifier.certify_or_fail().await.err().unwrap().to_string();
    let expected = "the authority does not find this daemon at port 443 of talk.example.org: ";
    assert_eq!(error, format!("{expected}no proof at port 443"));
    rig.authority.state().challenge = "http-01";
    let error = certifier.certify_or_fail().await.err().unwrap().to_string();
    assert!(error.contains("does not look at port 443 of talk.example.org"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_account_that_the_authority_has_forgotten_is_made_again() {
    let rig = Rig::new();
    let certifier = rig.certifier(&["chat.example.org"]);
    certifier.certify_or_fail().await.ok().unwrap();
    let problem = json!({"type": "urn:ietf:params:acme:error:accountDoesNotExist"});
    rig.authority.state().problems.insert("/new", problem);
    assert!(certifier.certify_or_fail().await.is_err());
    assert_eq!(rig.authority.count("/account"), 2);
    rig.authority.state().problems.clear();
    certifier.certify_or_fail().await.ok().unwrap();
    assert_eq!(rig.authority.count("/account"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_failure_like_any_other() {
    let rig = Rig::new();
    rig.authority.state().panics = true;
    let certifier = rig.certifier(&["chat.example.org"]);
    let error = certifier.certify_or_fail().await.err().unwrap().to_string();
    assert_eq!(error, "the request failed, please report it: the authority has vanished");
}
