//! The reasons of revocations, and the byte that stores each reason.

/// Why a credential or a family was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevocationReason {
    /// The owner deleted the credential or signed out.
    ByOwner,
    /// An administrator deleted the credential.
    ByAdministrator,
    /// The client revoked the credential (RFC 7009).
    ByClient,
    /// The host's own code revoked the credential.
    ByHost,
    /// A refresh token that had already been used was presented again (RFC 9700 §4.14.2).
    Replay,
    /// A newer sign-in or session replaced this one, because the owner had as many sign-ins or sessions as the policy
    /// allows.
    MadeRoom,
    /// The secret of the credential was found in a public place and reported
    /// ([`report_leaked`](crate::Counterfoil::report_leaked)). A version of this library without this reason reads the
    /// record as corrupt, and refuses the credential with status 503.
    Leaked,
}

impl RevocationReason {
    /// The byte for this reason in stores. A byte is never reused for another reason.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::ByOwner => 1,
            Self::ByAdministrator => 2,
            Self::ByClient => 3,
            Self::ByHost => 4,
            Self::Replay => 5,
            Self::MadeRoom => 6,
            Self::Leaked => 7,
        }
    }

    /// The reason with that byte, or `None`.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::ByOwner),
            2 => Some(Self::ByAdministrator),
            3 => Some(Self::ByClient),
            4 => Some(Self::ByHost),
            5 => Some(Self::Replay),
            6 => Some(Self::MadeRoom),
            7 => Some(Self::Leaked),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RevocationReason;

    #[test]
    fn every_reason_has_its_own_byte() {
        let known: Vec<_> = (0..=255).filter_map(RevocationReason::from_byte).collect();
        assert_eq!(known.len(), 7);
        for reason in known {
            assert_eq!(RevocationReason::from_byte(reason.byte()), Some(reason));
        }
    }
}
