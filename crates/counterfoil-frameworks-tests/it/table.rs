//! Sends each case to a new service in each framework, and compares the responses.

use std::collections::{HashSet, VecDeque};

use crate::case::Case;
use crate::cases;
use crate::scene::Scene;
use crate::servers::{Framework, Running};
use crate::wire::{Answer, exchange};

/// The number of servers that keep running after their cases. If there are more, the oldest server is stopped. A server
/// is not stopped directly after its case, because a worker of actix-web panics if it is stopped while its last
/// connection closes.
const LAST: usize = 20;

/// Whether the case is sent to this framework. Tonic gets only requests to `/required` and `/scoped` that must be
/// refused and need no request before them.
fn has(framework: Framework, case: &Case) -> bool {
    let path = case.send.path.split('?').next().unwrap_or_default();
    let refused = case.before.is_empty() && case.expected.status >= 400;
    framework != Framework::Tonic || (["/required", "/scoped"].contains(&path) && refused)
}

async fn answer(framework: Framework, case: &Case) -> (Answer, Running) {
    let mut scene = Scene::new().await;
    let mut before = Vec::new();
    for send in &case.before {
        before.push(scene.fill(send).await);
    }
    let send = scene.fill(&case.send).await;
    let running = framework.start(scene.counterfoil(case)).await;
    for send in &before {
        let answer = exchange(running.address, send).await;
        assert!(answer.status < 500, "{}: {answer:?}", case.name);
    }
    if let Some(method) = case.outage {
        scene.fail(method);
    }
    let answer = exchange(running.address, &send).await;
    (answer, running)
}

/// Returns a description of each part of the response that is not as the case expects.
fn faults(case: &Case, answer: &Answer) -> Vec<String> {
    let expected = &case.expected;
    let mut faults = Vec::new();
    let mut compare = |what: &str, is: Option<&str>, must: Option<&str>| {
        if is != must {
            faults.push(format!("{what} is {is:?} and must be {must:?}"));
        }
    };
    compare("status", Some(&answer.status.to_string()), Some(&expected.status.to_string()));
    compare("challenge", answer.header("www-authenticate"), expected.challenge);
    compare("media type", answer.header("content-type"), expected.media_type);
    compare("cache-control", answer.header("cache-control"), expected.cache);
    let is_head = case.send.method == "HEAD";
    compare("problem", answer.problem().as_deref(), expected.problem.filter(|_| !is_head));
    for (name, value) in &expected.headers {
        compare(name, answer.header(name), Some(value));
    }
    if answer.status == 201 {
        let location = answer.header("location").unwrap_or_default();
        compare("location", location.starts_with("/api/v1/").then_some("whole"), Some("whole"));
    }
    if let Some(text) = expected.text {
        compare("body", Some(&answer.text), Some(text));
    }
    faults
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn host_40_each_request_gets_the_same_answer_in_every_framework() {
    let cases = cases::all();
    let only = std::env::var("CASE").ok();
    let (mut exchanges, mut wrong, mut last) = (0, Vec::new(), VecDeque::new());
    let chosen = cases.iter().filter(|case| only.as_deref().is_none_or(|only| case.name.contains(only)));
    for case in chosen {
        let mut first: Option<Answer> = None;
        for framework in Framework::ALL.into_iter().filter(|framework| has(*framework, case)) {
            let (answer, running) = answer(framework, case).await;
            last.push_back(running);
            if last.len() > LAST {
                last.pop_front().expect("one").stop().await;
            }
            exchanges += 1;
            if case.actix_refuses && framework == Framework::Actix {
                if (answer.status, &*answer.text) != (400, "") {
                    wrong.push(format!("{framework:?}: {}: its server let the request pass: {answer:?}", case.name));
                }
                continue;
            }
            let faults = faults(case, &answer);
            if !faults.is_empty() {
                wrong.push(format!("{framework:?}: {}: {}: {answer:?}", case.name, faults.join("; ")));
            }
            match &first {
                None => first = Some(answer),
                Some(first) if *first != answer => {
                    wrong.push(format!("{framework:?}: {}: {answer:?}\n  differs from {first:?}", case.name));
                }
                Some(_) => {}
            }
        }
    }
    for running in last {
        running.stop().await;
    }
    println!("{} cases × {} frameworks: {exchanges} exchanges", cases.len(), Framework::ALL.len());
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn host_40_no_two_cases_have_one_name() {
    let mut names = HashSet::new();
    for case in cases::all() {
        assert!(names.insert(case.name), "{}", case.name);
    }
}
