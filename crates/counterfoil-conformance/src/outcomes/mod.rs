//! Every operation in every state of a record: clause 54. The check reads the required answers from the guide's table,
//! so that document and check cannot disagree.

mod ask;
mod state;
mod table;

use crate::subject::Subject;
use crate::violation::{Checked, Verdict, ensure};

use ask::Operation;
use state::{Case, State};

/// Clause 54: every operation answers as the table of the guide says, in every state of a record.
pub async fn every_state_has_its_answer(subject: &Subject) -> Verdict {
    for state in State::ALL {
        let database = subject.fresh().await;
        for operation in Operation::ALL {
            // The hook `damage` is missing. The check of clause 26 reports that.
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
