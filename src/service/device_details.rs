//! What a new sign-in or session stores about the device on which it was opened.

use crate::record::family_details::FamilyDetails;
use crate::service::Service;
use crate::types::device::Device;
use crate::types::source::SourceName;

impl Service {
    /// The details of a new sign-in or session. `source` is the source of the request that opens the sign-in or
    /// session. This source is stored if the device has no source of its own. If
    /// [`Policy::remember_source`](crate::policy::Policy::remember_source) is false, nothing is stored.
    pub(crate) fn details_of(
        &self,
        device: Option<&Device>,
        source: Option<&SourceName>,
    ) -> Option<Box<FamilyDetails>> {
        FamilyDetails::new().with_device(self.device_of(device, source)).kept()
    }

    /// The device to store with a new sign-in or session, as [`Service::details_of`] describes it.
    pub(crate) fn device_of(&self, device: Option<&Device>, source: Option<&SourceName>) -> Option<Device> {
        let nothing = Device::default();
        device.unwrap_or(&nothing).kept(source).filter(|_| self.policy.remember_source)
    }
}
