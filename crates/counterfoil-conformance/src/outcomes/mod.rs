//! Checks clause 54: every operation in every state of a record. The check reads the required answers from the guide's
//! table, so that the document and the check cannot disagree.

mod ask;
mod state;
mod table;

use crate::subject::Subject;
use crate::violation::{Checked, Verdict, ensure};

use ask::Operation;
use state::{Case, State};

/// Clause 54: in every state of a record, every operation answers as the guide's table says.
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
