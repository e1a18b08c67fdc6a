use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use mio::{Interest, Token};

use super::*;
use crate::dialect::RAW;
use crate::stamp::STAMP_BYTES;
use crate::target::Durability;
use crate::workload::{Case, Workload};

const LONG: Duration = Duration::from_secs(30);

/// One who speaks and `N` - 1 others, the last of whom may lag.
fn plan<const N: usize>(lag: Lag) -> Plan {
    let plan = Case::new(Workload::W1, 1, Durability::Os).plan(LONG, 1);
    Plan { members: N, text_bytes: STAMP_BYTES, lag, ..plan }
}

/// The users of a plan, and the server's ends of their connections.
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
        conns.push(Conn::new(stream));
        server.accept().unwrap().0
    });
    (Load::new(poll, conns, plan, &RAW), ends)
}

/// What the speaker says, as the server reads it.
fn said(load: &mut Load<'_>, from: &mut TcpStream) -> [u8; STAMP_BYTES] {
    let mut said = [0; STAMP_BYTES];
    load.speak(1).unwrap();
    from.read_exact(&mut said).unwrap();
    said
}

#[test]
fn what_comes_twice_at_the_very_end_is_seen() {
    let plan = plan::<2>(Lag::None);
    let (mut load, [mut from, mut to]) = users(&plan);
    let mut events = Events::with_capacity(8);
    let said = said(&mut load, &mut from);
    to.write_all(&said).unwrap();
    load.drain(&mut events, LONG).unwrap();
    assert_eq!((load.delivered, load.tally.faults().count), (1, 0));
    to.write_all(&said).unwrap();
    load.end(&mut events, LONG).unwrap();
    assert_eq!((load.delivered, load.tally.faults().count), (1, 1));
}

#[test]
fn a_laggard_has_to_get_all_in_the_end() {
    for (gets_it, faults) in [(true, 0), (false, 1)] {
        let plan = plan::<3>(Lag::Stalls);
        let (mut load, [mut from, mut to, mut laggard]) = users(&plan);
        let mut events = Events::with_capacity(8);
        let said = said(&mut load, &mut from);
        to.write_all(&said).unwrap();
        assert_eq!(load.behind(), 1);
        if gets_it {
            laggard.write_all(&said).unwrap();
        }
        // Where it gets it, that is soon; where it does not, nothing is to be waited for.
        load.end(&mut events, if gets_it { LONG } else { Duration::ZERO }).unwrap();
        assert_eq!((load.delivered, load.tally.faults().count), (1, faults));
    }
}
