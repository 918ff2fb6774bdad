//! What a new sign-in or session stores about the device that opened it.

use crate::record::family_details::FamilyDetails;
use crate::service::Service;
use crate::types::device::Device;
use crate::types::source::SourceName;

impl Service {
    /// The details of a new sign-in or session. `source` is the source of the request that opens it, which is stored if
    /// the device has no source of its own. Nothing is stored unless the policy says so
    /// ([`Policy::remember_source`](crate::policy::Policy::remember_source)).
    pub(crate) fn details_of(
        &self,
        device: Option<&Device>,
        source: Option<&SourceName>,
    ) -> Option<Box<FamilyDetails>> {
        if !self.policy.remember_source {
            return None;
        }
        let nothing = Device::default();
        let device = device.unwrap_or(&nothing).kept(source)?;
        FamilyDetails::new().with_device(device).kept()
    }
}
