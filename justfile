# What a contributor does here, by name. `just` alone lists it.

set shell := ["bash", "-euo", "pipefail", "-c"]

# List what there is to do
default:
    @just --list

# Run the daemon with these arguments, for example: just run --listen 127.0.0.1:4000
run *ARGS:
    cargo run --release --locked -p chat-server -- {{ ARGS }}

# Open the client as NAME; starts a daemon first where none listens
chat NAME:
    ./chat {{ quote(NAME) }}

# A daemon and two clients side by side in tmux, on a port of their own
demo:
    @scripts/demo

# All tests, end to end
test:
    cargo build --workspace --locked --bins
    cargo test --workspace --locked

# Kill the daemon under load, 30 times, and count what is lost; arguments: --seed N --kills N …
torture *ARGS:
    cargo build --workspace --locked --bins
    cargo run --quiet --locked -p e2e --bin torture -- {{ ARGS }}

# Simulate so many storms over clients, daemon and network; arguments: --seed N --log
sim SEEDS="10" *ARGS:
    cargo run --quiet --locked -p e2e --bin sim -- --seeds {{ SEEDS }} {{ ARGS }}

# The table of loads against ours and the bare server, under 5 minutes; arguments: --only W1,W3 …
bench *ARGS:
    cargo build --release --locked -p chat-server -p chat-load
    cargo run --quiet --release --locked -p chat-load -- bench {{ ARGS }}

# The same with the servers of others: redis-server inspircd nats-server ngircd mosquitto
bench-peers *ARGS:
    cargo build --release --locked -p chat-server -p chat-load
    cargo run --quiet --release --locked -p chat-load -- bench --peers {{ ARGS }}

# One load alone, in one line, for example: just load W1 --in-flight 64 --durability os
load *ARGS:
    cargo build --release --locked -p chat-server -p chat-load
    cargo run --quiet --release --locked -p chat-load -- run {{ ARGS }}

# What a journal of a million messages costs beside one of a thousand
bench-journal *ARGS:
    cargo build --release --locked -p chat-server -p chat-load
    cargo run --quiet --release --locked -p chat-load -- journal {{ ARGS }}

# A flame graph of the daemon under a load, by perf, or else what valgrind counts; arguments: --durability os …
profile WORKLOAD="W1" *ARGS:
    CARGO_PROFILE_RELEASE_DEBUG=line-tables-only RUSTFLAGS="-C force-frame-pointers=yes" \
        cargo build --release --locked --target-dir target/profile -p chat-server -p chat-load
    target/profile/release/chat-load profile {{ WORKLOAD }} {{ ARGS }}

# The cost of a delivery by readers, rooms and size, drawn in text
plot:
    cargo build --release --locked -p chat-server -p chat-load
    cargo run --quiet --release --locked -p chat-load -- plot

# Counts instructions and allocations for a delivery, and complains where they have become more
guard:
    cargo build --release --locked -p chat-server -p chat-load
    cargo run --quiet --release --locked -p chat-load -- guard

# What must be clean before a change goes in: format, lints, rules, documentation, the cost of a delivery
check: && guard
    cargo fmt --all --check
    cargo test --quiet --locked -p house
    cargo clippy --workspace --locked --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --locked --no-deps

# Put right what can be put right by itself
fix:
    cargo clippy --workspace --locked --all-targets --fix --allow-dirty --allow-staged
    cargo fmt --all
