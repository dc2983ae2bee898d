//! `[traffic.NAME]`: messages, where they go, and what their delivery causes.

use super::operation::{Client, Sizes};
use crate::carrier::SharesSpec;
use crate::dist::DistSpec;
use crate::language::{
    Factor, Fields, Node, Placed, PositiveDuration, Problems, Read, Share, Value, Whole,
};
use crate::model::Segments;
use crate::traffic::TrafficSpec;

/// One stream of messages as written. `None` is what could not be read; a key that may be left out
/// is another `Option` within.
#[derive(Debug)]
pub(in crate::scenario) struct TrafficSchema {
    pub(in crate::scenario) to: Option<Placed<String>>,
    pub(in crate::scenario) class: Option<Option<Placed<String>>>,
    pub(in crate::scenario) process: Option<Option<TrafficSpec>>,
    pub(in crate::scenario) client: Option<Client>,
    pub(in crate::scenario) sizes: Sizes,
    pub(in crate::scenario) senders: Option<Option<SendersSchema>>,
    pub(in crate::scenario) valid_for: Option<Option<PositiveDuration>>,
    pub(in crate::scenario) segments: Option<SegmentsSchema>,
    pub(in crate::scenario) causes: Vec<Option<CauseSchema>>,
}

/// How many segments messages have, as written: `2`, or `{ mean = 1.3 }`.
#[derive(Clone, Copy, Debug)]
pub(in crate::scenario) struct SegmentsSchema(pub(in crate::scenario) Segments);

/// Most segments of a message: a text of 39,015 characters has 255.
const MOST_SEGMENTS: u64 = 255;

impl Read for SegmentsSchema {
    const EXAMPLE: &'static str = "2";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        if !matches!(node.value, Value::Table(_)) {
            let count = Whole::<1, MOST_SEGMENTS>::read(node, problems)?;
            return Some(Self(Segments::Fixed(count.0 as u32)));
        }
        let mut fields = Fields::open(node, problems)?;
        let mean = fields.required_like::<Placed<Factor>>("mean", "1.3", problems);
        fields.finish(problems);
        let mean = mean?;
        if !(1.0..=MOST_SEGMENTS as f64).contains(&mean.value.0) {
            problems.add(mean.place, format!("expected a number from 1 to {MOST_SEGMENTS}"));
            return None;
        }
        Some(Self(match mean.value.0.fract() == 0.0 {
            true => Segments::Fixed(mean.value.0 as u32),
            false => Segments::Mean(mean.value.0),
        }))
    }
}

/// A message that a delivered message may cause.
#[derive(Debug)]
pub(in crate::scenario) struct CauseSchema {
    pub(in crate::scenario) traffic: Option<Placed<String>>,
    pub(in crate::scenario) share: Option<f64>,
    pub(in crate::scenario) after: Option<DistSpec>,
}

/// Who sends the messages of a stream, as written.
#[derive(Debug)]
pub(in crate::scenario) struct SendersSchema {
    pub(in crate::scenario) count: u32,
    pub(in crate::scenario) shares: SharesSpec,
}

/// Most senders of one stream: their shares are kept in a table.
const MOST_SENDERS: u64 = 10_000_000;

impl Read for SendersSchema {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let count = fields.required_like::<Whole<1, MOST_SENDERS>>("count", "10_000", problems);
        let shares = fields.or("shares", SharesSpec::Equal, problems);
        let place = fields.place();
        fields.finish(problems);
        let (count, shares) = (count?.0 as u32, shares?);
        if let SharesSpec::Weights(weights) = &shares
            && weights.len() != count as usize
        {
            let label = format!("{} weights for {count} senders", weights.len());
            problems.add(place, label);
            return None;
        }
        Some(Self { count, shares })
    }
}

impl Read for TrafficSchema {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let to = fields.required("to", problems);
        let class = fields.optional("class", problems);
        let process = TrafficSpec::read_if_given(&mut fields, problems);
        let client = Client::read_fields(&mut fields, problems);
        let sizes = Sizes::read_both(&mut fields, problems);
        if let (Some(reply), Some(client)) = (&sizes.reply_size, &client)
            && client.is_patient()
        {
            problems.add_with_hint(
                reply.place,
                "`reply-size` where nobody waits for an answer",
                "add, for example, `timeout = \"2s\"`: then the sender does",
            );
        }
        let senders = fields.optional("senders", problems);
        let valid_for = fields.optional("valid-for", problems);
        let one = SegmentsSchema(Segments::Fixed(1));
        let segments = fields.or("segments", one, problems);
        let causes = fields.node("causes").map_or(Vec::new(), |node| match &node.value {
            Value::Array(nodes) => {
                nodes.iter().map(|node| CauseSchema::read(node, problems)).collect()
            }
            _ => vec![CauseSchema::read(node, problems)],
        });
        fields.finish(problems);
        Some(Self { to, class, process, client, sizes, senders, valid_for, segments, causes })
    }
}

impl Read for CauseSchema {
    const EXAMPLE: &'static str = "{ traffic = \"otp\", share = \"2%\", after = \"3min\" }";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let traffic = fields.required("traffic", problems);
        let share = fields.required::<Share>("share", problems);
        let after = fields.required("after", problems);
        fields.finish(problems);
        Some(Self { traffic, share: share.map(|share| share.0), after })
    }
}
