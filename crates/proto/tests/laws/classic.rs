//! The laws of the classic protocol.

use bytes::BytesMut;
use chat_proto::classic::{
    ClientEnd, ClientMessage, ServerEnd, ServerMessage, message, notice, users,
};
use chat_proto::command::Kind;
use chat_proto::limits::{CLASSIC_HOLD_BYTES_MAX, CLASSIC_WRITE_BYTES_MAX};
use chat_proto::{Text, User, UserId, UserName};
use proptest::collection::vec;
use proptest::prelude::*;
use tokio_util::codec::Decoder;

use crate::strategies::{cases, cuts, garbage, kind, text, user, writing};

/// All that the server's end of connection `id` finds in `reads`, the last followed by quiet.
fn found(id: u64, reads: &[&[u8]]) -> Vec<ClientMessage> {
    let mut end = ServerEnd::new(UserId::new(id));
    let mut buffer = BytesMut::new();
    let mut said = heard(&mut end, &mut buffer, reads);
    said.extend(end.settle(&mut buffer));
    said
}

/// The messages in `reads` that are certainly complete. No more is held back than may be.
fn heard(end: &mut ServerEnd, buffer: &mut BytesMut, reads: &[&[u8]]) -> Vec<ClientMessage> {
    let mut said = Vec::new();
    for read in reads {
        buffer.extend_from_slice(read);
        while let Some(one) = end.decode(buffer).unwrap() {
            said.push(one);
        }
        assert!(buffer.len() <= CLASSIC_HOLD_BYTES_MAX + read.len(), "{} held", buffer.len());
    }
    said
}

/// A text as it is sent: no two `|` side by side, or a client would split it there.
fn as_sent(text: &str) -> String {
    let mut told = text.to_owned();
    while told.contains("||") {
        told = told.replace("||", "| |");
    }
    told
}

/// Each of `pieces` is one write that every client reads as somebody's; their texts together.
fn put_together(pieces: &[ServerMessage], by: (u64, &str)) -> String {
    let texts = pieces.iter().map(|piece| {
        let written = piece.to_string();
        assert!(written.len() <= CLASSIC_WRITE_BYTES_MAX, "{} bytes", written.len());
        let parts: Vec<&str> = written.split("||").collect();
        let [id, name, text] = parts[..] else { panic!("{parts:?}") };
        assert_eq!((id, name), (by.0.to_string().as_str(), by.1));
        let read = ClientEnd.decode(&mut BytesMut::from(written.as_str())).unwrap();
        assert_eq!(read.as_ref(), Some(piece));
        text.to_owned()
    });
    texts.collect()
}

/// A client: its number, its name as written, and what it says.
#[derive(Debug, Clone)]
struct Client {
    id: u64,
    name: String,
    texts: Vec<Text>,
}

impl Client {
    /// The messages that it sends.
    fn sends(&self) -> Vec<Vec<u8>> {
        let says = self
            .texts
            .iter()
            .map(|text| ClientEnd::say(UserId::new(self.id), &self.name, text.as_str()));
        [ClientEnd::name(&self.name)].into_iter().chain(says).map(String::into_bytes).collect()
    }

    /// Whether its stamp stands where it has put it and nowhere else. Nothing on the wire tells a
    /// stamp that was typed from one that was put there, so that no server could do better.
    fn stamps_only_where_it_speaks(&self) -> bool {
        let stamp = ClientEnd::say(UserId::new(self.id), &self.name, "");
        let next = self.texts.iter().skip(1).map(|_| stamp.as_str()).chain([""]);
        let mut glued = self.texts.iter().zip(next);
        glued.all(|(text, next)| {
            let at = format!("{text}{next}").find(&stamp);
            at.is_none_or(|at| at == text.as_str().len())
        }) && !self.name.contains(&format!("{}||", self.id))
    }

    /// Whether no text is longer than the bound: a longer one continues as another message.
    fn is_brief(&self) -> bool {
        let stamp = ClientEnd::say(UserId::new(self.id), &self.name, "").len();
        self.texts.iter().all(|text| text.as_str().len() + 2 * stamp <= CLASSIC_HOLD_BYTES_MAX)
    }

    /// The messages that the server should read of it.
    fn means(&self) -> Vec<ClientMessage> {
        let texts = self.texts.iter().cloned().map(ClientMessage::Text);
        [ClientMessage::Name(UserName::from_lossy(&self.name))].into_iter().chain(texts).collect()
    }
}

fn client() -> impl Strategy<Value = Client> {
    let id = prop_oneof![Just(5), 1..200_u64, any::<u64>()];
    (id, writing(8), vec(text(), 0..5))
        .prop_map(|(id, name, texts)| Client { id, name, texts })
        .prop_filter("a stamp is a stamp", Client::stamps_only_where_it_speaks)
        .prop_filter("no message is too long", Client::is_brief)
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn each_write_of_a_message_names_its_sender(
        from in user(), kind in kind(), text in text(),
    ) {
        let said = match kind {
            Kind::Text => text.to_string(),
            Kind::Action => format!("* {} {text}", from.name),
        };
        let together = put_together(&message(&from, kind, &text), (from.id.get(), from.name.as_str()));
        prop_assert_eq!(together, as_sent(&said));
    }

    #[test]
    fn a_notice_is_the_servers(text in text()) {
        let together = put_together(&notice(text.as_str()), (0, "chat-server"));
        prop_assert_eq!(together, as_sent(text.as_str()));
    }

    #[test]
    fn a_list_is_one_write_of_whole_entries(
        own in user(), mut others in vec(user(), 0..60), own_at in any::<prop::sample::Index>(),
    ) {
        others.retain(|other| other.id != own.id && other.id != UserId::SERVER);
        let count = others.len() + 1;
        let mut all = others.clone();
        all.insert(own_at.index(count), own.clone());

        let list = users(&own, all.iter(), count);
        let written = list.to_string();
        prop_assert!(written.len() <= CLASSIC_WRITE_BYTES_MAX, "{} bytes", written.len());
        prop_assert_eq!(ClientEnd.decode(&mut BytesMut::from(written.as_str())).unwrap(), Some(list));

        let entries: Vec<(&str, &str)> = written["USERS:".len()..]
            .split("&&")
            .map(|entry| entry.split_once("||").unwrap())
            .collect();
        let expected: Vec<(String, &str)> = [&own]
            .into_iter()
            .chain(&others)
            .map(|user: &User| (user.id.to_string(), user.name.as_str()))
            .collect();
        let (whole, more) = match entries.split_last() {
            Some((("0", more), whole)) if whole.len() < count => (whole, Some(*more)),
            _ => (&entries[..], None),
        };
        for ((id, name), (own_id, own_name)) in whole.iter().zip(&expected) {
            prop_assert_eq!((id, name), (&own_id.as_str(), own_name));
        }
        let missing = count - whole.len();
        let counted = (missing > 0).then(|| format!("+{missing} more"));
        prop_assert_eq!(more, counted.as_deref());
    }

    #[test]
    fn claims_of_another_never_come_out(
        claimed in any::<u64>(),
        // A bar in or at the end of the name would move the place where the text begins.
        name in writing(8).prop_map(|name| name.replace('|', "")),
        text in text(),
    ) {
        let own = 5;
        prop_assume!(text.as_str().len() < CLASSIC_HOLD_BYTES_MAX - 200);
        // The message of a client without a name.
        prop_assume!(!ClientEnd::say(UserId::new(claimed), &name, text.as_str()).contains("5||||"));
        let three = ClientEnd::say(UserId::new(claimed), &name, text.as_str());
        prop_assert_eq!(found(own, &[three.as_bytes()]), [ClientMessage::Text(text.clone())]);
        if !text.as_str().contains("||") {
            let two = format!("{claimed}||{text}");
            prop_assert_eq!(found(own, &[two.as_bytes()]), [ClientMessage::Text(text)]);
        }
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn messages_of_a_client_are_read_from_any_pieces(client in client(), cuts in cuts()) {
        let sends = client.sends();
        let stream = sends.concat();
        prop_assert_eq!(found(client.id, &cuts.reads(&stream, &sends)), client.means());
    }

    #[test]
    fn messages_of_a_client_are_read_byte_by_byte(client in client()) {
        let stream = client.sends().concat();
        prop_assume!(stream.len() < 1_000);
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        prop_assert_eq!(found(client.id, &bytes), client.means());
    }

    #[test]
    fn a_character_in_two_reads_waits_for_its_other_half(client in client()) {
        let Some((name, texts)) = client.sends().split_first().map(|(n, t)| (n.clone(), t.to_vec()))
        else { unreachable!("a client sends its name") };
        let Some(said) = texts.first() else { return Ok(()) };
        let whole = std::str::from_utf8(said).unwrap();
        for cut in (0..said.len()).filter(|cut| !whole.is_char_boundary(*cut)).take(20) {
            let mut end = ServerEnd::new(UserId::new(client.id));
            let mut buffer = BytesMut::new();
            heard(&mut end, &mut buffer, &[&name]);
            end.settle(&mut buffer);
            prop_assert_eq!(heard(&mut end, &mut buffer, &[&said[..cut]]), []);
            prop_assert_eq!(end.settle(&mut buffer), None, "half a character is not the end");
            prop_assert_eq!(heard(&mut end, &mut buffer, &[&said[cut..]]), []);
            prop_assert_eq!(end.settle(&mut buffer), Some(ClientMessage::Text(client.texts[0].clone())));
        }
    }

    #[test]
    fn garbage_is_a_name_or_a_text_and_nothing_more(
        id in 5..9_u64, bytes in garbage(), settled in any::<bool>(), cuts in cuts(),
    ) {
        let mut end = ServerEnd::new(UserId::new(id));
        let mut buffer = BytesMut::new();
        for read in cuts.reads(&bytes, &[]) {
            heard(&mut end, &mut buffer, &[read]);
            if settled {
                end.settle(&mut buffer);
            }
        }
        while end.decode_eof(&mut buffer).unwrap().is_some() {}
        prop_assert!(buffer.is_empty(), "the end leaves nothing behind");
    }
}
