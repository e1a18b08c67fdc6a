//! The figures of the daemon in the format of Prometheus (OpenMetrics 1.0).

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use crate::figures::{Figures, Histogram};

/// The type of what [`text`] returns.
pub(super) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The figures as text.
pub(super) fn text(figures: Figures) -> String {
    let mut registry = Registry::with_prefix("chat");
    registry.register_collector(Box::new(figures));
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = encode(&mut text, &registry);
    text
}

impl Collector for Figures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let hub = &self.hub;
        let mut sessions =
            encoder.encode_descriptor("sessions", "Sessions", None, MetricType::Gauge)?;
        for (door, count) in hub.sessions {
            ConstGauge::new(count).encode(sessions.encode_family(&[("protocol", door)])?)?;
        }
        for (name, help, value) in [
            ("users", "Users who are stored", hub.users),
            ("users_connected", "Users with a session", hub.users_connected),
            ("rooms", "Rooms with a name", hub.rooms),
            ("direct_rooms", "Direct messages", hub.direct_rooms),
            ("queue_items", "Items that wait for a commit", hub.queue),
            ("batch_bytes", "Bytes in memory that sessions have not taken yet", hub.batch_bytes),
            ("journal_bytes", "Bytes of the files of the journal", self.journal_bytes),
        ] {
            let metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            ConstGauge::new(value).encode(metric)?;
        }
        if let Some(indexed) = self.indexed {
            let help = "Percent of the messages that can be found";
            let metric =
                encoder.encode_descriptor("indexed_percent", help, None, MetricType::Gauge)?;
            ConstGauge::new(indexed).encode(metric)?;
        }
        for (name, help, value) in [
            ("connections", "Connections", self.connections),
            ("turned_away", "Connections that found no place", self.turned_away),
            ("messages_accepted", "Messages that were stored", hub.accepted),
            ("messages_refused", "Messages that were refused", hub.refused),
            ("deliveries", "Messages that sessions were handed", hub.deliveries),
        ] {
            let metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            ConstCounter::new(value).encode(metric)?;
        }
        let help = "How long commits take";
        let commits =
            encoder.encode_descriptor("commit_seconds", help, None, MetricType::Histogram)?;
        encode_histogram(&hub.commits, commits)
    }
}

fn encode_histogram(
    Histogram { buckets, total }: &Histogram,
    mut into: MetricEncoder<'_>,
) -> fmt::Result {
    let count = buckets.iter().map(|(_, count)| count).sum();
    into.encode_histogram::<NoLabelSet>(total.as_secs_f64(), count, buckets, None)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::figures::HubFigures;

    #[test]
    fn the_figures_are_in_the_format_of_openmetrics() {
        let commits = Histogram {
            buckets: vec![(0.001, 2), (f64::INFINITY, 1)],
            total: Duration::from_millis(1500),
        };
        let hub = HubFigures {
            sessions: [("native", 3), ("classic", 1)],
            users: 5,
            users_connected: 4,
            rooms: 6,
            direct_rooms: 7,
            accepted: 100,
            refused: 8,
            deliveries: 400,
            batch_bytes: 10,
            queue: 11,
            commits,
        };
        let figures =
            Figures { connections: 9, turned_away: 2, journal_bytes: 4096, indexed: Some(99), hub };
        let text = text(figures);
        for line in [
            "# TYPE chat_sessions gauge",
            "chat_sessions{protocol=\"native\"} 3",
            "chat_sessions{protocol=\"classic\"} 1",
            "chat_users_connected 4",
            "chat_journal_bytes 4096",
            "chat_indexed_percent 99",
            "# TYPE chat_messages_accepted counter",
            "chat_messages_accepted_total 100",
            "chat_deliveries_total 400",
            "# TYPE chat_commit_seconds histogram",
            "chat_commit_seconds_sum 1.5",
            "chat_commit_seconds_count 3",
            "chat_commit_seconds_bucket{le=\"0.001\"} 2",
            "chat_commit_seconds_bucket{le=\"+Inf\"} 3",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in {text}");
        }
        assert!(text.ends_with("# EOF\n"), "{text}");
    }
}
