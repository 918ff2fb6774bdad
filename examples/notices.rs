//! A worker that sends notices about expiry. It reads the due notices page by page. It claims, sends and settles each
//! of them. Several workers can run at the same time.
//!
//! The example shows three rules. A notice is settled as sent only after the transport has accepted it. A notice that
//! the transport did not accept is sent again after a back-off. A claim is a lease, which ends by itself. The example
//! leaves out the transport, the texts, and one digest for each owner (`Counterfoil::gather_notices`).

use std::error::Error;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use counterfoil::clock::Clock;
use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::notice::{ClaimedNotice, NoticeText, Outcome};
use counterfoil::policy::{Policy, SettingGate};
use counterfoil::testing::ManualClock;
use counterfoil::*;
use futures_executor::block_on;

const PAGE: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);
/// The time after which another worker can claim a notice that is not settled. It must be longer than the transport's
/// timeout. Otherwise a notice could be sent twice.
const LEASE: Duration = Duration::from_secs(5 * 60);
const BACK_OFF: Duration = Duration::from_secs(15 * 60);

/// Sends one mail. Returns false if the mail server did not accept it.
type Transport<'a> = &'a dyn Fn(&ClaimedNotice) -> bool;

/// Runs the worker once, and returns the number of notices that were sent. Call this about once a minute, on one or
/// several nodes.
async fn run(counterfoil: &Counterfoil, clock: &dyn Clock, send: Transport<'_>) -> Result<u32, Unavailable> {
    let (mut sent, mut after) = (0, None);
    // If the notice lead was changed, existing tokens get another notice time.
    while counterfoil.rearm_notices(PAGE).await?.more {}
    loop {
        let page = counterfoil.due_notices(after.as_ref(), PAGE).await?;
        for due in &page.items {
            // `None`: another worker has claimed the notice, or there is nothing to send.
            let Some(claimed) = counterfoil.claim_notice(due, LEASE).await?.won() else { continue };
            let accepted = send(&claimed);
            let retry_at = clock.now().plus_capped(BACK_OFF);
            let outcome = if accepted { Outcome::Sent } else { Outcome::Failed { retry_at } };
            counterfoil.settle_notice(claimed, outcome).await?;
            sent += u32::from(accepted);
        }
        // A short page does not mean the end of the list; only `None` does.
        after = page.next;
        if after.is_none() {
            return Ok(sent);
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let email = EmailAddress::new("ivan@example.com")?;
    let ivan = Account::new(SubjectId::new("7")?, "ivan", Role::Member).with_email(email);
    let people = Arc::new(MemoryDirectory::default());
    people.insert(ivan.clone(), &["ivan"], "ivan");
    let clock = Arc::new(ManualClock::at(Timestamp::EPOCH.plus_capped(Duration::from_secs(20_000 * 86_400))));
    let mut policy = Policy::synergy();
    policy.personal_access_tokens.setting = SettingGate::NotAsked;
    let builder = Counterfoil::builder().policy(policy).store(MemoryStore::default()).clock(clock.clone());
    let counterfoil = builder.directory(people).build()?;
    let new = NewPersonalAccessToken::new("backup", Lifetime::Days(30));
    block_on(counterfoil.create_personal_access_token(&Presenter::signed_in(&ivan), &new))?;

    let broken: Transport<'_> = &|_| false;
    let print: Transport<'_> = &|notice| {
        match notice.text() {
            NoticeText::ExpiresIn(left) => {
                let days = left.as_secs() / 86_400;
                println!("{}: {} expires in {days} days", notice.to().as_str(), notice.label());
            }
            NoticeText::ReplacedLeaked => {
                println!("{}: an old text of {} was published", notice.to().as_str(), notice.label());
            }
            NoticeText::Leaked { .. } => println!("{}: {} was published", notice.to().as_str(), notice.label()),
            _ => println!("{}: {} has expired", notice.to().as_str(), notice.label()),
        }
        true
    };
    let passes = [
        (Duration::from_secs(22 * 86_400), print, 0),
        (Duration::from_secs(86_400), broken, 0),
        (BACK_OFF, print, 1),
        (Duration::from_secs(7 * 86_400), print, 1),
    ];
    for (passed, transport, expected) in passes {
        clock.advance(passed);
        assert_eq!(block_on(run(&counterfoil, &*clock, transport))?, expected);
    }
    assert_eq!(block_on(run(&counterfoil, &*clock, print))?, 0, "once each");
    Ok(())
}
