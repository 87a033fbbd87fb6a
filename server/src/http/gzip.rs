//! Texts in gzip (RFC 1952): whole ones, and those that are put together of pieces, each of which was compressed once. Who gets
//! which is for others to know.

use axum::{body::Bytes, http::HeaderValue};
use flate2::{Compression, Crc, read::GzEncoder, write::DeflateEncoder};
use std::io::{self, Read, Write};

/// What answers in gzip have as their `Content-Encoding`.
pub(super) const CODING: HeaderValue = HeaderValue::from_static("gzip");

/// A header that names neither a file nor a time (RFC 1952, 2.3).
const HEADER: Bytes = Bytes::from_static(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/// The last block of a text: one that is empty (RFC 1951, 3.2.4).
const LAST_BLOCK: [u8; 5] = [1, 0, 0, 0xff, 0xff];

/// A text, compressed in a hurry.
pub(super) fn fast(text: &[u8]) -> io::Result<Bytes> {
    whole(text, Compression::fast())
}

/// A text that is sent often.
pub(super) fn small(text: &[u8]) -> io::Result<Bytes> {
    whole(text, Compression::default())
}

fn whole(text: &[u8], level: Compression) -> io::Result<Bytes> {
    let mut zipped = Vec::with_capacity(text.len() / 4);
    GzEncoder::new(text, level).read_to_end(&mut zipped)?;
    zipped.shrink_to_fit();
    Ok(zipped.into())
}

/// A piece of a text: whole blocks of the compressed form, which refer to nothing outside of it.
pub(super) struct Piece {
    blocks: Bytes,
    /// The checksum and the length of what is compressed.
    checksum: Crc,
}

impl Piece {
    /// Compresses a piece that is sent often.
    pub(super) fn new(text: &[u8]) -> io::Result<Self> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text)?;
        // Ends the block at a whole byte, and not the text.
        encoder.flush()?;
        let blocks = Bytes::copy_from_slice(encoder.get_ref());
        Ok(Self { blocks, checksum: checksum(text) })
    }

    /// A short piece as it is. `None`: it is longer than a block can be.
    pub(super) fn stored(text: &[u8]) -> Option<Self> {
        let length = u16::try_from(text.len()).ok()?;
        let blocks = [&[0], &length.to_le_bytes()[..], &(!length).to_le_bytes(), text].concat();
        Some(Self { blocks: blocks.into(), checksum: checksum(text) })
    }
}

fn checksum(text: &[u8]) -> Crc {
    let mut checksum = Crc::new();
    checksum.update(text);
    checksum
}

/// The text that consists of these pieces, as it is sent: one after the other.
pub(super) fn join<'a>(pieces: impl Iterator<Item = &'a Piece>) -> Vec<Bytes> {
    let (mut sent, mut whole) = (vec![HEADER], Crc::new());
    for piece in pieces {
        sent.push(piece.blocks.clone());
        whole.combine(&piece.checksum);
    }
    sent.push([&LAST_BLOCK[..], &whole.sum().to_le_bytes(), &whole.amount().to_le_bytes()].concat().into());
    sent
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use proptest::prelude::*;

    fn unzipped(zipped: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        GzDecoder::new(zipped).read_to_end(&mut text).unwrap();
        text
    }

    proptest! {
        #[test]
        fn pieces_give_the_text_that_they_make_together(
            pieces in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u8>(), 0..2000)), 0..8)
        ) {
            let zipped = pieces.iter().map(|(stored, text)| {
                if *stored { Piece::stored(text).unwrap() } else { Piece::new(text).unwrap() }
            });
            let zipped = join(zipped.collect::<Vec<_>>().iter()).concat();
            let text: Vec<u8> = pieces.into_iter().flat_map(|(_, text)| text).collect();
            prop_assert_eq!(unzipped(&zipped), text);
        }
    }

    #[test]
    fn a_long_text_is_compressed_whole() {
        let text = "abcdefgh".repeat(50_000);
        let zipped = join([&Piece::new(text.as_bytes()).unwrap()].into_iter()).concat();
        assert!(zipped.len() * 50 < text.len());
        assert_eq!(unzipped(&zipped), text.as_bytes());
        let hurried = fast(text.as_bytes()).unwrap();
        assert!(hurried.len() * 20 < text.len());
        assert_eq!(unzipped(&hurried), text.as_bytes());
        assert!(Piece::stored(&[0; 65_536]).is_none());
    }
}
