//! Compares the source and the target at the end of a copy.

use counterfoil::Realm;

use crate::copy::Copy;
use crate::error::{CopyError, Side};
use crate::{aliases, clients, families, settings};

/// Compares all copied data by value. Then checks that each store reports as many records as were compared.
pub(crate) async fn verify<'a>(copy: &Copy, realms: impl IntoIterator<Item = &'a Realm>) -> Result<(), CopyError> {
    let realms: Vec<_> = realms.into_iter().collect();
    documents(copy, &realms).await?;
    let records = families::verify(copy).await?;
    aliases::verify(copy).await?;
    // The comparison of the families takes a while. Settings or registrations may have changed in the meantime, so they
    // are compared again.
    documents(copy, &realms).await?;
    copy.counted(Side::Source, records).await?;
    copy.counted(Side::Target, records).await
}

/// Compares the settings and the registrations of these realms.
async fn documents(copy: &Copy, realms: &[&Realm]) -> Result<(), CopyError> {
    for realm in realms {
        settings::verify(copy, realm).await?;
        clients::verify(copy, realm).await?;
    }
    Ok(())
}
