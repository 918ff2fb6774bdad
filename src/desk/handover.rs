//! stub
use crate::counterfoil::record::TokenRecord;
use crate::desk::Desk;
use crate::desk::error::Unavailable;
use crate::words::time::Ts;
impl Desk {
    pub(crate) async fn first_use_ends_parent(&self, _record: &TokenRecord, _now: Ts) -> Result<(), Unavailable> {
        Ok(())
    }
}
