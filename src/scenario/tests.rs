//! What a scenario says of its calls reaches the model, and what cannot be is refused.

use super::model_of;
use crate::engine::SimDuration;
use crate::language::{Document, Problems};
use crate::model::{Model, Site};
use crate::policy::GuardSpec;

/// A scenario whose traffic has `client` and whose one call is made with `call`.
fn scenario(client: &str, call: &str) -> String {
    format!(
        "[run]\nhorizon = \"10s\"\n[traffic.m]\nto = \"api.send\"\npoisson = {{ rate = \"40/s\" }}\n\
         {client}\n[service.api]\ncores = 2\ninstances = 2\n[service.api.operation.send]\n\
         steps = [{{ call = \"store.read\"{call} }}, {{ send-to = \"us\" }}]\n\
         [service.store]\ncores = 2\ninstances = 4\n[service.store.operation.read]\nwork = \"3ms\"\n\
         [service.one]\ncores = 2\ninstances = 4\nbalancer = \"shared-queue\"\n\
         [service.one.operation.read]\nwork = \"3ms\"\n[carrier.us]\nrate = \"100/s\"\n"
    )
}

fn model(text: &str) -> Result<Model, Problems> {
    let document = Document::parse("test", text).unwrap();
    model_of(&document, &|_: &str| unreachable!("no file is named"))
}

/// The first problem of a text: what stands at its place, its label.
#[track_caller]
fn refusal(text: &str) -> (String, String) {
    let problems = model(text).expect_err("refused");
    let problem = problems.iter().next().unwrap();
    let (start, end) = (problem.place.start as usize, problem.place.end as usize);
    (text[start..end].to_owned(), problem.label.clone())
}

fn site<'a>(model: &'a Model, name: &str) -> &'a Site {
    model.sites.iter().find(|site| site.name == name).unwrap()
}

const ALL: [&str; 9] = [
    "timeout = \"1s\"",
    "retry = { full-jitter = { attempts = 2, on = [\"timeout\"] } }",
    "budget = { ratio = \"10%\" }",
    "breaker = { window = \"10s\", minimum = 20 }",
    "bulkhead = 25",
    "concurrency = { aimd = { start = 30 } }",
    "hedge = { after = \"50ms\" }",
    "deadline = \"3s\"",
    "ejection = { at-most = \"25%\" }",
];

#[track_caller]
fn has_all(site: &Site) {
    assert!(site.timeout.is_some());
    assert_eq!(site.retry.as_ref().unwrap().attempts, 2);
    assert!(matches!(
        site.guards[..],
        [
            GuardSpec::Budget(_),
            GuardSpec::Breaker(_),
            GuardSpec::Concurrency(_),
            GuardSpec::Bulkhead(_)
        ]
    ));
    assert_eq!(site.hedge.unwrap().after, SimDuration::from_millis(50));
    assert_eq!(site.deadline.unwrap().after, SimDuration::from_secs(3));
    assert!(site.ejection.is_some());
}

#[test]
fn a_call_has_what_it_was_given() {
    let model = model(&scenario("", &format!(", {}", ALL.join(", ")))).unwrap();
    has_all(site(&model, "api.send/store.read/0"));
    let plain = site(&model, "api.send/us/0");
    assert!(plain.guards.is_empty() && plain.hedge.is_none() && plain.ejection.is_none());
}

#[test]
fn so_has_a_client() {
    let model = model(&scenario(&ALL.join("\n"), "")).unwrap();
    has_all(site(&model, "traffic.m/client"));
}

#[test]
fn any_policy_makes_a_client() {
    for policy in ALL.iter().filter(|key| !key.starts_with("budget") && !key.starts_with("hedge")) {
        let model = model(&scenario(policy, "")).unwrap();
        assert!(model.sites.iter().any(|site| site.name == "traffic.m/client"), "{policy}");
    }
}

#[test]
fn what_cannot_apply_is_refused_where_it_stands() {
    let check = |client: &str, call: &str, at: &str, says: &str| {
        assert_eq!(refusal(&scenario(client, call)), (at.to_owned(), says.to_owned()));
    };
    check("", ", budget = { ratio = \"20%\" }", "budget", "`budget` without a retry");
    check("budget = { tokens = 500 }", "", "budget", "`budget` without a retry");
    let hedge = "{ after = \"50ms\" }";
    check("", &format!(", hedge = {hedge}"), hedge, "`hedge` without a timeout");
    check(
        "",
        &format!(", timeout = \"50ms\", hedge = {hedge}"),
        hedge,
        "the last copy would go out after the caller has given up",
    );
    check("", ", on-timeout = \"cancel\"", "\"cancel\"", "`on-timeout` without a timeout");
    check(
        "retry = \"immediate\"\nbudget = { ratio = \"120%\" }",
        "",
        "\"120%\"",
        "expected a share from 0% to 100%, found \"120%\"",
    );
    let to_one = scenario("", ", ejection = {}").replace("store.read\"", "one.read\"");
    assert_eq!(
        refusal(&to_one),
        ("{}".to_owned(), "`ejection` where instances share a queue".to_owned())
    );
    let to_carrier = scenario("ejection = {}", "").replace("to = \"api.send\"", "to = \"us\"");
    assert_eq!(refusal(&to_carrier), ("{}".to_owned(), "`ejection` at a carrier".to_owned()));
}
