//! Checks the answer of every operation in every state of a record (clause 54 of `TokenStore`). The right answers are
//! read from the table in `WRITING-A-STORE.md`, so the document and the check cannot contradict each other.

mod ask;
mod state;
mod table;

use crate::subject::Subject;
use crate::violation::{Checked, Verdict, ensure};

use ask::Operation;
pub(crate) use state::{Case, State};

/// Checks that every operation, in every state of a record, gives the answer in the table of `WRITING-A-STORE.md`
/// (clause 54 of `TokenStore`).
pub async fn every_state_has_its_answer(subject: &Subject) -> Verdict {
    for state in State::ALL {
        let database = subject.fresh().await;
        for operation in Operation::ALL {
            // The fixture does not implement the hook `damage`. The check of clause 26 reports that.
            let Some(case) = Case::new(&database, state).await? else { continue };
            let answer = operation.ask(&*database, &case).await?;
            let allowed = table::allowed(operation, state);
            ensure!(
                allowed.contains(&answer.as_str()),
                "{} of a record that is {} must be {}, but was {answer}",
                operation.name(),
                state.name(),
                allowed.join(" or ")
            );
        }
        database.remove().await;
    }
    Ok(Checked::Held)
}
