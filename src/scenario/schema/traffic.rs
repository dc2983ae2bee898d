//! `[traffic.NAME]`: messages, where they go, and what their delivery causes.

use super::operation::Client;
use crate::dist::DistSpec;
use crate::language::{Fields, Node, Placed, Problems, Read, Share, Value};
use crate::traffic::TrafficSpec;

/// One stream of messages as written.
#[derive(Debug)]
pub(in crate::scenario) struct TrafficSchema {
    pub(in crate::scenario) to: Placed<String>,
    pub(in crate::scenario) class: Option<Placed<String>>,
    pub(in crate::scenario) process: Option<TrafficSpec>,
    pub(in crate::scenario) client: Client,
    pub(in crate::scenario) causes: Vec<CauseSchema>,
}

/// A message that a delivered message may cause.
#[derive(Debug)]
pub(in crate::scenario) struct CauseSchema {
    pub(in crate::scenario) traffic: Placed<String>,
    pub(in crate::scenario) share: f64,
    pub(in crate::scenario) after: DistSpec,
}

impl Read for TrafficSchema {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let to = fields.required("to", problems);
        let class = fields.optional("class", problems);
        let process = TrafficSpec::read_if_given(&mut fields, problems);
        let client = Client::read_fields(&mut fields, problems);
        let causes = fields.node("causes").map_or(Some(Vec::new()), |node| match node.value {
            Value::Array(_) => Vec::read(node, problems),
            _ => CauseSchema::read(node, problems).map(|cause| vec![cause]),
        });
        fields.finish(problems);
        Some(Self { to: to?, class: class?, process: process?, client: client?, causes: causes? })
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
        Some(Self { traffic: traffic?, share: share?.0, after: after? })
    }
}
