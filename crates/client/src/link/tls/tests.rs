use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::time::timeout;

use super::*;

#[tokio::test(start_paused = true)]
async fn a_server_that_speaks_something_else_is_shown_by_its_first_bytes() {
    for (sent, is_other) in [
        (&b"chat-server has too many connections; try again in a moment\n"[..], true),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", true),
        (b"ID:7", true),
        (b"", false),
        (b"\x15\x03\x03\x00\x02\x02\x28", false),
    ] {
        let (client, mut server) = duplex(4096);
        let served = tokio::spawn(async move {
            server.write_all(sent).await.unwrap();
            server.shutdown().await.unwrap();
            let mut hello = Vec::new();
            server.read_to_end(&mut hello).await.unwrap();
            hello
        });
        let tls = Tls::new("chat.example.org", None).unwrap();
        let done = timeout(Duration::from_secs(9), tls.connect(client)).await.unwrap();
        match done.unwrap_err() {
            DialError::NotTls(first) => assert!(is_other && first.as_bytes() == sent),
            DialError::Io(_) => assert!(!is_other, "{sent:?}"),
            DialError::WrongKey(_) => panic!("there was no key"),
        }
        assert!(served.await.unwrap().starts_with(&[0x16, 3]), "only a ClientHello was sent");
    }
}

#[test]
fn any_host_has_a_name_for_tls() {
    for host in ["chat.example.org", "192.0.2.7", "2001:db8::7", "fe80::1%eth0", "a_b", "straße"] {
        Tls::new(host, None).unwrap();
    }
}
