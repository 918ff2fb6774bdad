//! CRC-32 (ISO-HDLC, as in gzip and PNG): the checksum in the text of a token.

/// The reflected polynomial 0x04C11DB7.
const POLYNOMIAL: u32 = 0xEDB8_8320;

/// `TABLES[n][byte]` is the checksum of `byte` followed by `n` zero bytes, so that eight bytes take one step.
const TABLES: [[u32; 256]; 8] = {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ POLYNOMIAL } else { crc >> 1 };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut zeros = 1;
    while zeros < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[zeros - 1][byte];
            tables[zeros][byte] = before >> 8 ^ tables[0][(before & 0xFF) as usize];
            byte += 1;
        }
        zeros += 1;
    }
    tables
};

/// The checksum of some bytes.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let (eights, rest) = bytes.as_chunks::<8>();
    let of_eight = |crc: u32, &[a, b, c, d, e, f, g, h]: &[u8; 8]| {
        let [a, b, c, d] = (crc ^ u32::from_le_bytes([a, b, c, d])).to_le_bytes();
        let bytes = [a, b, c, d, e, f, g, h];
        let parts = bytes.iter().zip(TABLES.iter().rev()).map(|(&byte, table)| table[usize::from(byte)]);
        parts.fold(0, |all, part| all ^ part)
    };
    let of_one = |crc: u32, &byte: &u8| crc >> 8 ^ TABLES[0][usize::from(crc.to_le_bytes()[0] ^ byte)];
    !rest.iter().fold(eights.iter().fold(!0, of_eight), of_one)
}

#[cfg(test)]
mod tests {
    use super::crc32;

    #[test]
    fn the_checksum_is_that_of_gzip() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926, "the check value of CRC-32/ISO-HDLC");
        let text: Vec<u8> = (0..=255).cycle().take(1_000).collect();
        for from in 0..16 {
            for to in from..100 {
                assert_eq!(crc32(&text[from..to]), crc32fast::hash(&text[from..to]), "{from}..{to}");
            }
        }
        assert_eq!(crc32(&text), crc32fast::hash(&text));
    }
}
