use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use mio::{Interest, Token};

use super::super::stream::Stream;
use super::*;
use crate::dialect::RAW;
use crate::stamp::STAMP_BYTES;
use crate::target::Durability;
use crate::workload::{Case, Workload};

const LONG: Duration = Duration::from_secs(30);

/// One sender and `N` - 1 readers, the last of whom may lag.
fn plan<const N: usize>(lag: Lag) -> Plan {
    let plan = Case::new(Workload::W1, 1, Durability::Os).plan(LONG, 1);
    Plan { members: N, text_bytes: STAMP_BYTES, lag, ..plan }
}

/// Returns the users of a plan, and the server's ends of their connections.
fn users<const N: usize>(plan: &Plan) -> (Load<'_>, [TcpStream; N]) {
    let poll = Poll::new().unwrap();
    let server = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let both = Interest::READABLE | Interest::WRITABLE;
    let mut conns = Vec::new();
    let ends = std::array::from_fn(|user| {
        let stream = TcpStream::connect(server.local_addr().unwrap()).unwrap();
        stream.set_nonblocking(true).unwrap();
        let mut stream = mio::net::TcpStream::from_std(stream);
        poll.registry().register(&mut stream, Token(user), both).unwrap();
        conns.push(Conn::new(Stream::Plain(stream)));
        server.accept().unwrap().0
    });
    (Load::new(poll, conns, plan, &RAW), ends)
}

/// Sends one message and returns it as the server receives it.
fn send(load: &mut Load<'_>, from: &mut TcpStream) -> [u8; STAMP_BYTES] {
    let mut message = [0; STAMP_BYTES];
    load.send(1).unwrap();
    from.read_exact(&mut message).unwrap();
    message
}

#[test]
fn a_duplicate_of_the_last_message_is_a_fault() {
    let plan = plan::<2>(Lag::None);
    let (mut load, [mut from, mut to]) = users(&plan);
    let mut events = Events::with_capacity(8);
    let message = send(&mut load, &mut from);
    to.write_all(&message).unwrap();
    load.drain(&mut events, LONG).unwrap();
    assert_eq!((load.delivered, load.tally.faults().count), (1, 0));
    to.write_all(&message).unwrap();
    load.finish(&mut events, LONG).unwrap();
    assert_eq!((load.delivered, load.tally.faults().count), (1, 1));
}

#[test]
fn a_laggard_must_receive_all_messages_in_the_end() {
    for (receives, faults) in [(true, 0), (false, 1)] {
        let plan = plan::<3>(Lag::Stalls);
        let (mut load, [mut from, mut to, mut laggard]) = users(&plan);
        let mut events = Events::with_capacity(8);
        let message = send(&mut load, &mut from);
        to.write_all(&message).unwrap();
        assert_eq!(load.behind(), 1);
        if receives {
            laggard.write_all(&message).unwrap();
        }
        // If nothing is sent to the laggard, there is nothing to wait for.
        load.finish(&mut events, if receives { LONG } else { Duration::ZERO }).unwrap();
        assert_eq!((load.delivered, load.tally.faults().count), (1, faults));
    }
}
