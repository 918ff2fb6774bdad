//! Broken stores whose columns have too few bits or characters for a number, an instant or a text.

use counterfoil::Timestamp;
use counterfoil::store::{FamilyBody, FamilyDetails, FamilyParts, NoticeMark};
use counterfoil::types::{Description, Device, KeyId, Label, LabelKey, Metadata, Networks, SourceName, Version};

use super::{Case, cases};
use crate::broken::keeping::{Comparing, Keeping, Limiting, Touching, cut, instants, micros};

const SECOND: u64 = 1_000_000;

/// Returns the instant as it is after its seconds were stored in an `f32`.
fn through_f32(at: Timestamp) -> Timestamp {
    let seconds = at.micros() as f64 / SECOND as f64;
    micros((f64::from(seconds as f32) * SECOND as f64) as u64)
}

fn through_f64(at: Timestamp) -> Timestamp {
    micros((at.micros() as f64 / SECOND as f64 * SECOND as f64) as u64)
}

pub(super) fn values() -> Vec<Case> {
    let mut all = numbers();
    all.extend(times());
    all.extend(texts());
    all.extend(details());
    all
}

fn numbers() -> Vec<Case> {
    cases! {
        VersionIn8Bits => apply_needs_the_version: Keeping(|record, _| {
            record.version = Version::new(record.version.number() & 0xff);
        });
        VersionSaturatesAt127 => apply_needs_the_version: Keeping(|record, _| {
            record.version = Version::new(record.version.number().min(127));
        });
        VersionComparedIn8Bits => apply_needs_the_version: Comparing {
            alike: |stands, asked| stands as u8 == asked as u8, generations: false,
        };
        VersionComparedIn16Bits => apply_needs_the_version: Comparing {
            alike: |stands, asked| stands as u16 == asked as u16, generations: false,
        };
        VersionComparedIn32Bits => apply_needs_the_version: Comparing {
            alike: |stands, asked| stands as u32 == asked as u32, generations: false,
        };
        VersionComparedAsAtLeast => apply_needs_the_version: Comparing {
            alike: |stands, asked| stands <= asked, generations: false,
        };
        GenerationIn8Bits => generations_stay: Keeping(|record, family| {
            (record.generation, family.generation) = (record.generation & 0xff, family.generation & 0xff);
        });
        GenerationSaturatesAt255 => generations_stay: Keeping(|record, family| {
            (record.generation, family.generation) = (record.generation.min(255), family.generation.min(255));
        });
        GenerationComparedIn8Bits => revoke_is_final: Comparing {
            alike: |stands, asked| stands as u8 == asked as u8, generations: true,
        };
        GenerationComparedIn16Bits => revoke_is_final: Comparing {
            alike: |stands, asked| stands as u16 == asked as u16, generations: true,
        };
        GenerationComparedIn32Bits => revoke_is_final: Comparing {
            alike: |stands, asked| stands as u32 == asked as u32, generations: true,
        };
        StageIn7Bits => get_is_exact: Keeping(|record, _| {
            record.notice = record.notice.map(|mark| NoticeMark { stage: mark.stage & 0x7f, ..mark });
        });
        SentStageIn7Bits => get_is_exact: Keeping(|record, _| {
            record.noticed.iter_mut().for_each(|(_, stage)| *stage &= 0x7f);
        });
        KeyIdIn16Bits => get_is_exact: Keeping(|record, _| {
            record.key_id = KeyId::new(record.key_id.number() & 0xffff);
        });
        KeyIdWithoutSign => get_is_exact: Keeping(|record, _| {
            record.key_id = KeyId::new(record.key_id.number().min(i32::MAX as u32));
        });
        NonceKeyIn16Bits => get_is_exact: Keeping(|record, _| {
            if let Some(nonce) = record.superseded.as_mut().and_then(|superseded| superseded.nonce.as_mut()) {
                nonce.key_id = KeyId::new(nonce.key_id.number() & 0xffff);
            }
        });
        EpochThroughF64 => get_is_exact: Keeping(|_, family| {
            if let FamilyBody::SignIn { epoch, .. } = &mut family.body {
                *epoch = *epoch as f64 as u64;
            }
        });
        NoticedCutAt7 => claim_has_one_winner: Keeping(|record, _| {
            while record.noticed.len() > 7 {
                record.noticed.remove(0);
            }
        });
        LimitsIn8Bits => cap_holds_under_races: Limiting(|limit| u32::from(limit as u8));
        LimitsIn16Bits => cap_holds_under_races: Limiting(|limit| u32::from(limit as u16));
        LimitsWithSign => cap_holds_under_races: Limiting(|limit| u32::try_from(limit as i32).unwrap_or(1));
        PacesIn8Bits => creations_are_paced: Limiting(|limit| u32::from(limit as u8));
        RotationsPacedIn16Bits => rotations_are_paced: Limiting(|limit| u32::from(limit as u16));
        AccessCapsIn8Bits => access_tokens_are_capped: Limiting(|limit| u32::from(limit as u8));
        RoomIn16Bits => room_is_made: Limiting(|limit| u32::from(limit as u16));
        TouchesAHundred => touch_is_forward: Touching(|seen| &seen[..seen.len().min(100)]);
        TouchesAThousand => touch_is_forward: Touching(|seen| &seen[..seen.len().min(1_000)]);
        TouchesTheLastThousand => touch_is_forward: Touching(|seen| &seen[seen.len().saturating_sub(1_000)..]);
        TouchesNoGreatBatch => touch_is_forward: Touching(|seen| if seen.len() > 1_024 { &[] } else { seen });
    }
}

fn times() -> Vec<Case> {
    cases! {
        TimesThroughF64Seconds => get_is_exact: Keeping(|record, family| instants(record, family, through_f64));
        TimesThroughF32Seconds => get_is_exact: Keeping(|record, family| instants(record, family, through_f32));
        TimesAsSignedSeconds => get_is_exact: Keeping(|record, family| {
            instants(record, family, |at| at.min(micros(i32::MAX as u64 * SECOND)));
        });
        TimesAsUnsignedSeconds => get_is_exact: Keeping(|record, family| {
            instants(record, family, |at| at.min(micros(u64::from(u32::MAX) * SECOND)));
        });
        TimesInMilliseconds => get_is_exact: Keeping(|record, family| {
            instants(record, family, |at| micros(at.micros() / 1_000 * 1_000));
        });
        TimesIn52Bits => get_is_exact: Keeping(|record, family| {
            instants(record, family, |at| micros(at.micros() & ((1 << 52) - 1)));
        });
        TimesBelowTheLast => get_is_exact: Keeping(|record, family| {
            instants(record, family, |at| at.min(micros((1 << 53) - 2)));
        });
        TheLastInstantIsNone => get_is_exact: Keeping(|record, _| {
            record.expires_at = record.expires_at.filter(|at| *at != Timestamp::MAX);
        });
        TheFirstInstantIsNone => get_is_exact: Keeping(|record, _| {
            record.gone_at = record.gone_at.filter(|at| *at != Timestamp::EPOCH && at.micros() != 0);
            record.last_used_at = record.last_used_at.filter(|at| at.micros() != 0);
        });
        NoExpiryIsTheLast => get_is_exact: Keeping(|record, _| {
            record.expires_at = Some(record.expires_at.unwrap_or(Timestamp::MAX));
        });
        WindowsInSeconds => get_is_exact: Keeping(|record, _| {
            if let Some(until) = record.superseded.as_mut().and_then(|superseded| superseded.honoured_until.as_mut()) {
                *until = micros(until.micros() / SECOND * SECOND);
            }
        });
    }
}

fn texts() -> Vec<Case> {
    cases! {
        DescriptionsCutAt255 => get_is_exact: Keeping(|record, _| {
            record.description = record.description.as_ref().and_then(|text| Description::new(&cut(text.as_str(), 255)).ok());
        });
        NoDescriptionForAnEmptyOne => get_is_exact: Keeping(|record, _| {
            record.description = record.description.clone().filter(|text| !text.as_str().is_empty());
        });
        LabelsWithOneBlankForTwo => get_is_exact: Keeping(|record, _| {
            let words = |label: &Label| {
                label.as_str().split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
            };
            record.label = record.label.as_ref().and_then(|label| Label::new(&words(label), 255).ok());
        });
        LabelsCutAt100 => get_is_exact: Keeping(|record, _| {
            record.label = record.label.as_ref().and_then(|label| Label::new(&cut(label.as_str(), 100), 255).ok());
        });
        LabelKeysCutAt100 => get_is_exact: Keeping(|_, family| {
            family.label_key = family.label_key.as_ref().map(|key| LabelKey::from_stored(&cut(key.as_str(), 100)));
        });
        ScopesCutAt255 => get_is_exact: Keeping(|record, _| {
            record.scope = record.scope.as_ref().and_then(|scope| cut(scope.as_str(), 255).parse().ok());
        });
    }
}

/// Changes the details of the family, if it has any.
fn edited(family: &mut FamilyParts, edit: fn(&mut FamilyDetails)) {
    if let Some(details) = &mut family.details {
        edit(details);
    }
}

fn details() -> Vec<Case> {
    cases! {
        MetadataOf255Bytes => details_follow_the_newest: Keeping(|_, family| edited(family, |details| {
            details.metadata = details.metadata.take().filter(|metadata| metadata.as_str().len() <= 255);
        }));
        MetadataReadAndWrittenAgain => details_follow_the_newest: Keeping(|_, family| edited(family, |details| {
            let again = |metadata: &Metadata| Metadata::new(&metadata.get().into());
            details.metadata = details.metadata.as_ref().and_then(|metadata| again(metadata).ok());
        }));
        NoMetadataForAnEmptyObject => details_follow_the_newest: Keeping(|_, family| edited(family, |details| {
            details.metadata = details.metadata.take().filter(|metadata| metadata.as_str() != "{}");
        }));
        MetadataInThreeByteCharacters => details_follow_the_newest: Keeping(|_, family| edited(family, |details| {
            let narrow = |metadata: &Metadata| metadata.as_str().chars().all(|letter| letter.len_utf8() < 4);
            details.metadata = details.metadata.take().filter(narrow);
        }));
        DeviceTextsCutAt191 => details_follow_the_newest: Keeping(|_, family| edited(family, |details| {
            let Some(device) = &details.device else { return };
            let source = device.source().and_then(|source| SourceName::new(source).ok());
            if let Some(text) = device.text() {
                details.device = Device::new(Some(&cut(text, 191)), source.as_ref()).ok();
            }
        }));
        DevicesWithoutTheirSource => details_follow_the_newest: Keeping(|_, family| edited(family, |details| {
            let text = details.device.as_ref().and_then(|device| device.text().map(ToOwned::to_owned));
            details.device = details.device.take().and_then(|_| Device::new(text.as_deref(), None).ok());
        }));
        FifteenNetworks => details_follow_the_newest: Keeping(|_, family| edited(family, |details| {
            let Some(networks) = &details.allowed_sources else { return };
            let blocks: Vec<String> = networks.blocks().take(15).map(|block| block.to_string()).collect();
            details.allowed_sources = Networks::new(blocks.iter().map(String::as_str)).ok();
        }));
        DetailsOnlyWithMetadata => details_follow_the_newest: Keeping(|_, family| {
            family.details = family.details.take().filter(|details| details.metadata.is_some());
        });
    }
}
